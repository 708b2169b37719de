"""BusinessWorkers of the reference that serve tests/reference/application.php,
and what their callbacks saw."""

import base64
import contextlib
import json
import os
import signal

from .children import alive
from .cluster import CLIENT_PHP, REFERENCE, ReferenceGateway
from .inner import Peer
from .process import PATIENCE, ROOT, Process, fixed_ports, wait_until

APPLICATION = ROOT / "tests/reference/application.php"


class PhpParts:
    """Gateways and workers of the reference, without a Register."""

    def __init__(self, register, secret_key="", gateways=0, workers=0,
                 name="TestWorker"):
        ports = fixed_ports(2 * gateways)
        self.gateways = [ReferenceGateway(*ports[i:i + 2])
                         for i in range(0, len(ports), 2)]
        command = [CLIENT_PHP, ROOT / "tests/reference/cluster.php",
                   "--autoload", REFERENCE, "--state", "{folder}",
                   "--no-register", "--register", register,
                   "--secret-key", secret_key, "--workers", str(workers),
                   "--worker-name", name, "--worker-events", APPLICATION]
        for gateway in self.gateways:
            port = gateway.inner_address.split(":")[1]
            command += ["--gateway", f"{gateway.websocket_port}:{port}"]
        self.process = Process(command, "reference")
        self.events_log = self.process.folder / "events"
        self.process.env["EVENTS_LOG"] = str(self.events_log)
        self.process.start()

    def close(self):
        self.process.discard()


class Workers(PhpParts):
    """Processes of one BusinessWorker."""

    def __init__(self, register, count, secret_key="", name="TestWorker"):
        super().__init__(register, secret_key, workers=count, name=name)
        self.count = count
        self.secret_key = secret_key

    def events(self):
        """What was seen, in the order of the file."""
        if not self.events_log.exists():
            return []
        with open(self.events_log, "rb") as lines:
            return [json.loads(line) for line in lines if line.endswith(b"\n")]

    def wait_attached(self, gateways, pids=None):
        """Returns when `count` living processes (or these) are attached to
        exactly these gateways, and the gateways know them."""
        want = sorted(gateway.inner_address for gateway in gateways)

        def attached():
            self.process.expect_running()
            last = {}
            for event in self.events():
                if event["event"] == "attached":
                    last[event["pid"]] = event["gateways"]
            here = [pid for pid, known in last.items()
                    if known == want and alive(pid)]
            return (set(pids) <= set(here) if pids
                    else len(here) == self.count)

        wait_until(attached, f"workers at {want}", 3 * PATIENCE)
        for gateway in gateways:
            peer = Peer(gateway.inner_address, self.secret_key)
            peer.fence()
            peer.close()

    def kill(self, pid):
        """SIGKILL to one process, and the pid of the one that Workerman starts
        in its place."""
        worker = next(e["worker"] for e in self.events() if e["pid"] == pid)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), "the end of a worker")

        def successor():
            return next((e["pid"] for e in self.events()
                         if e["worker"] == worker and e["pid"] != pid
                         and e["event"] == "worker start" and alive(e["pid"])),
                        None)

        return successor

    @contextlib.contextmanager
    def no_successors(self):
        """While it lasts, nothing is started in the place of who is killed."""
        self.process.pause()
        try:
            yield
        finally:
            self.process.resume()

    def of_client(self, client_id):
        return [e for e in self.events() if e.get("client_id") == client_id]


def normalised(event, client, port, gateway):
    """An event without what differs from run to run."""
    event = json.loads(json.dumps(event).replace(client.client_id, "<id>"))
    del event["pid"], event["worker"]
    server = dict(event["server"])
    remote = {"REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": port,
              "GATEWAY_ADDR": "127.0.0.1",
              "GATEWAY_PORT": str(gateway.websocket_port),
              "GATEWAY_CLIENT_ID": "<id>"}
    server["GATEWAY_PORT"] = str(server["GATEWAY_PORT"])
    if server != remote:
        raise AssertionError(f"$_SERVER is {server}, expected {remote}")
    del event["server"]
    if "message" in event:
        event["message"] = base64.b64decode(event["message"])
    told = event.get("data", {}).get("server")
    if told:
        own = {"REMOTE_PORT": port, "SERVER_PORT": gateway.websocket_port}
        for name, value in own.items():
            if told[name] != value:
                raise AssertionError(f"{name} is {told[name]}, not {value}")
            told[name] = name
        for name in ("HTTP_HOST", "SERVER_NAME"):
            told[name] = told[name].replace(str(gateway.websocket_port), "P")
    return event
