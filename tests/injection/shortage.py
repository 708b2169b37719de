"""When no descriptor is to be had: a listener neither spins nor stays deaf."""

import time

from harness.process import wait_until
from harness.websocket import Connection, WebSocket

from shim import UNSEEN, Fault

FAULTS = [Fault("accept4", name, UNSEEN, 1 << 30)
          for name in ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM")]

# A listener looks again after a tenth of a second: so often in this time, and
# less often on a busy machine.
TRIES = 5
LEAST_SECONDS = 0.3


def check(daemon, fault):
    """None, or what is wrong. Those who are in are served, and who waits gets
    in as soon as he can."""
    gateway, control = daemon.gateway, daemon.control

    def tries():
        return control.counts()["accept4"]

    inside = WebSocket(gateway.websocket_port)
    control.arm(fault, 1)
    try:
        waiting = Connection(gateway.ports_of("text")[0])
        wait_until(lambda: control.fired, "a refused accept")
        began, first = time.monotonic(), tries()
        wait_until(lambda: tries() - first >= TRIES, "another try")
        took = time.monotonic() - began
        inside.send(9, b"here")
        inside.expect(b"\x8a\x04here")
    finally:
        control.disarm()
    wait_until(lambda: b'"client_id"' in waiting.read(), "a greeting")
    waiting.close()
    inside.close()
    return None if took >= LEAST_SECONDS else f"{TRIES} tries in {took:.3f} s"
