"""Processes that die or stand still, machines without power, and strangers on
their ports."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time

from cases import REFUSED, Skip, equal, expect_told_once
from harness import hosts
from harness.children import listener
from harness.cluster import WRAPPER, Gatewayd
from harness.inner import Peer, register_addresses, split_address
from harness.php import Php
from harness.process import PREFIX, Process, own_address
from harness.websocket import WebSocket, client_frame
from links_worker import Worker
from place import connections_of, has_unread, until
from proxy import Answerer
from real import (BACK, PING, Cluster, case, deadline_call, expect_clean,
                  expect_exception, expect_noticed, expect_quick,
                  expect_warning)
from table import HTTP


# ---- kill -9 ----------------------------------------------------------------

DIES = "kill -9"


@case(DIES, "a gateway, connections pooled",
      "the others get every message, one E_WARNING until the Register has "
      "forgotten it; back on its address, each message arrives once")
def _(stage):
    play = Cluster(stage)
    victim = play.gateways[1]
    # The list that PHP believes for a second still has it.
    expect_clean(play.php.call("Gateway::getAllClientIdCount()"))
    victim.process.kill()
    expect_noticed(play, victim)
    result = play.php.call("Gateway::sendToAll('one')")
    play.browsers[0].expect_text("one")
    online = play.php.call("Gateway::isOnline($id)",
                           id=play.browsers[1].client_id)
    cause = f"can not connect to tcp://{victim.inner_address} " \
        "Connection refused"
    if result.warnings:  # it was not forgotten yet
        expect_warning(result, cause)
    if result.warnings and online.throws:  # nor then
        expect_exception(online, cause)
    else:
        expect_clean(online)
        equal(online.value, 0, "isOnline()")
    play.expect_listed(1)
    expect_clean(play.php.call("Gateway::sendToAll('two')"))
    play.browsers[0].expect_text("two")
    victim.restart()
    play.expect_listed(2)
    play.browsers[1] = play.browser(1)
    play.php.call("usleep(1100000)")  # as long as a list is believed
    play.expect_all_right("three")
    play.browsers[0].expect_silence()


@case(DIES, "a gateway, in the middle of a question",
      "exception at once, not at the deadline")
def _(stage):
    play = Cluster(stage)
    victim = play.gateways[1]
    victim.process.pause()
    play.php.send("Gateway::isOnline($id)", id=play.browsers[1].client_id)
    port = split_address(victim.inner_address)[1]
    until(lambda: has_unread(play.php.popen.pid, port), "the question")
    victim.process.kill()
    result = play.php.answer()
    expect_exception(result, f"connection close tcp://{victim.inner_address}")
    expect_quick(result)


@case(DIES, "the Register",
      "gateways go on with their clients; callers: exception that names it; "
      "restarted empty, it answers when its gateways are back: callers get on "
      "within 1 s of register_grace's end, and none is told half a list")
def _(stage):
    # The gateways come within 1 s, and the machine is busy.
    grace = 8
    play = Cluster(stage, 3, register=["--register-grace", str(grace)])
    play.register.process.kill()
    # What the Register is not needed for goes on.
    result = play.php.call("Gateway::isOnline($id)",
                           id=play.browsers[0].client_id)
    equal((result.value, result.warnings), (1, []), "isOnline()")
    play.php.call("Gateway::$addressesCacheDisable = true")
    expect_exception(play.php.call("Gateway::sendToAll('x')"),
                     f"Can not connect to tcp://{play.register_address} "
                     "Connection refused")
    play.register.restart()
    began = time.monotonic()
    result = play.php.call("Gateway::getAllClientIdCount()")
    expect_clean(result)
    equal(result.value, 3, "clients")
    seconds = time.monotonic() - began
    if seconds > BACK + grace - 2:  # of which 2 are the default
        raise AssertionError(f"after {seconds} s only")
    play.expect_all_right("again")


@case(DIES, "one of two Registers", "callers and gateways use the other")
def _(stage):
    registers = [stage.keep(Gatewayd(options=["--register-only"],
                                     host=own_address()))
                 for _ in range(2)]
    addresses = [r.own_register for r in registers]
    gateway = stage.keep(Gatewayd(addresses[0], options=[
        "--register-address", addresses[1]]))
    for address in addresses:
        until(lambda a=address: register_addresses(a)
              == [gateway.inner_address], "the list")
    stage.keep(WebSocket(gateway.websocket_port))
    registers[0].process.kill()
    with Php(True) as php:
        php.call("[Gateway::$registerAddress = $list, "
                 "Gateway::$addressesCacheDisable = true]", list=addresses)
        result = php.call("Gateway::getAllClientIdCount()")
    expect_clean(result)
    expect_quick(result)
    equal(result.value, 1, "clients")


@case(DIES, "a worker process of many",
      "the master starts it again on its address; the others' clients stay")
def _(stage):
    gateway = stage.keep(Gatewayd(options=["--workers", "2"],
                                  host=own_address()))
    until(lambda: len(register_addresses(gateway.own_register)) == 2,
          "both in the list")
    peers = {a: Peer(a, "") for a in gateway.inner_addresses}
    for peer in peers.values():
        stage.keep(peer)
        peer.fence()
    address = gateway.inner_addresses[1]
    victim = listener(gateway.process.pid, split_address(address)[1])
    os.kill(victim, signal.SIGKILL)
    until(lambda: listener(gateway.process.pid, split_address(address)[1])
          not in (None, victim), "its successor")
    equal(peers[gateway.inner_addresses[0]].fence(), b"i:0;", "the other")
    until(lambda: sorted(register_addresses(gateway.own_register))
          == sorted(gateway.inner_addresses), "both in the list", BACK)
    again = stage.keep(Peer(address, ""))
    equal(again.fence(), b"i:0;", "the successor")


# ---- SIGSTOP ----------------------------------------------------------------

STANDS = "SIGSTOP"


@case(STANDS, "a gateway",
      "question to one: exception at the deadline; to all: partial at the "
      "deadline; a message is sent, flush() says that it is not confirmed; "
      "after SIGCONT it arrives, once, and no late reply is taken for another")
def _(stage):
    play = Cluster(stage)
    stopped = play.gateways[1]
    first, second = (browser.client_id for browser in play.browsers)
    stopped.process.pause()
    stage.callback(stopped.process.resume)
    cause = f"timed out waiting for tcp://{stopped.inner_address}"
    result = deadline_call(stage, play.php, "Gateway::getUidByClientId($id)",
                           id=second)
    expect_exception(result, cause)
    result = deadline_call(stage, play.php, "Gateway::getAllClientIdCount()")
    expect_warning(result, cause)
    equal(result.value, 1, "clients")
    result = play.php.call("Gateway::sendToAll('waits')")
    expect_clean(result)
    expect_quick(result)
    play.browsers[0].expect_text("waits")
    result = deadline_call(stage, play.php, "Gateway::flush()")
    expect_warning(result, cause)
    stopped.process.resume()
    play.browsers[1].expect_text("waits")
    for index, client_id in enumerate((first, second)):
        result = play.php.call("Gateway::getUidByClientId($id)", id=client_id)
        equal(result.value, b"uid%d" % index, "a uid")
    play.expect_all_right("goes on")
    for browser in play.browsers:
        browser.expect_silence()


@case(STANDS, "the Register",
      "exception at the deadline; after SIGCONT all is well, nobody was "
      "forgotten")
def _(stage):
    play = Cluster(stage)
    play.php.call("Gateway::$addressesCacheDisable = true")
    play.register.process.pause()
    stage.callback(play.register.process.resume)
    result = deadline_call(stage, play.php, "Gateway::getAllClientIdCount()")
    expect_exception(result, "getAllGatewayAddressesFromRegister fail. tcp://"
                     f"{play.register_address} return false")
    play.register.process.resume()
    play.expect_all_right("again")
    equal(play.register.process.log.count("is gone"), 0, "gateways forgotten")


@case(STANDS, "a gateway, longer than its clients' pings",
      "after SIGCONT the clients that answer are all there")
def _(stage):
    """Their answers wait in the kernel; time has passed only for gatewayd."""
    gateway = stage.keep(Gatewayd(options=["--websocket-ping", str(PING)]))
    browsers = [stage.keep(Ponging(gateway.websocket_port))
                for _ in range(5)]
    until(lambda: all(b.pings > 0 for b in browsers), "pings", PING + BACK)
    gateway.process.pause()
    time.sleep(2 * PING + 1)
    gateway.process.resume()
    for browser in browsers:
        seen = browser.pings
        until(lambda b=browser, n=seen: b.pings > n + 1 or b.ended, "pings",
              2 * PING + BACK)
        equal(browser.ended, False, "a client's end")


class Ponging(threading.Thread):
    """A browser that does nothing but answer pings."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.client = WebSocket(port)
        self.client.socket.setblocking(True)
        self.pings = 0
        self.ended = False
        self.start()

    def run(self):
        try:
            while data := self.client.socket.recv(4096):
                for _ in range(data.count(b"\x89\x00")):
                    self.pings += 1
                    self.client.socket.sendall(client_frame(10, b""))
        except OSError:
            pass
        self.ended = True

    def close(self):
        with contextlib.suppress(OSError):
            self.client.socket.shutdown(socket.SHUT_RDWR)
        self.join()
        self.client.close()


