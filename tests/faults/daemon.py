"""Faults on the daemon's side: between gatewayd and a Register, a BusinessWorker
and a browser."""

import re
import select
import socket
import time

from cases import collect, equal
from harness.cluster import Gatewayd
from harness.inner import (CMD_IS_ONLINE, CMD_SEND_TO_ALL, CMD_WORKER_CONNECT,
                           HEAD, Frame, Peer, php_json, register_addresses)
from harness.process import wait_until
from harness.websocket import KEY, Connection, WebSocket, client_frame
from place import until
from proxy import (CUT, HALF_CLOSE, PASS, REPLACE, RST, STOP, Proxy, Rule,
                   Script)

CMD_COUNT, CMD_ON_MESSAGE, CMD_ON_CONNECT = 24, 3, 1
BACK = 3 + 5       # seconds: 3 are the promise, the rest the machine's
HANDSHAKE = 2      # seconds, --handshake-timeout
MEGABYTE = 1 << 20
CASES = []
case = collect(CASES)


def down(*args, **kwargs):
    return Script(down=Rule(*args, **kwargs))


def up(*args, **kwargs):
    return Script(up=Rule(*args, **kwargs))


# ---- gatewayd and a Register ------------------------------------------------

class Announced:
    """A Register, a gateway that reaches it through a proxy only, another that
    reaches it directly, and a browser at the first."""

    def __init__(self, stage, script=PASS):
        self.register = stage.keep(Gatewayd(options=["--register-only"]))
        self.other = stage.keep(Gatewayd(self.register.own_register))
        self.proxy = stage.keep(Proxy(stage.loop, self.register.own_register))
        self.proxy.arm(script)
        self.gateway = stage.keep(Gatewayd(self.proxy.address))
        self.browser = stage.keep(WebSocket(self.gateway.websocket_port))

    def listed(self):
        return register_addresses(self.register.own_register)

    def is_listed(self):
        return self.listed().count(self.gateway.inner_address)

    def expect_listed(self, seconds=BACK):
        until(lambda: self.is_listed() == 1, "the gateway in the list",
              seconds)
        self.expect_other()

    def expect_gone(self):
        until(lambda: not self.is_listed(), "a list without the gateway")
        self.expect_other()

    def expect_other(self):
        equal(self.listed().count(self.other.inner_address), 1,
              "the other gateway in the list")

    def expect_served(self):
        """The gateway goes on with its clients meanwhile."""
        push(self.gateway, self.browser, "meanwhile")

    def warnings(self, text):
        return self.gateway.process.log.count(text)


def push(gateway, browser, text):
    peer = Peer(gateway.inner_address)
    try:
        peer.send(Frame(CMD_SEND_TO_ALL, body=text.encode()))
        browser.expect_text(text)
    finally:
        peer.close()


def announced_late(stage, script, seconds=BACK):
    """The fault is there at the start, lasts, and is healed."""
    play = Announced(stage, script)
    until(lambda: play.proxy.struck.is_set(), "the fault")
    play.expect_served()
    equal(play.is_listed(), 0, "entries of the gateway")
    play.proxy.heal()
    play.expect_listed(seconds)
    play.expect_served()
    return play


def lost_and_found(stage, script):
    """The connection ends while the gateway is listed."""
    play = Announced(stage)
    play.expect_listed()
    before = play.proxy.accepted
    play.proxy.arm(script)
    until(lambda: play.proxy.accepted > before, "another connection", BACK)
    play.expect_listed()
    play.expect_served()
    equal(play.warnings("lost Register") + play.warnings("closed at once"), 1,
          "warnings")


REGISTER = "gatewayd → Register"
AGAIN = "serves its clients; listed within 3 s of the end of the fault"


@case(REGISTER, "refused at the start", AGAIN + "; one warning")
def _(stage):
    play = announced_late(stage, Script(refuse=True))
    equal(play.warnings("cannot reach Register"), 1, "warnings")


@case(REGISTER, "connection requests vanish",
      "serves its clients; gives up after 5 s, listed 1 s later")
