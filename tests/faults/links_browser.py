"""Faults between gatewayd and a browser, with TLS and without."""

import re
import select
import time

from cases import equal
from harness.cluster import Gatewayd
from harness.inner import CMD_SEND_TO_ALL, Frame, Peer
from harness.process import Process, wait_until
from harness.tls import Certificate, Tls
from harness.websocket import KEY, Connection, WebSocket, client_frame
from links import BACK, MEGABYTE, case, down, push, up
from links_worker import Worker
from place import until
from proxy import CUT, HALF_CLOSE, PASS, REPLACE, RST, STOP, Proxy, Rule, Script

CMD_COUNT = 24
HANDSHAKE = 2      # seconds, --handshake-timeout where it is the subject


class Visited:
    """A gateway, a browser that nothing happens to, and a proxy for one that
    something happens to."""

    def __init__(self, stage, script=PASS, options=(), patient=True):
        self.stage = stage
        seconds = 60 if patient else HANDSHAKE
        self.gateway = stage.keep(Gatewayd(options=[
            "--handshake-timeout", str(seconds), *options]))
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
    play = Visited(stage, script, patient=seconds is None)
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
    play = Visited(stage, Script(up=Rule(gap=0.001), down=Rule(gap=0.001)))
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
    play = Visited(stage, up(gap=0.4), patient=False)
    started = time.monotonic()
    browser = play.raw(REQUEST)
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


# ---- TLS --------------------------------------------------------------------

class Secret(Visited):
    """The same with TLS on the listener behind the proxy."""

    def __init__(self, stage, script=PASS, patient=True):
        folder = Process(["true"], "tls").folder
        stage.callback(folder.rmdir)
        own = Certificate(folder, "own", "localhost")
        stage.callback(own.certificate.unlink)
        stage.callback(own.key.unlink)
        super().__init__(stage, patient=patient, options=[
            "--listen", "wss://127.0.0.1:0", "--tls-certificate",
            str(own.certificate), "--tls-key", str(own.key)])
        port, = self.gateway.ports_of("wss")
        self.proxy = stage.keep(Proxy(stage.loop, f"127.0.0.1:{port}"))
        self.proxy.arm(script)

    def browser(self):
        return self.stage.keep(WebSocket(self.proxy.port, tls=Tls()))


TLS = "browser → gatewayd, TLS"


@case(TLS, "all of it one byte at a time", "greeted")
def _(stage):
    # Heads and beginnings of records; all of them would take seconds.
    slow = Rule(gap=0.0005, first=80)
    play = Secret(stage, Script(up=slow, down=slow))
    play.browser()
    play.expect_count(2)


@case(TLS, "half a hello, then nothing",
      "closed by handshake_timeout; others are served")
def _(stage):
    play = Secret(stage, patient=False)
    hello = play.raw(b"\x16\x03\x01\x02\x00\x01")
    play.expect_served()
    hello.expect_eof(HANDSHAKE + BACK)
    play.expect_count(1)


def secret_ends(stage, script):
    play = Secret(stage)
    browser = play.browser()
    play.expect_count(2)
    browser.expect_text("meanwhile")
    play.proxy.arm(script)
    browser.send(1, b"half a record")
    until(play.proxy.struck.is_set, "the fault")
    play.expect_count(1)


@case(TLS, "reset in mid-record", GONE)
def _(stage):
    secret_ends(stage, up(RST, at=10))


@case(TLS, "closed in mid-record, without a goodbye", GONE)
def _(stage):
    secret_ends(stage, up(CUT, at=10))


@case(TLS, "half-closed in mid-record", GONE)
def _(stage):
    secret_ends(stage, up(HALF_CLOSE, at=10))


@case(TLS, "garbage instead of a record", GONE)
def _(stage):
    secret_ends(stage, up(REPLACE, data=b"\xf3garbage" * 9))


@case(TLS, "garbage inside a record", GONE)
def _(stage):
    secret_ends(stage, up(REPLACE, at=10, data=b"\xf3garbage" * 9))


@case(TLS, "reset in the handshake", GONE)
def _(stage):
    play = Secret(stage, down(RST, at=200))
    try:
        play.browser()
        raise AssertionError("greeted")
    except OSError:
        pass
    play.expect_count(1)


@case(TLS, "plain HTTP", "closed; others are served")
def _(stage):
    play = Secret(stage)
    plain = play.raw(REQUEST)
    wait_until(lambda: plain.eof or plain.read() is None, "the end")
    equal(b"101" in plain.received, False, "an upgrade")
    play.expect_count(1)
