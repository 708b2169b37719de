"""The parts of the cluster, each of its own processes, and what befell them."""

import os
import re
import signal
import socket
import time

from harness.children import children
from harness.cluster import CLIENT_PHP, REFERENCE
from harness.fpm import Fpm
from harness.inner import split_address
from harness.process import (PATIENCE, PREFIX, ROOT, Process, fixed_ports,
                             wait_until)

READY = re.compile(r"^gatewayd \S+ ready: ", re.MULTILINE)
SECRET_KEY = "chaos-key"
FPM_CHILDREN = 6
TIMEOUT = 1.0          # of a call
CONNECT_TIMEOUT = 0.4


class Part:
    """One that is killed, stopped and started again. `history` has (time,
    event); whoever changes it is the one thread that harms it."""

    def __init__(self, name):
        self.name = name
        self.history = []
        self.process = None
        self.crashes = []

    def note(self, event):
        self.history.append((time.monotonic(), event))

    def signal(self, number):
        """To all its processes."""
        os.killpg(self.process.pid, number)

    def start(self):
        self.note("start")
        self.process.start()
        wait_until(self.is_ready, f"{self.name} to be ready", 3 * PATIENCE)
        self.note("ready")

    def is_ready(self):
        raise NotImplementedError

    def pids(self):
        return [self.process.pid, *children(self.process.pid)]

    def expect_running(self):
        if not self.process.running():
            status = self.process.popen.returncode
            self.note(f"ended by itself with {status}")
            self.crashes.append(status)
            return False
        return True

    def kill(self):
        self.note("kill")
        self.signal(signal.SIGKILL)
        self.process.popen.wait()
        self.note("dead")

    def terminate(self):
        self.note("terminate")
        status = self.process.stop()
        self.note("ended")
        if status != 0:
            self.crashes.append(status)

    def pause(self):
        self.note("stop")
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)
        self.note("continue")

    def counts(self):
        """Event -> how often."""
        events = [event for _, event in self.history]
        return {event: events.count(event) for event in set(events)}

    def close(self, folder):
        """Keeps the log."""
        if self.process is None:
            return
        self.process.stop()
        (folder / f"{self.name}.log").write_text(self.process.log)
        self.process.discard()


class Gatewayd(Part):
    """A gatewayd that is a Register or a gateway."""

    graceful = True

    def __init__(self, name, options):
        super().__init__(name)
        self.process = Process(
            [PREFIX / "bin/gatewayd", "--secret-key-file", "{folder}/key",
             *options], name, {"GATEWAYD_REGISTER_GRACE": ""})
        key_file = self.process.folder / "key"
        key_file.touch(mode=0o600)
        key_file.write_text(SECRET_KEY + "\n")
        self.log_size = 0

    def start(self):
        path = self.process.log_path
        self.log_size = path.stat().st_size if path.exists() else 0
        super().start()

    def is_ready(self):
        self.process.expect_running()
        with open(self.process.log_path, encoding="utf-8") as log:
            log.seek(self.log_size)
            return READY.search(log.read())


class Register(Gatewayd):
    """gatewayd --register-only."""

    def __init__(self, name, port):
        self.address = f"127.0.0.1:{port}"
        super().__init__(name, ["--register-only",
                                "--register-listen", self.address])


class Gateway(Gatewayd):
    """gatewayd --no-register."""

    def __init__(self, name, ports, registers):
        self.port = ports[0]
        self.address = f"127.0.0.1:{ports[1]}"
        super().__init__(name, [
            "--listen", f"websocket://127.0.0.1:{ports[0]}",
            "--start-port", str(ports[1]), "--no-register",
            "--register-address", registers])


class PhpPart(Part):
    """Processes of the PHP GatewayWorker."""

    graceful = False

    def __init__(self, name, registers, options):
        super().__init__(name)
        self.process = Process(
            [CLIENT_PHP, ROOT / "tests/reference/cluster.php", "--autoload",
             REFERENCE, "--state", "{folder}", "--no-register", "--register",
             registers, "--secret-key", SECRET_KEY, *options], name)

    def is_ready(self):
        """Its master only waits: the child does the work."""
        self.process.expect_running()
        return children(self.process.pid)


