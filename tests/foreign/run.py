#!/usr/bin/env python3
"""WebSocket clients that we did not write, against gatewayd: Chromium, npm's ws
and Python's websockets; text and binary, plaintext and TLS, small and large.

    run.py NODE-MODULES CHROMIUM PYTHON

PYTHON is one that has websockets. Ends with `N passed, N failed`. An echo
worker serves the clients, so a message also has to fit into a frame of the
inner port: 10 MiB with its header.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

from harness.cluster import Gatewayd  # noqa: E402
from harness.inner import HEAD, Peer  # noqa: E402
from harness.tls import Certificate  # noqa: E402
from rfc6455.worker import EchoWorker  # noqa: E402

MIB_10 = 10 * 1024 * 1024
SIZES = [0, 125, 126, 65535, 65536, MIB_10 - HEAD.size]
TYPES = {"text": "", "binary": " binary"}


class Clients:
    """Every kind of client, as a command that ends with a URL and what follows
    it."""

    def __init__(self, modules, chromium, python):
        self.env = {**os.environ, "NODE_PATH": modules}
        self.commands = {
            "Chromium": ["node", HERE / "chromium.js", chromium],
            "npm ws": ["node", HERE / "echo.js"],
            "Python websockets": [python, HERE / "echo.py"],
        }

    def run(self, name, url, kind, sizes):
        """None, or what went wrong."""
        command = [*self.commands[name], url, kind, *sizes]
        try:
            done = subprocess.run(
                list(map(str, command)), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, env=self.env, timeout=120,
                check=False)
        except subprocess.TimeoutExpired:
            return "no end after 120 s"
        return None if done.returncode == 0 else (done.stdout + done.stderr)


def check(verdicts, name, trouble):
    verdicts.append(trouble is None)
    print(f"  {'ok  ' if trouble is None else 'FAIL'}  {name}", flush=True)
    if trouble is not None:
        print(trouble[-2000:])


def exchange_all(gateway, clients, verdicts):
    worker = EchoWorker(gateway.inner_address)
    for scheme in ("websocket", "wss"):
        ports = gateway.ports_of(scheme)[-len(TYPES):]  # one is always there
        for port, kind in zip(ports, TYPES):
            url = f"{'wss' if scheme == 'wss' else 'ws'}://127.0.0.1:{port}/"
            for name in clients.commands:
                check(verdicts, f"{name}, {kind} over {url[:url.index(':')]}",
                      clients.run(name, url, kind, SIZES))
    worker.close()


def still_there(gateway):
    peer = Peer(gateway.inner_address)
    alive = peer.fence() == b"i:0;"
    peer.close()
    return None if alive else "it is gone"


def main():
    clients = Clients(*sys.argv[1:])
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        own = Certificate(Path(folder), "own", "localhost")
        options = ["--tls-certificate", own.certificate, "--tls-key", own.key]
        for scheme in ("websocket", "wss"):
            for words in TYPES.values():
                options += ["--listen", f"{scheme}://127.0.0.1:0{words}"]
        gateway = Gatewayd(options=options)
        try:
            exchange_all(gateway, clients, verdicts)
            check(verdicts, "gatewayd is still there", still_there(gateway))
        finally:
            gateway.close()
    print(f"{sum(verdicts)} passed, {verdicts.count(False)} failed")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
