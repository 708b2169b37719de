"""Runs cases against a gatewayd with an echoing worker."""

import re

from harness.cluster import WRAPPER
from harness.inner import Peer
from harness.process import PREFIX, Process, wait_until

from .client import Client, Violation, show
from .model import (BY_FRAME, BY_OCTET, CLOSE, WHOLE, EndedAlready, Frame,
                    Send, Want, close)
from .worker import (CMD_ON_CLOSE, CMD_ON_CONNECT, CMD_ON_MESSAGE,
                     CMD_ON_WEBSOCKET_CONNECT, EchoWorker)

READY = re.compile(r"^gatewayd \S+ ready: websocket://[\d.]+:(?P<text>\d+), "
                   r"websocket://[\d.]+:(?P<binary>\d+),.* "
                   r"inner (?P<inner>[\d.]+:\d+)$", re.MULTILINE)

BATCH = 1 << 16  # bytes of many small frames that go into one write


class Gateway:
    """One gatewayd: a listener that sends text, one that sends binary, and the
    worker behind both."""

    def __init__(self):
        self.worker = self.inner = None
        self.process = Process(
            [*WRAPPER, PREFIX / "bin/gatewayd", "--start-port", "0",
             "--register-listen", "127.0.0.1:0",
             "--listen", "websocket://127.0.0.1:0",
             "--listen", "websocket://127.0.0.1:0 binary"], "rfc6455").start()
        try:
            ready = wait_until(self._ready, "gatewayd's ready line")
            self.ports = {False: int(ready["text"]),
                          True: int(ready["binary"])}
            self.inner = Peer(ready["inner"], secret_key="")
            self.worker = EchoWorker(ready["inner"])
        except BaseException:
            self.close()
            raise

    def _ready(self):
        self.process.expect_running()
        return READY.search(self.process.log)

    def connect(self, binary):
        return Client(self.ports[binary], self.inner.fence)

    def close(self):
        """Its exit status and its log; a sanitizer's report is in them."""
        for part in (self.worker, self.inner):
            if part is not None:
                part.close()
        status = self.process.stop()
        log = self.process.log
        self.process.discard()
        return status, log


# ---- sending ----------------------------------------------------------------


def encoded(frames):
    for frame in frames:
        yield frame.encode() if isinstance(frame, Frame) else frame


def batches(frames):
    """Joins many frames to few writes; all of a few frames go in one."""
    batch = bytearray()
    for data in encoded(frames):
        batch += data
        if len(batch) >= BATCH and not isinstance(frames, tuple):
            yield bytes(batch)
            batch.clear()
    yield bytes(batch)


def cut(frames, size):
    data = b"".join(encoded(frames))
    for at in range(0, len(data), size):
        yield data[at:at + size]


def send(client, step):
    fenced = step.pieces in (BY_FRAME, BY_OCTET)
    write = client.write_fenced if fenced else client.write
    if step.pieces == WHOLE:
        pieces = batches(step.frames)
    elif step.pieces == BY_FRAME:
        pieces = encoded(step.frames)
    else:
        pieces = cut(step.frames, 1 if step.pieces == BY_OCTET
                     else step.pieces)
    for piece in pieces:
        if not write(piece):
            return


# ---- judging ----------------------------------------------------------------


class Run:
    """One case. `remark` names what made the result NON-STRICT."""

    def __init__(self, case, client):
        self.case = case
        self.client = client
        self.remark = None
        self.ahead = None  # a frame that came instead of an optional one

    def next_frame(self, what):
        frame, self.ahead = self.ahead, None
        return frame or self.client.frame(what)

    def want(self, step):
        what = show(step.opcode, step.payload)
        got = self.next_frame(what)
        if got == (step.opcode, step.payload):
            return
        if step.unless is not None and got is not None and got[0] == CLOSE:
            self.ahead = got
            self.remark = self.remark or step.unless or None
            return
        raise Violation(f"got {show(*got) if got else 'the end'}, "
                        f"expected {what}")

    def ended_already(self, step):
        if not self.client.ended():
            self.remark = step.unless

    def finish(self):
        """The close frame, the end, and nothing else."""
        ends = self.case.ends
        if not ends:
            self.client.write(close(1000).encode())
            ends = (1000,)
        got = self.next_frame("a close frame")
        if got is None or got[0] != CLOSE:
            raise Violation(f"got {show(*got) if got else 'the end'}, "
                            f"expected a close frame")
        code = int.from_bytes(got[1][:2], "big") if got[1] else None
        if code not in ends or len(got[1]) == 1:
            raise Violation(f"closed with {code}, expected one of {ends}")
        got[1][2:].decode()
        self.client.expect_end(self.case.reset)

    def steps(self):
        handlers = {Send: lambda step: send(self.client, step),
                    Want: self.want, EndedAlready: self.ended_already}
        for step in self.case.steps:
            handlers[type(step)](step)
        self.finish()


def check_told(case, told):
    """That the worker heard what it should, in order, and nothing else."""
    commands = [CMD_ON_CONNECT, CMD_ON_WEBSOCKET_CONNECT, CMD_ON_MESSAGE,
                CMD_ON_CLOSE]
    if not case.messages:
        commands.remove(CMD_ON_MESSAGE)
    if told.commands != commands:
        raise Violation(f"the worker was told {told.commands}, expected "
                        f"{commands}")
    if told.messages != case.messages:
        got = [f"({len(m)}) {m[:40]!r}" for m in told.messages[:5]]
        raise Violation(f"the worker was told {len(told.messages)} messages "
                        f"({', '.join(got)}…), expected "
                        f"{len(case.messages)}")


def run_case(gateway, case):
    """None, or the name of the allowance that was needed; raises Violation."""
    client = gateway.connect(case.binary)
    try:
        run = Run(case, client)
        run.steps()
    finally:
        client.close()
    check_told(case, gateway.worker.told(client.port))
    gateway.process.expect_running()
    return run.remark
