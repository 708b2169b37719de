"""Faults between gatewayd and a BusinessWorker."""

import select

from cases import equal
from harness.cluster import Gatewayd
from harness.inner import (CMD_IS_ONLINE, CMD_SEND_TO_ALL, CMD_WORKER_CONNECT,
                           HEAD, Frame, Peer, php_json)
from harness.websocket import WebSocket, client_frame
from links import MEGABYTE, case, down, up, write_all
from place import until
from proxy import CUT, HALF_CLOSE, REPLACE, RST, STOP, Proxy, Rule, Script

CMD_ON_MESSAGE = 3


class Worker:
    """Attaches itself and reads frames when it is asked for them."""

    def __init__(self, address, name, first=b""):
        self.peer = Peer(address)
        if first:
            self.peer.socket.sendall(first)
            return
        self.peer.send(attach(name), Frame(CMD_IS_ONLINE))
        self.peer.reply()

    def read(self, timeout=10):
        """The next frame; None at the end of the connection."""
        self.peer.socket.settimeout(timeout)
        try:
            head = self.peer.file.read(HEAD.size)
            if len(head) < HEAD.size:
                return None
            length = int.from_bytes(head[:4], "big")
            body = self.peer.file.read(length - HEAD.size)
            return Frame.parse(head + body)[0]
        except ConnectionResetError:
            return None

    def expect(self, message):
        """Skips other events."""
        while (frame := self.read()) is not None:
            if frame.cmd == CMD_ON_MESSAGE and frame.body == message:
                return frame
        raise AssertionError(f"closed before {message!r}")

    def close(self):
        self.peer.close()


def attach(name):
    return Frame(CMD_WORKER_CONNECT, body=php_json(
        {"worker_key": name, "secret_key": ""}))


class Served:
    """A gateway with two workers, the first behind a proxy, and a browser
    with each."""

    def __init__(self, stage, options=()):
        self.gateway = stage.keep(Gatewayd(options=options))
        self.proxy = stage.keep(Proxy(stage.loop, self.gateway.inner_address))
        self.first = stage.keep(Worker(self.proxy.address, "W:0"))
        self.second = stage.keep(Worker(self.gateway.inner_address, "W:1"))
        # Each new client goes to the worker with the fewest.
        self.browsers = []
        for worker in (self.first, self.second):
            browser = stage.keep(WebSocket(self.gateway.websocket_port,
                                           greeting=False))
            self.browsers.append(browser)
            browser.send(1, b"hello")
            worker.expect(b"hello")

    def expect_second(self):
        """The other worker is served at once."""
        self.browsers[1].send(1, b"to the second")
        self.second.expect(b"to the second")

    def expect_moved(self):
        """The first browser's next event goes to the other worker; nobody
        was disconnected."""
        until(lambda: "gone, 1 left" in self.gateway.process.log,
              "the first worker's end")
        self.browsers[0].send(1, b"moved")
        self.second.expect(b"moved")
        self.expect_second()
        for browser in self.browsers:
            browser.expect_silence()
            equal(browser.eof, False, "a browser's end")


WORKER = "BusinessWorker → gatewayd"
MOVED = "its clients stay, their next event goes to the other worker"


def worker_ends(stage, script, *frames):
    play = Served(stage)
    play.proxy.arm(script)
    for frame in frames:
        play.first.peer.send(frame)
    play.expect_moved()
    return play


LOST = Frame(CMD_SEND_TO_ALL, body=b"half of it is lost")


@case(WORKER, "reset while idle", MOVED)
def _(stage):
    worker_ends(stage, Script(end=RST, old_only=True))


@case(WORKER, "closed while idle", MOVED)
def _(stage):
    worker_ends(stage, Script(end=CUT, old_only=True))


@case(WORKER, "reset in mid-frame", "the command is not carried out; " + MOVED)
def _(stage):
    worker_ends(stage, up(RST, at=35), LOST)


@case(WORKER, "closed in mid-frame",
      "the command is not carried out; " + MOVED)
def _(stage):
    worker_ends(stage, up(CUT, at=35), LOST)


