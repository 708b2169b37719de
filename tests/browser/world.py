#!/usr/bin/env python3
"""A gatewayd with clients, for a test that is written in JavaScript.

    tests/browser/world.py [--token TOKEN] [--workers N]

Each line of standard input is a JSON object: what to "do", and its arguments; the
answer is a line, too: {"ok": ...} or {"error": "..."}. The first line is the
daemon's: {"ok": {"status": URL}}. All ends with the input.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))

from harness.cluster import GatewaydCluster  # noqa: E402
from harness.inner import CMD_SEND_TO_ALL, Frame, Peer  # noqa: E402
from harness.process import fixed_ports  # noqa: E402

CMD_BIND_UID = 12
CMD_JOIN_GROUP = 20
WS_LOAD = (ROOT / "out/build" / os.environ.get("GW_VARIANT", "release")
           / "bin/ws_load")


class World:
    def __init__(self, workers, token):
        [port] = fixed_ports(1)  # the page finds it again there
        self.options = ["--status-listen", f"127.0.0.1:{port}",
                        "--workers", str(workers)]
        self.environment = {"GATEWAYD_STATUS_TOKEN": token} if token else None
        self.clients = []
        self.load = None
        self.start()

    def where(self):
        return {"status": f"http://{self.gateway.status_address}"}

    def connect(self, count):
        for _ in range(count):
            self.clients.append(self.cluster.connect())
        return [client.client_id for client in self.clients]

    def ask_inner(self, address, *frames):
        peer = Peer(address)
        try:
            peer.send(*frames)
            peer.fence()
        finally:
            peer.close()

    def enter(self, client, uid, group):
        """Binds and joins one of the clients."""
        client_id = self.clients[client].client_id
        connection = int(client_id[12:], 16)
        self.ask_inner(
            f"127.0.0.1:{int(client_id[8:12], 16)}",
            Frame(CMD_BIND_UID, connection, ext=uid.encode()),
            Frame(CMD_JOIN_GROUP, connection, ext=group.encode()))

    def push(self, count):
        """Each client gets so many messages."""
        for address in self.gateway.inner_addresses:
            self.ask_inner(address, *[Frame(CMD_SEND_TO_ALL, body=b"news")
                                      for _ in range(count)])

    def say(self, count):
        """Each client says something."""
        for client in self.clients:
            for _ in range(count):
                client.send(1, b"hello")

    def leave(self):
        for client in self.clients:
            client.close()
        self.clients = []

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)

    def freeze(self, pid):
        os.kill(pid, signal.SIGSTOP)

    def thaw(self, pid):
        os.kill(pid, signal.SIGCONT)

    def stop(self):
        self.leave()
        self.cluster.close()

    def start(self):
        self.cluster = GatewaydCluster(options=self.options,
                                       env=self.environment)
        self.gateway = self.cluster.gateways[0]
        return self.where()

    def burden(self, connections, uids, broadcasts):
        """That many connections, and so many pushes a second to single uids and
        to all, until relieve()."""
        command = [WS_LOAD, "--ids", "--groups", "40", "--processes", "1"]
        for address in self.gateway.inner_addresses:
            command += ["--inner", address]
        command += [f"127.0.0.1:{self.gateway.websocket_port}",
                    str(connections)]
        self.load = subprocess.Popen(command, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)
        self.load.stdout.readline()
        self.load.stdin.write("bind\n")
        self.load.stdin.flush()
        self.load.stdout.readline()
        self.load.stdin.write(f"rate 600 {uids} {broadcasts} 120\n")
        self.load.stdin.flush()

    def relieve(self):
        if self.load is not None:
            self.load.kill()
            self.load.wait()
            self.load.stdin.close()
            self.load.stdout.close()
        self.load = None

    def close(self):
        self.relieve()
        self.leave()
        self.cluster.close()


def serve(world):
    for line in sys.stdin:
        request = json.loads(line)
        do = getattr(world, request.pop("do"))
        try:
            answer = {"ok": do(**request)}
        except Exception as failure:  # the test shows it
            answer = {"error": f"{type(failure).__name__}: {failure}"}
        print(json.dumps(answer), flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--token")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    world = World(options.workers, options.token)
    try:
        print(json.dumps({"ok": world.where()}), flush=True)
        serve(world)
    finally:
        world.close()


if __name__ == "__main__":
    main()