# ---- somebody else has the port ---------------------------------------------

STRANGER = "a stranger that speaks HTTP"


@case(STRANGER, "on a gateway's address, pooled",
      "question: exception; message: sent, told at the next use and by "
      "flush(); all at once, nothing is taken for an answer")
def _(stage):
    play = Cluster(stage)
    victim = play.gateways[1]
    client_id = play.browsers[1].client_id
    victim.process.kill()
    expect_noticed(play, victim)
    stranger(stage, victim.inner_address)
    cause = f"too long a frame or reply with tcp://{victim.inner_address}"
    result = play.php.call("Gateway::isOnline($id)", id=client_id)
    expect_exception(result, cause)
    expect_quick(result)
    result = play.php.call("Gateway::sendToClient($id, 'x')", id=client_id)
    equal(result.value, True, "sendToClient()")
    # Its answer lies in the connection before that is used again.
    port = split_address(victim.inner_address)[1]
    until(lambda: not connections_of(play.php.popen.pid, port), "its answer")
    result = play.php.call("Gateway::sendToClient($id, 'y')", id=client_id)
    equal(result.value, False, "sendToClient(), second")
    expect_warning(result, cause)
    result = play.php.call("Gateway::flush()")
    expect_warning(result, f"1 sent to tcp://{victim.inner_address} and not "
                   "confirmed: the connection is gone (wrong secret key?)")
    expect_quick(result)