def _(stage):
    announced_late(stage, Script(blackhole=True), BACK + 5)


@case(REGISTER, "closed when the announcement comes", AGAIN + "; one warning")
def _(stage):
    play = Announced(stage, up(CUT))
    until(lambda: play.proxy.accepted > 2, "a third attempt")
    play.expect_served()
    equal(play.is_listed(), 0, "entries of the gateway")
    equal(play.warnings("closed at once, wrong secret key?"), 1, "warnings")
    play.proxy.heal()
    play.expect_listed()


@case(REGISTER, "reset in mid-announcement", AGAIN)
def _(stage):
    announced_late(stage, up(RST, at=20))


@case(REGISTER, "the Register stops reading",
      "serves its clients; listed as soon as the Register reads")
def _(stage):
    announced_late(stage, Script(up=Rule(STOP), down=Rule(STOP)))


@case(REGISTER, "half of the announcement, then nothing",
      "serves its clients; the Register gives up after 10 s, then listed")
def _(stage):
    """The gateway cannot know; the Register must."""
    play = Announced(stage, up(STOP, at=20))
    until(play.proxy.struck.is_set, "the fault")
    play.proxy.arm(Script(up=Rule(STOP), old_only=True))
    play.expect_served()
    play.expect_listed(10 + BACK)
    equal(play.proxy.accepted, 2, "connections to the Register")


@case(REGISTER, "announcement one byte at a time", "listed")
def _(stage):
    Announced(stage, up(gap=0.005)).expect_listed()


@case(REGISTER, "both ways take 0.2 s", "listed")
def _(stage):
    Announced(stage, Script(up=Rule(delay=0.2),
                            down=Rule(delay=0.2))).expect_listed()


@case(REGISTER, "garbage instead of the announcement",
      "the Register says what it is and closes; " + AGAIN)
def _(stage):
    play = announced_late(stage, up(REPLACE, data=b"\xff\0garbage\n"))
    equal("malformed line" in play.register.process.log, True,
          "a line in the Register's log")


@case(REGISTER, "1 MB of garbage from the Register", "ignored; stays listed")
def _(stage):
    play = Announced(stage)
    play.expect_listed()
    for _ in range(32):
        play.proxy.arm(Script(idle=b"\xf1{garbage}\n" * 2700, old_only=True))
    play.expect_served()
    play.expect_listed()
    equal(play.proxy.accepted, 1, "connections to the Register")


@case(REGISTER, "reset while announced", AGAIN + ", once; one warning")
def _(stage):
    lost_and_found(stage, Script(end=RST, old_only=True))


@case(REGISTER, "closed while announced", AGAIN + ", once; one warning")
def _(stage):
    lost_and_found(stage, Script(end=CUT, old_only=True))


@case(REGISTER, "half-closed towards the gateway",
      AGAIN + ", once; one warning")
def _(stage):
    lost_and_found(stage, Script(down=Rule(HALF_CLOSE, now=True),
                                 old_only=True))


@case(REGISTER, "half-closed towards the Register",
      AGAIN + ", once; one warning")
def _(stage):
    lost_and_found(stage, Script(up=Rule(HALF_CLOSE, now=True),
                                 old_only=True))


# ---- gatewayd and a BusinessWorker ------------------------------------------

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
    play.proxy.arm(up(gap=0.02))
    play.first.peer.send(Frame(CMD_SEND_TO_ALL, body=b"slow"))
    play.expect_second()
    play.second.peer.send(Frame(CMD_SEND_TO_ALL, body=b"quick"))
    for browser in play.browsers:
        browser.expect_text("quick")
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
    equal(got, list(range(len(got))), "the events that waited")
    if not 0 < len(got) < sent:
        raise AssertionError(f"{len(got)} of {sent} events arrived")


def write_all(client, data):
    client.socket.setblocking(True)
    client.socket.settimeout(10)
    client.socket.sendall(data)
    client.socket.setblocking(False)


# ---- gatewayd and a browser -------------------------------------------------

