"""Clusters under test: gatewayd, and the PHP GatewayWorker."""

import json
import os
import re
import socket
import subprocess
import sys

from .inner import register_addresses, split_address
from .process import PATIENCE, PREFIX, ROOT, Process, fixed_ports, wait_until
from .websocket import WebSocket

READY = re.compile(
    r"^gatewayd \S+ ready: (?P<all>.*)$", re.MULTILINE)
CLIENT_PHP = os.environ.get("PHP", "php")
# Words before gatewayd's name: valgrind and its options.
WRAPPER = os.environ.get("GW_GATEWAYD_WRAPPER", "").split()


def find_reference(*options):
    """The autoload file of the PHP packages, or None with the reason."""
    found = subprocess.run(
        [CLIENT_PHP, ROOT / "tests/reference/find.php", *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip(), ""
    return None, found.stderr.strip()


REFERENCE, WHY_NO_REFERENCE = find_reference()
# The client alone, which also works where PHP is too old for the servers.
PURE, WHY_NO_PURE = ((REFERENCE, "") if REFERENCE
                     else find_reference("--client"))


class Gatewayd:
    """One gatewayd on ports that the kernel chose; with --workers it has an
    inner address for each. `prefix` are words before its command line, `host`
    is where all of it listens: on an address of its own nobody's outgoing
    connection takes a port before restart()."""

    def __init__(self, register=None, secret_key="", options=(), prefix=(),
                 env=None, host="127.0.0.1"):
        self.secret_key = secret_key
        self.options = list(options)
        self.prefix = [*prefix, *WRAPPER]
        self.env = env
        self.host = host
        self.register_address = register
        self.inner_address = None
        self.inner_addresses = []
        self.websocket_port = None
        self.process = None
        self._start(f"websocket://{host}:0", f"{host}:0", "0")

    def _start(self, listen, register_listen, start_port):
        command = [*self.prefix, PREFIX / "bin/gatewayd", "--listen", listen,
                   "--start-port", start_port]
        if self.host != "127.0.0.1":
            command += ["--lan-ip", self.host]
        if self.register_address:
            command += ["--no-register",
                        "--register-address", self.register_address]
        else:
            command += ["--register-listen", register_listen]
        if self.secret_key:
            command += ["--secret-key-file", "{folder}/key"]
        process = Process(command + self.options, "gatewayd", self.env)
        if self.secret_key:
            key_file = process.folder / "key"
            key_file.touch(mode=0o600)
            key_file.write_text(self.secret_key + "\n")
        self.process = process.start()
        try:
            self._read_ports()
        except BaseException:
            process.discard()
            self.process = None
            raise

    def _read_ports(self):
        def ready():
            found = READY.search(self.process.log)
            if not found:
                self.process.expect_running()
            return found

        line = wait_until(ready, "gatewayd's ready line")["all"]

        def address(kind):
            """None where it has no such part, as with --register-only."""
            found = re.search(rf"{kind}([\d.]+:\d+)", line)
            return found and found[1]

        websocket = address("websocket://")
        self.websocket_port = websocket and int(websocket.split(":")[1])
        self.inner_address = address("inner ")
        self.inner_addresses = re.findall(r"inner ([\d.]+:\d+)", line)
        self.own_register = address("register ")
        self.status_address = address("status ")

    def ports_of(self, scheme):
        """The ports of its listeners with that scheme, in their order."""
        line = READY.search(self.process.log)["all"]
        found = re.findall(rf"{re.escape(scheme)}://[\d.]+:(\d+)", line)
        return [int(port) for port in found]

    def restart(self):
        """Ends it, if it still runs, and starts another on the same ports."""
        register = self.own_register
        inner = self.inner_address or ":0"
        self.close()
        self._start(f"websocket://{self.host}:{self.websocket_port or 0}",
                    register or "", inner.split(":")[1])

    def close(self):
        """Stops it; an unclean end (a sanitizer's report) is a failure."""
        if self.process is None:
            return
        status = self.process.stop()
        log = self.process.log
        self.process.discard()
        self.process = None
        if status not in (0, -9):
            raise AssertionError(f"gatewayd ended with {status}:\n{log}")


class Cluster:
    """What both kinds have: a Register and gateways with clients' ports."""

    secret_key = ""
    register_address = None
    gateways = ()

    def connect(self, index=0, **options):
        """A WebSocket client of one gateway, greeted."""
        gateway = self.gateways[index]
        return WebSocket(gateway.websocket_port,
                         **{"host": gateway.host, **options})

    def wait_listed(self, count=None):
        """Returns when the Register lists that many gateways."""
        want = count
        if want is None:
            want = sum(len(g.inner_addresses) for g in self.gateways)

        def listed():
            found = register_addresses(self.register_address, self.secret_key)
            return found is not None and len(found) == want

        wait_until(listed, f"a Register that lists {want} gateways")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class GatewaydCluster(Cluster):
    """The first gatewayd is also the Register."""

    kind = "gatewayd"

    # pylint: disable-next=too-many-arguments,too-many-positional-arguments
    def __init__(self, count=1, secret_key="", options=(), env=None,
                 host="127.0.0.1"):
        self.secret_key = secret_key
        self.gateways = []
        try:
            first = Gatewayd(secret_key=secret_key, options=options, env=env,
                             host=host)
            self.gateways.append(first)
            self.register_address = first.own_register
            for _ in range(count - 1):
                self.gateways.append(Gatewayd(self.register_address,
                                              secret_key, options, env=env,
                                              host=host))
            self.wait_listed()
        except BaseException:
            self.close()
            raise

    def close(self):
        failures = []
        for gateway in reversed(self.gateways):
            try:
                gateway.close()
            except AssertionError as failure:
                failures.append(str(failure))
        self.gateways = []
        if failures:
            # Inside a failing test the first failure is the one to see.
            if sys.exc_info()[0] is None:
                raise AssertionError("\n".join(failures))
            print("\n".join(failures), file=sys.stderr)


class ReferenceGateway:
    """Where one gateway process of the reference listens."""

    host = "127.0.0.1"

    def __init__(self, websocket_port, inner_port):
        self.websocket_port = websocket_port
        self.inner_address = f"127.0.0.1:{inner_port}"
        self.inner_addresses = [self.inner_address]


class ReferenceCluster(Cluster):
    """Register, gateways and one BusinessWorker of the PHP packages, or none:
    then a test brings the workers."""

    kind = "gatewayworker"

    def __init__(self, count=1, secret_key="", workers=1, options=()):
        if REFERENCE is None:
            raise AssertionError(WHY_NO_REFERENCE)
        ports = fixed_ports(1 + 2 * count)
        self.secret_key = secret_key
        self.register_address = f"127.0.0.1:{ports[0]}"
        self.gateways = [ReferenceGateway(*ports[i:i + 2])
                         for i in range(1, len(ports), 2)]
        command = [CLIENT_PHP, ROOT / "tests/reference/cluster.php",
                   "--autoload", REFERENCE, "--state", "{folder}",
                   "--register", self.register_address,
                   "--secret-key", secret_key, "--workers", str(workers)]
        for gateway in self.gateways:
            inner_port = gateway.inner_address.split(":")[1]
            command += ["--gateway", f"{gateway.websocket_port}:{inner_port}"]
        command += options
        self.process = Process(command, "reference").start()
        try:
            self._wait_ready(workers > 0)
        except BaseException:
            self.close()
            raise

    def _wait_ready(self, greeting):
        """A gateway greets only when its BusinessWorker is connected."""
        def listed():
            self.process.expect_running()
            try:
                found = register_addresses(self.register_address,
                                           self.secret_key)
            except OSError:
                return False
            return found is not None and len(found) == len(self.gateways)

        def greets(index):
            try:
                self.connect(index).close()
                return True
            except OSError:
                return False

        wait_until(listed, "the reference's Register", 3 * PATIENCE)
        for index in range(len(self.gateways)) if greeting else ():
            wait_until(lambda i=index: greets(i), "the reference's worker",
                       3 * PATIENCE)

    def close(self):
        self.process.discard()


class AbsentGateway:
    """An address that a Register lists and where nobody listens."""

    def __init__(self, cluster):
        # Bound, not listening: nobody else can take the port meanwhile.
        self.place = socket.socket()
        self.place.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.place.getsockname()[1]
        self.link = socket.create_connection(
            split_address(cluster.register_address))
        self.link.sendall(json.dumps(
            {"event": "gateway_connect", "address": self.address,
             "secret_key": cluster.secret_key}).encode() + b"\n")

    def close(self):
        self.link.close()
        self.place.close()


def make_cluster(kind, count=1, secret_key=""):
    classes = {"gatewayd": GatewaydCluster, "gatewayworker": ReferenceCluster}
    return classes[kind](count, secret_key)