@case(STRANGER, "on the Register's address",
      "callers: exception that quotes it; the gateway tries again each second, "
      "says so once, and is listed when the Register is back")
def _(stage):
    play = Cluster(stage)
    gateway = play.gateways[0].process
    play.register.close()
    # How that end looked is told, too; what is told next is the stranger.
    until(lambda: "cannot reach Register" in gateway.log,
          "an attempt in vain")
    before = len(gateway.log)
    other = stranger(stage, play.register_address)
    play.php.call("Gateway::$addressesCacheDisable = true")
    result = play.php.call("Gateway::sendToAll('x')")
    expect_exception(result, "getAllGatewayAddressesFromRegister fail. tcp://"
                     f"{play.register_address} return 'HTTP/1.1 400")
    expect_quick(result)
    until(lambda: REFUSED in gateway.log[before:], "a warning", 10)
    served = other.served
    until(lambda: other.served > served + 3, "attempts of the gateways", 10)
    other.close()
    play.register.restart()
    play.expect_listed(2)
    play.expect_all_right("again")
    expect_told_once(gateway.log[before:])


@case(STRANGER, "on a port that gatewayd is to open",
      "exit status 2, and a line that names the address")
def _(stage):
    taken = Answerer(stage.loop, HTTP, close=True)
    stage.keep(taken)
    port = split_address(taken.address)[1]
    for options in (["--listen", f"websocket://{taken.address}",
                     "--start-port", "0", "--register-listen", "127.0.0.1:0"],
                    ["--listen", "websocket://127.0.0.1:0", "--start-port",
                     str(port), "--register-listen", "127.0.0.1:0"],
                    ["--listen", "websocket://127.0.0.1:0", "--start-port",
                     "0", "--register-listen", taken.address],
                    ["--listen", "websocket://127.0.0.1:0", "--start-port",
                     "0", "--register-listen", "127.0.0.1:0",
                     "--status-listen", taken.address]):
        done = subprocess.run([*WRAPPER, PREFIX / "bin/gatewayd", *options],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False)
        equal(done.returncode, 2, f"exit status with {options}")
        if taken.address not in done.stderr or "in use" not in done.stderr:
            raise AssertionError(f"{options}: {done.stderr!r}")


class Stranger(Answerer):
    """Answers whatever comes, as nginx does what is no HTTP."""

    served = 0

    async def _serve(self, reader, writer):
        self.served += 1
        try:
            if await reader.read(1):
                writer.write(HTTP)
                await writer.drain()
                writer.close()
        except OSError:
            pass


def stranger(stage, address):
    """The port may still be in the hands of the one that died."""
    host, port = split_address(address)
    made = []

    def bound():
        try:
            made.append(Stranger(stage.loop, host=host, port=port))
        except OSError:
            return False
        return True

    until(bound, f"the port of {address}")
    return stage.keep(made[0])


# ---- the same address, another process --------------------------------------

@case("back on the same address", "a gateway, with new clients",
      "the old client_ids are offline: no message for one of them reaches "
      "somebody else")