class Visited:
    """A gateway, a browser that nothing happens to, and a proxy for one that
    something happens to."""

    def __init__(self, stage, script=PASS, options=()):
        self.stage = stage
        self.gateway = stage.keep(Gatewayd(options=[
            "--handshake-timeout", str(HANDSHAKE), *options]))
        self.port = self.gateway.websocket_port
        self.witness = stage.keep(WebSocket(self.port))
        self.peer = stage.keep(Peer(self.gateway.inner_address))
        self.proxy = stage.keep(Proxy(stage.loop, f"127.0.0.1:{self.port}"))
        self.proxy.arm(script)

    def browser(self):
        return self.stage.keep(WebSocket(self.proxy.port))

    def raw(self, first):
        return self.stage.keep(Connection(self.proxy.port, first))

    def count(self):
        self.peer.send(Frame(CMD_COUNT))
        return int(re.fullmatch(rb"i:(\d+);", self.peer.reply())[1])

    def expect_served(self):
        """The witness gets its messages at once."""
        push(self.gateway, self.witness, "meanwhile")

    def expect_count(self, count, seconds=None):
        until(lambda: self.count() == count, f"{count} connections", seconds)
        self.expect_served()


REQUEST = ("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           f"Sec-WebSocket-Key: {KEY}\r\n\r\n").encode()
BROWSER = "browser → gatewayd"
GONE = "gone at once: the count is right, others are served"


def handshake_fails(stage, script, seconds=None):
    play = Visited(stage, script)
    play.raw(REQUEST)
    until(play.proxy.struck.is_set, "the fault")
    play.expect_served()
    play.expect_count(1, seconds)
    return play


def visitor_ends(stage, script, data=b""):
    play = Visited(stage)
    browser = play.browser()
    play.expect_count(2)
    browser.expect_text("meanwhile")
    play.proxy.arm(script)
    if data:
        browser.socket.sendall(data)
    until(play.proxy.struck.is_set, "the fault")
    play.expect_count(1)


@case(BROWSER, "handshake one byte at a time", "greeted")
def _(stage):
    play = Visited(stage, Script(up=Rule(gap=0.003), down=Rule(gap=0.001)))
    play.browser()
    play.expect_count(2)


@case(BROWSER, "handshake takes 0.2 s each way", "greeted")
def _(stage):
    Visited(stage, Script(up=Rule(delay=0.2), down=Rule(delay=0.2))).browser()


@case(BROWSER, "half a handshake, then nothing",
      "closed by handshake_timeout; others are served")
def _(stage):
    handshake_fails(stage, up(STOP, at=50), HANDSHAKE + BACK)


@case(BROWSER, "handshake one byte each 0.4 s",
      "closed by handshake_timeout; others are served")
def _(stage):
    play = Visited(stage, up(gap=0.4))
    browser = play.raw(REQUEST)
    started = time.monotonic()
    browser.expect_eof(HANDSHAKE + BACK)
    if time.monotonic() - started < HANDSHAKE - 1.1:  # a ring of seconds
        raise AssertionError("closed too early")
    play.expect_count(1)


@case(BROWSER, "reset in mid-handshake", GONE)
def _(stage):
    handshake_fails(stage, up(RST, at=50))


@case(BROWSER, "closed in mid-handshake", GONE)
def _(stage):
    handshake_fails(stage, up(CUT, at=50))


@case(BROWSER, "half-closed in mid-handshake", GONE)
def _(stage):
    handshake_fails(stage, up(HALF_CLOSE, at=50))


@case(BROWSER, "reset instead of the handshake's answer", GONE)
def _(stage):
    handshake_fails(stage, down(RST))


@case(BROWSER, "garbage instead of a handshake", "400, closed")
def _(stage):
    play = Visited(stage, up(REPLACE, data=b"\xf3\0garbage\r\n\r\n"))
    browser = play.raw(REQUEST)
    wait_until(lambda: browser.read() and browser.eof, "an answer")
    equal(browser.received[:12], b"HTTP/1.1 400", "the answer")
    play.expect_count(1)


@case(BROWSER, "reset in mid-frame", GONE)
def _(stage):
    visitor_ends(stage, up(RST, at=4), client_frame(1, b"half a message"))


@case(BROWSER, "closed in mid-frame", GONE)
def _(stage):
    visitor_ends(stage, up(CUT, at=4), client_frame(1, b"half a message"))


@case(BROWSER, "reset while idle", GONE)
def _(stage):
    visitor_ends(stage, Script(end=RST, old_only=True))


@case(BROWSER, "half-closed by the browser", GONE)
def _(stage):
    visitor_ends(stage, Script(up=Rule(HALF_CLOSE, now=True), old_only=True))


@case(BROWSER, "garbage instead of a frame", "close 1002; " + GONE)
def _(stage):
    play = Visited(stage)
    browser = play.browser()
    play.proxy.arm(up(REPLACE, data=b"\xff" * 64))
    browser.send(1, b"message")
    browser.expect(b"\x88\x02\x03\xea")
    browser.expect_eof()
    play.expect_count(1)


@case(BROWSER, "a message one byte at a time", "the worker gets it whole")
def _(stage):
    play = Visited(stage)
    worker = stage.keep(Worker(play.gateway.inner_address, "W:0"))
    browser = stage.keep(WebSocket(play.proxy.port, greeting=False))
    play.proxy.arm(up(gap=0.003))
    browser.send(1, b"one byte at a time")
    worker.expect(b"one byte at a time")
    play.proxy.heal()


@case(BROWSER, "messages to it one byte at a time",
      "whole, in order; others at once")
def _(stage):
    play = Visited(stage)
    browser = play.browser()
    play.proxy.arm(down(gap=0.005))
    play.expect_served()
    for number in range(5):
        play.peer.send(Frame(CMD_SEND_TO_ALL, body=b"message %d" % number))
        play.witness.expect_text(f"message {number}")
    browser.expect_text("meanwhile")
    for number in range(5):
        browser.expect_text(f"message {number}")


def flood(play):
    """A quarter megabyte each, until the gateway refuses some."""
    number = 0
    body = b"." * (MEGABYTE // 4)
    while number < 80:
        play.peer.send(Frame(CMD_SEND_TO_ALL, body=b"%08d" % number + body))
        play.witness.expect_text(b"%08d" % number + body)
        number += 1
    return number


@case(BROWSER, "it stops reading",
      "full at the limit: later messages are dropped; others at once; what "
      "waited arrives whole and in order, and then the next")
def _(stage):
    play = Visited(stage)
    browser = play.browser()
    play.proxy.arm(down(STOP))
    sent = flood(play)
    play.proxy.heal()
    got = []
    while True:
        play.peer.send(Frame(CMD_SEND_TO_ALL, body=b"next"))
        play.witness.expect_text("next")
        try:
            got += whole_messages(browser)
        except StopIteration:
            break
    equal(got, list(range(len(got))), "the messages that waited")
    if not 0 < len(got) < sent:
        raise AssertionError(f"{len(got)} of {sent} messages arrived")


def whole_messages(browser):
    """Numbers of the large messages; StopIteration at "next"."""
    size = 8 + MEGABYTE // 4
    head = b"\x81\x7f" + size.to_bytes(8, "big")
    got = []
    until(lambda: len(browser.read()) >= 6, "a message")
    while browser.received[:1] == b"\x81":
        if browser.received[:6] == b"\x81\x04next":
            if got:
                return got
            raise StopIteration
        until(lambda: len(browser.read()) >= len(head) + size, "its rest")
        equal(browser.received[:10], head, "a message's head")
        got.append(int(browser.received[10:18]))
        browser.received = browser.received[len(head) + size:]
        if not select.select([browser.socket], [], [], 0.3)[0] and \
                not browser.received:
            break
    return got


@case(BROWSER, "it stops reading, send_to_client_full = close",
      "closed; others at once")
def _(stage):
    play = Visited(stage, options=["--send-to-client-full", "close"])
    play.browser()
    play.expect_count(2)
    play.proxy.arm(down(STOP))
    flood(play)
    play.expect_count(1)