@case(WORKER, "half-closed by the worker", MOVED)
def _(stage):
    worker_ends(stage, Script(up=Rule(HALF_CLOSE, now=True), old_only=True))


@case(WORKER, "garbage from the worker", "closed, with a line in the log; "
      + MOVED)
def _(stage):
    play = worker_ends(stage, up(REPLACE, data=b"\0\0\0\x05garbage" * 9),
                       LOST)
    equal("bad frame" in play.gateway.process.log, True, "a line in the log")


@case(WORKER, "reset in the middle of an event", MOVED)
def _(stage):
    play = Served(stage)
    play.proxy.arm(down(RST, at=10))
    play.browsers[0].send(1, b"lost with the worker")
    play.expect_moved()


@case(WORKER, "a command one byte at a time",
      "carried out when it is whole; others meanwhile")
def _(stage):
    play = Served(stage)
    slow = Frame(CMD_SEND_TO_ALL, body=b"slow")
    # The last byte waits until the others are served, however late.
    play.proxy.arm(up(STOP, at=len(slow.encode()) - 1, gap=0.02))
    play.first.peer.send(slow)
    play.expect_second()
    play.second.peer.send(Frame(CMD_SEND_TO_ALL, body=b"quick"))
    for browser in play.browsers:
        browser.expect_text("quick")
    until(play.proxy.struck.is_set, "all but the last byte")
    play.proxy.heal()
    for browser in play.browsers:
        browser.expect_text("slow")


@case(WORKER, "both ways take 0.2 s", "events and commands in their order")
def _(stage):
    play = Served(stage)
    play.proxy.arm(Script(up=Rule(delay=0.2), down=Rule(delay=0.2)))
    for number in range(5):
        play.browsers[0].send(1, b"event %d" % number)
        play.first.expect(b"event %d" % number)
        play.first.peer.send(Frame(CMD_SEND_TO_ALL,
                                   body=b"command %d" % number))
    for browser in play.browsers:
        for number in range(5):
            browser.expect_text(f"command {number}")


@case(WORKER, "half of the authorisation, then nothing",
      "no worker: gets no client")
def _(stage):
    gateway = stage.keep(Gatewayd())
    first = attach("W:0").encode()
    stage.keep(Worker(gateway.inner_address, "W:0", first[:20]))
    second = stage.keep(Worker(gateway.inner_address, "W:1"))
    for number in range(3):
        browser = stage.keep(WebSocket(gateway.websocket_port,
                                       greeting=False))
        browser.send(1, b"hello %d" % number)
        second.expect(b"hello %d" % number)


@case(WORKER, "the worker stalls",
      "events wait up to the limit, the rest are dropped with a line each "
      "second; the other worker is served at once; what waited arrives whole "
      "and in order")
def _(stage):
    play = Served(stage, ["--send-to-worker-buffer-size", str(MEGABYTE)])
    play.proxy.arm(down(STOP))
    sent = 0
    while "events dropped" not in play.gateway.process.log:
        for _ in range(20):
            write_all(play.browsers[0], client_frame(
                1, (b"%08d" % sent).ljust(MEGABYTE // 4, b".")))
            sent += 1
        play.expect_second()
        if sent > 2000:
            raise AssertionError("500 MB and nothing dropped")
    play.proxy.heal()
    got = []
    play.browsers[1].send(1, b"marker")
    play.second.expect(b"marker")
    # The first event that is not dropped any more is the last one.
    last = None
    while last is None:
        write_all(play.browsers[0], client_frame(1, b"last"))
        while select.select([play.first.peer.socket], [], [], 0.3)[0]:
            frame = play.first.read()
            if frame.body == b"last":
                last = frame
                break
            got.append(int(frame.body[:8]))
            equal(len(frame.body), MEGABYTE // 4, "an event's length")
    # One may have found room in the kernel's buffers after others did not.
    equal(got, sorted(set(got)), "the events that waited")
    equal(got[:1], [0], "the first of them")
    if not 0 < len(got) < sent:
        raise AssertionError(f"{len(got)} of {sent} events arrived")