class PhpGateway(PhpPart):
    def __init__(self, name, ports, registers):
        self.port = ports[0]
        self.address = f"127.0.0.1:{ports[1]}"
        super().__init__(name, registers, [
            "--workers", "0", "--gateway", f"{ports[0]}:{ports[1]}"])

    def is_ready(self):
        try:
            for port in (self.port, split_address(self.address)[1]):
                socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return super().is_ready()


class PhpWorkers(PhpPart):
    """Without them PHP gateways have no clients."""

    def __init__(self, name, registers):
        super().__init__(name, registers, ["--workers", "2"])


class Application(Part):
    """php-fpm; what is killed are its children."""

    graceful = False

    def __init__(self, registers):
        super().__init__("php-fpm")
        ini = {"gatewayclient.register_address": registers,
               "gatewayclient.secret_key": SECRET_KEY,
               "gatewayclient.timeout": TIMEOUT,
               "gatewayclient.connect_timeout": CONNECT_TIMEOUT}
        self.fpm = Fpm(ini=ini, child_count=FPM_CHILDREN)
        self.process = self.fpm.process
        self.note("ready")

    def pids(self):
        return [self.fpm.master, *self.children()]

    def children(self):
        return children(self.fpm.master)

    def kill_child(self, random):
        pids = self.children()
        if pids:
            self.note("kill")
            os.kill(random.choice(pids), signal.SIGKILL)

    def crashed(self):
        """Lines of its log about children that ended by another signal."""
        log = self.fpm.folder / "error.log"
        return [line for line in log.read_text().splitlines()
                if "exited on signal" in line and "signal 9 " not in line]

    def close(self, folder):
        log = (self.fpm.folder / "error.log").read_text()
        (folder / "php-fpm.log").write_text(log)
        self.fpm.close()


class Cluster:
    """All parts, running."""

    def __init__(self, gateway_count, php_gateway_count):
        self.registers, self.gateways, self.others = [], [], []
        self.application = None
        ports = fixed_ports(2 + 2 * (gateway_count + php_gateway_count))
        for i in (1, 2):
            self.registers.append(Register(f"register-{i}", ports.pop()))
        self.register_addresses = ",".join(r.address for r in self.registers)
        for i in range(gateway_count + php_gateway_count):
            pair = ports.pop(), ports.pop()
            kind, name = ((Gateway, f"gatewayd-{i + 1}")
                          if i < gateway_count else
                          (PhpGateway, f"php-{i + 1 - gateway_count}"))
            self.gateways.append(kind(name, pair, self.register_addresses))
        if php_gateway_count:
            self.others.append(PhpWorkers("php-workers",
                                          self.register_addresses))

    def start(self):
        for part in [*self.registers, *self.gateways, *self.others]:
            part.start()
        self.application = Application(self.register_addresses)

    @property
    def harmed(self):
        """Those that a killer may harm."""
        return [*self.registers, *self.gateways, self.application]

    @property
    def parts(self):
        return [*self.registers, *self.gateways, *self.others,
                self.application]

    def addresses(self):
        return frozenset(g.address for g in self.gateways)

    def gateway(self, address):
        return next(g for g in self.gateways if g.address == address)

    def started(self, connection):
        """When the gateway of a connection was, in the life that it met."""
        return max(when for when, event
                   in self.gateway(connection.gateway).history
                   if event == "start" and when < connection.opened)

    def was_stopped(self, address, begin, end):
        """Whether a gateway stood still at some time between these."""
        stopped = False
        for when, event in self.gateway(address).history:
            if when > end:
                break
            if event == "continue" and when >= begin:
                return True
            if event in ("stop", "continue"):
                stopped = event == "stop"
        return stopped

    def gateway_at(self, port):
        return next(g for g in self.gateways if g.port == port)

    def close(self, folder):
        """Ends all; returns what did not end well."""
        bad = []
        parts = [*self.others, *self.gateways, *self.registers]
        for part in parts:
            if part.graceful and part.process.running():
                part.terminate()
        if self.application:
            bad += self.application.crashed()
            parts.append(self.application)
        for part in parts:
            bad += [f"{part.name} ended with {status}"
                    for status in part.crashes]
            part.close(folder)
        return bad
