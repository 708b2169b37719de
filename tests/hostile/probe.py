#!/usr/bin/env python3
"""A client that behaves: round trips to itself, through the inner port.

    probe.py WEBSOCKET_PORT INNER_ADDRESS KEY

until standard input ends. Prints one JSON line: how many there were, and the
median, the 99th percentile and the longest in milliseconds.
"""

import json
import select
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from harness import inner  # noqa: E402
from harness.websocket import WebSocket  # noqa: E402

PAUSE = 0.002 # a client, not a flood
DEADLINE = 60


def round_trip(client, peer, number):
    """Seconds from a send to the client's having it. Others may be sending to
    everybody meanwhile."""
    token = b"probe-%d;" % number
    began = time.monotonic()
    peer.send(inner.Frame(5, int(client.client_id[12:], 16), body=token))
    while token not in client.received:
        left = began + DEADLINE - time.monotonic()
        if left < 0 or client.eof:
            raise SystemExit(f"no answer to {token}: {client.received[:200]}")
        select.select([client.socket], [], [], left)
        client.read()
    client.received = b""
    return time.monotonic() - began


def main():
    port, address, key = sys.argv[1:]
    client = WebSocket(int(port))
    client.socket.setblocking(False)
    peer = inner.Peer(address, key, DEADLINE)
    took = []
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        took.append(1000 * round_trip(client, peer, len(took)))
    took.sort()
    print(json.dumps({"count": len(took), "median": took[len(took) // 2],
                      "p99": took[len(took) * 99 // 100], "max": took[-1]}))


if __name__ == "__main__":
    main()