def _(stage):
    play = Cluster(stage)
    gateway = play.gateways[1]
    old = [play.browser(1).client_id for _ in range(40)]
    old.append(play.browsers[1].client_id)
    gateway.process.kill()
    gateway.restart()
    play.expect_listed(2)
    new = [play.browser(1) for _ in range(41)]
    ids = {browser.client_id for browser in new}
    equal({i[:12] for i in ids}, {i[:12] for i in old}, "the address in ids")
    equal(ids & set(old), set(), "ids that came again")
    for client_id in old:
        for code, wanted in (("Gateway::isOnline($id)", 0),
                             ("Gateway::getUidByClientId($id)", None),
                             ("Gateway::getSession($id)", None),
                             ("Gateway::sendToClient($id, 'secret')", True)):
            result = play.php.call(code, id=client_id)
            expect_clean(result)
            equal(result.value, wanted, code)
    play.expect_flushed()
    for browser in new:
        browser.expect_silence()


# ---- no power ---------------------------------------------------------------

DEAD = 20      # seconds, GWD_KEEPALIVE_SECONDS
REGISTER_PORT, INNER_PORT = 1236, 2900


class Machines:
    """A Register and a gateway on one machine, a gateway on a second, two
    workers of the first gateway on a third, and a browser for each; on the
    third also a caller with a connection in its pool."""

    def __init__(self, stage):
        why = hosts.why_not()
        if why:
            raise Skip(why)
        self.stage = stage
        self.network = stage.keep(hosts.Network())
        self.first, self.second, self.third = (
            self.network.add(name) for name in ("one", "two", "three"))
        self.register = f"{self.first.address}:{REGISTER_PORT}"
        self.gateway = self.start(self.first, "--register-listen",
                                  self.register)
        self.start(self.second, "--no-register")
        inner = f"{self.first.address}:{INNER_PORT}"
        with hosts.inside(self.third.namespace):
            self.idle, self.busy = (stage.keep(Worker(inner, name))
                                    for name in ("idle", "busy"))
            self.caller = stage.keep(Peer(inner))
        self.caller.fence()
        # Each goes to the worker with the fewest.
        self.quiet, self.talker = (self.browser() for _ in range(2))

    def browser(self, greeting=False):
        port = int(re.search(r"websocket://127\.0\.0\.1:(\d+)",
                             self.gateway.log)[1])
        with hosts.inside(self.first.namespace):
            return self.stage.keep(WebSocket(port, greeting=greeting))

    def start(self, host, *options):
        process = Process(
            [*host.prefix, *WRAPPER, PREFIX / "bin/gatewayd", "--listen",
             "websocket://127.0.0.1:0", "--start-port", INNER_PORT,
             "--lan-ip", host.address, "--register-address", self.register,
             *options], "gatewayd")
        self.stage.callback(process.discard)
        process.start()
        until(lambda: " ready: " in process.log, "gatewayd's ready line")
        return process

    def listed(self):
        with hosts.inside(self.first.namespace):
            return len(register_addresses(self.register))


@case("no power, or a cable that was pulled",
      "the machine of a gateway, and that of workers, idle and busy",
      "the Register forgets the gateway after 20 s; the workers get no clients "
      "until they answer again, and then what waited for them; connections in "
      "a caller's pool are good as before; the gateway is listed again within "
      "3 s of finding out")
def _(stage):
    play = Machines(stage)
    until(lambda: play.listed() == 2, "both gateways in the list")
    for host in (play.second, play.third):
        play.network.link(host, up=False)
    # The kernel does not ask while it repeats what the worker has not got.
    play.talker.send(1, b"to nobody")
    began = time.monotonic()
    until(lambda: play.listed() == 1, "a list without it", DEAD + BACK)
    if time.monotonic() - began < DEAD / 2:
        raise AssertionError("forgotten too early")
    for name in "idle", "busy":
        until(lambda n=name: f"{n}: its machine does not answer" in
              play.gateway.log, f"the loss of the {name} worker", BACK)
    play.browser(greeting=True)  # as where no worker is
    for host in (play.second, play.third):
        play.network.link(host, up=True)
    until(lambda: play.listed() == 2, "both in the list", DEAD + BACK)
    for name in "idle", "busy":
        until(lambda n=name: f"{n}: its machine answers again" in
              play.gateway.log, f"the {name} worker", DEAD + BACK)
    play.busy.expect(b"to nobody")
    play.quiet.send(1, b"to the idle one")
    play.idle.expect(b"to the idle one")
    equal(play.caller.fence(), b"i:0;", "the caller's answer")
