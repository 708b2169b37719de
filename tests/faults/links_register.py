"""Faults between a Register and those who talk to it."""

import json

from cases import REFUSED, equal, expect_told_once
from harness.cluster import Gatewayd
from harness.inner import php_json, register_addresses, split_address
from harness.websocket import Connection, WebSocket
from links import BACK, case, down, push, up
from place import until
from proxy import (CUT, HALF_AFTER, HALF_CLOSE, PASS, REPLACE, RST, STOP, Proxy,
                   Rule, Script)


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
        until(lambda: self.other.inner_address in self.listed(),
              "the other gateway in the list")

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
    until(lambda: play.warnings(REFUSED), "a warning")
    before = play.proxy.accepted
    until(lambda: play.proxy.accepted > before + 1, "two more attempts")
    play.expect_served()
    equal(play.is_listed(), 0, "entries of the gateway")
    expect_told_once(play.gateway.process.log)
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


# ---- a Register and a BusinessWorker ----------------------------------------

class Listening:
    """A connection to a Register that is told of every change."""

    def __init__(self, address):
        host, port = split_address(address)
        self.link = Connection(port, host=host, first=php_json(
            {"event": "worker_connect", "secret_key": ""}) + b"\n")
        self.list = None

    def read(self):
        """The newest list."""
        *lines, self.link.received = self.link.read().split(b"\n")
        for line in lines:
            self.list = json.loads(line)["addresses"]
        return self.list

    def expect(self, *addresses):
        until(lambda: sorted(self.read() or []) == sorted(addresses),
              f"the list {addresses}")

    def close(self):
        self.link.close()


class Told:
    """A Register, a gateway, and a worker behind a proxy."""

    def __init__(self, stage, script=PASS):
        self.stage = stage
        self.register = stage.keep(Gatewayd(options=["--register-only"]))
        self.gateway = stage.keep(Gatewayd(self.register.own_register))
        self.witness = stage.keep(Listening(self.register.own_register))
        self.witness.expect(self.gateway.inner_address)
        self.proxy = stage.keep(Proxy(stage.loop, self.register.own_register))
        self.proxy.arm(script)
        self.worker = stage.keep(Listening(self.proxy.address))

    def expect_another(self):
        """One more gateway: the other worker is told at once."""
        other = self.stage.keep(Gatewayd(self.register.own_register))
        both = (self.gateway.inner_address, other.inner_address)
        self.witness.expect(*both)
        return both


WORKER = "BusinessWorker → Register"


@case(WORKER, "request one byte at a time", "gets the list; others at once")
def _(stage):
    play = Told(stage, up(gap=0.01))
    both = play.expect_another()
    play.worker.expect(*both)


@case(WORKER, "lists one byte at a time", "each whole; others at once")
def _(stage):
    play = Told(stage, down(gap=0.01))
    both = play.expect_another()
    play.worker.expect(*both)


@case(WORKER, "it stops reading", "others are told at once; all that waited "
      "arrives when it reads")
def _(stage):
    play = Told(stage, down(STOP))
    both = play.expect_another()
    play.proxy.heal()
    play.worker.expect(*both)


@case(WORKER, "reset while listening", "others are told as before")
def _(stage):
    play = Told(stage)
    play.worker.expect(play.gateway.inner_address)
    play.proxy.arm(Script(end=RST, old_only=True))
    play.expect_another()


@case(WORKER, "half-closed by the worker",
      "it gets its list and the end; others are told as before")
def _(stage):
    play = Told(stage, Script(up=Rule(HALF_AFTER)))
    play.worker.expect(play.gateway.inner_address)
    until(lambda: play.worker.read() and play.worker.link.eof, "the end")
    play.expect_another()


@case(WORKER, "garbage behind the request",
      "the Register says what it is and closes; others are told as before")
def _(stage):
    play = Told(stage)
    play.worker.expect(play.gateway.inner_address)
    play.worker.link.socket.sendall(b"\xf3\0garbage\n")
    until(lambda: play.worker.link.read() and play.worker.link.eof, "the end")
    equal(b"this is a Register" in play.worker.link.received, True,
          "what it says")
    play.expect_another()
