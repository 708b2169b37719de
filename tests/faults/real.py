"""Faults that no proxy makes: processes that die or stand still, ports that
somebody else has, clocks, descriptors and disks."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from cases import Skip, collect, equal
from harness.children import status_of
from harness.cluster import WRAPPER, Gatewayd
from harness.inner import Peer, register_addresses, split_address
from harness.php import NATIVE_EXCEPTION, Php, extension_environment
from harness.process import PREFIX, Process, free_ports
from harness.websocket import Connection, WebSocket, client_frame
from place import connections_of, until
from proxy import Answerer
from table import HTTP, TIMEOUT

HERE = Path(__file__).parent
BACK = 3 + 5   # seconds: 3 are the promise, the rest the machine's
SLACK = 3.0
DAY = 86400
CASES = []
case = collect(CASES)


# ---- what cases are made of -------------------------------------------------

class Cluster:
    """A Register of its own, gateways, and a browser with a uid on each."""

    def __init__(self, stage, count=2, options=()):
        self.stage = stage
        self.register = stage.keep(Gatewayd(options=["--register-only"]))
        self.register_address = self.register.own_register
        self.secret_key = ""
        self.gateways = [stage.keep(Gatewayd(self.register_address,
                                             options=options))
                         for _ in range(count)]
        self.expect_listed(count)
        self.browsers = [self.browser(index) for index in range(count)]
        self.php = stage.keep(php_for(self))
        for index, browser in enumerate(self.browsers):
            self.php.call("Gateway::bindUid($id, $uid)", id=browser.client_id,
                          uid=f"uid{index}")
        self.expect_flushed()

    def browser(self, index):
        return self.stage.keep(WebSocket(self.gateways[index].websocket_port))

    def listed(self):
        try:
            return register_addresses(self.register_address)
        except OSError:
            return None

    def expect_listed(self, count, seconds=BACK):
        until(lambda: len(self.listed() or ()) == count,
              f"{count} gateways in the list", seconds)

    def expect_flushed(self):
        equal(self.php.call("Gateway::flush()").value, True, "flush()")

    def expect_all_right(self, text):
        """Everybody gets a message, once, and is counted."""
        expect_clean(self.php.call("Gateway::sendToAll($text)", text=text))
        for browser in self.browsers:
            browser.expect_text(text)
        result = self.php.call("Gateway::getAllClientIdCount()")
        expect_clean(result)
        equal(result.value, len(self.browsers), "clients")
        self.expect_flushed()


def php_for(cluster, **more):
    return Php(True, cluster, {"gatewayclient.timeout": TIMEOUT}, **more)


def expect_clean(result):
    if result.throws or result.warnings or result.echoes:
        raise AssertionError(f"expected no complaint: {result}")


def expect_warning(result, text):
    if (result.throws or result.levels != [2]
            or not result.warnings[0].endswith(text)):
        raise AssertionError(f"expected the warning {text!r}: {result}")


def expect_exception(result, text):
    thrown = result.throws or {"class": None, "message": ""}
    if (thrown["class"] != NATIVE_EXCEPTION or result.warnings
            or not thrown["message"].startswith(text)):
        raise AssertionError(f"expected the exception {text!r}: {result}")


def expect_deadline(stage, result, seconds=TIMEOUT):
    latest = seconds * 1.1 + (0 if stage.strict else SLACK)
    if not seconds - 0.002 <= result.seconds <= latest:
        raise AssertionError(f"took {result.seconds:.3f} s, not {seconds}")


def expect_quick(result):
    if result.seconds > TIMEOUT * 0.9:
        raise AssertionError(f"took {result.seconds:.3f} s")


def processor_seconds(pid):
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def expect_idle(pid, seconds=1.5):
    """It does not spin: a fifth of a processor at most."""
    before, began = processor_seconds(pid), time.monotonic()
    time.sleep(seconds)
    used = processor_seconds(pid) - before
    share = used / (time.monotonic() - began)
    if share > 0.2:
        raise AssertionError(f"takes {share:.0%} of a processor")


def expect_noticed(play, gateway):
    """Until PHP's side knows: on a busy machine that takes a moment."""
    port = split_address(gateway.inner_address)[1]
    until(lambda: not connections_of(play.php.popen.pid, port), "the end")


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
    if result.warnings:  # it was not forgotten yet
        expect_warning(result, f"can not connect to tcp://"
                       f"{victim.inner_address} Connection refused")
    expect_exception(
        play.php.call("Gateway::isOnline($id)",
                      id=play.browsers[1].client_id),
        f"can not connect to tcp://{victim.inner_address} Connection refused")
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
    until(lambda: connections_of(play.php.popen.pid, port) == 1,
          "the question")
    time.sleep(0.2)  # it is asked, the answer cannot come
    victim.process.kill()
    result = play.php.answer()
    expect_exception(result, f"connection close tcp://{victim.inner_address}")
    expect_quick(result)


@case(DIES, "the Register",
      "gateways go on with their clients; callers: exception that names it; "
      "restarted empty, it lists all within 3 s, and callers get on. An empty "
      "list is an exception; one that is not complete yet looks like any "
      "other")
def _(stage):
    play = Cluster(stage, 3)
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
    complaints = 0
    while True:
        result = play.php.call("Gateway::getAllClientIdCount()")
        if result.throws:
            # It knows nobody yet: said so, never taken for "nobody online".
            expect_exception(result, "Gateway::"
                             "getAllGatewayAddressesFromRegister() with")
            complaints += 1
        elif result.value == 3:
            break
        if time.monotonic() - began > BACK:
            raise AssertionError(f"after {BACK} s: {result}")
        time.sleep(0.02)
    play.expect_all_right("again")


@case(DIES, "one of two Registers", "callers and gateways use the other")
def _(stage):
    registers = [stage.keep(Gatewayd(options=["--register-only"]))
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
    gateway = stage.keep(Gatewayd(options=["--workers", "2"]))
    until(lambda: len(register_addresses(gateway.own_register)) == 2,
          "both in the list")
    peers = {a: Peer(a, "") for a in gateway.inner_addresses}
    for peer in peers.values():
        stage.keep(peer)
        peer.fence()
    address = gateway.inner_addresses[1]
    victim = owner_of(gateway.process.pid, split_address(address)[1])
    os.kill(victim, signal.SIGKILL)
    until(lambda: owner_of(gateway.process.pid, split_address(address)[1])
          not in (None, victim), "its successor")
    equal(peers[gateway.inner_addresses[0]].fence(), b"i:0;", "the other")
    until(lambda: sorted(register_addresses(gateway.own_register))
          == sorted(gateway.inner_addresses), "both in the list", BACK)
    again = stage.keep(Peer(address, ""))
    equal(again.fence(), b"i:0;", "the successor")


def owner_of(master, port):
    from harness.children import listener  # pylint: disable=C0415
    return listener(master, port)


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
    result = play.php.call("Gateway::getUidByClientId($id)", id=second)
    expect_exception(result, cause)
    expect_deadline(stage, result)
    result = play.php.call("Gateway::getAllClientIdCount()")
    expect_warning(result, cause)
    expect_deadline(stage, result)
    equal(result.value, 1, "clients")
    result = play.php.call("Gateway::sendToAll('waits')")
    expect_clean(result)
    expect_quick(result)
    play.browsers[0].expect_text("waits")
    result = play.php.call("Gateway::flush()")
    expect_warning(result, cause)
    expect_deadline(stage, result)
    stopped.process.resume()
    play.browsers[1].expect_text("waits")
    for index, client_id in enumerate((first, second)):
        result = play.php.call("Gateway::getUidByClientId($id)", id=client_id)
        equal(result.value, b"uid%d" % index, "a uid")
    play.expect_all_right("goes on")
    for browser in play.browsers:
        browser.expect_silence()


@case(STANDS, "the Register",
      "exception at the deadline; with a second one, an answer after the "
      "connect timeout; after SIGCONT all is well, nobody was forgotten")
def _(stage):
    play = Cluster(stage)
    play.php.call("Gateway::$addressesCacheDisable = true")
    play.register.process.pause()
    stage.callback(play.register.process.resume)
    result = play.php.call("Gateway::getAllClientIdCount()")
    expect_exception(result, "getAllGatewayAddressesFromRegister fail. tcp://"
                     f"{play.register_address} return false")
    expect_deadline(stage, result)
    play.register.process.resume()
    play.expect_all_right("again")
    equal(play.register.process.log.count("is gone"), 0, "gateways forgotten")


@case(STANDS, "a gateway, longer than its clients' pings",
      "after SIGCONT the clients that answer are all there")
def _(stage):
    """Their answers wait in the kernel; time has passed only for gatewayd."""
    gateway = stage.keep(Gatewayd(options=["--websocket-ping", "1"]))
    browsers = [stage.keep(Ponging(gateway.websocket_port))
                for _ in range(5)]
    until(lambda: all(b.pings > 0 for b in browsers), "pings", 5)
    gateway.process.pause()
    time.sleep(4)
    gateway.process.resume()
    for browser in browsers:
        seen = browser.pings
        until(lambda b=browser, n=seen: b.pings > n + 1 or b.ended, "pings", 9)
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
    play.register.close()
    other = stranger(stage, play.register_address)
    play.php.call("Gateway::$addressesCacheDisable = true")
    result = play.php.call("Gateway::sendToAll('x')")
    expect_exception(result, "getAllGatewayAddressesFromRegister fail. tcp://"
                     f"{play.register_address} return 'HTTP/1.1 400")
    expect_quick(result)
    until(lambda: other.served > 5, "attempts of the gateways", 10)
    other.close()
    play.register.restart()
    play.expect_listed(2)
    play.expect_all_right("again")
    log = play.gateways[0].process.log
    equal(log.count("closed at once, wrong secret key?"), 1, "warnings")


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


# ---- clocks -----------------------------------------------------------------

class Clock:
    """The wall clock of the processes that it is preloaded into."""

    def __init__(self, stage):
        folder = Process(["true"], "clock").folder
        stage.callback(lambda: [f.unlink() for f in folder.iterdir()]
                       + [folder.rmdir()])
        library = folder / "clock.so"
        done = subprocess.run(
            [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o",
             library, HERE / "clock.c", "-ldl"],
            capture_output=True, text=True, check=False)
        if done.returncode:
            raise Skip(f"no compiler: {done.stderr.strip()[:200]}")
        self.file = folder / "offset"
        self.set(0)
        preload = extension_environment().get("LD_PRELOAD", "")
        # A sanitizer has to come first.
        self.env = {"LD_PRELOAD": f"{preload} {library}".strip(),
                    "GW_CLOCK_OFFSET": str(self.file)}

    def set(self, seconds):
        with open(self.file, "r+b" if self.file.exists() else "wb") as out:
            out.write(seconds.to_bytes(8, "little", signed=True))

    @property
    def prefix(self):
        return ["env", *(f"{k}={v}" for k, v in self.env.items())]


def log_day(gateway):
    """The date of the newest line."""
    return gateway.process.log.splitlines()[-1][:10]


@case("clock jumps", "gatewayd: a day forward, two back, forward again",
      "nobody is closed; pings and the handshake's time limit go on; a lost "
      "Register is found again within 3 s")
def _(stage):
    clock = Clock(stage)
    register = stage.keep(Gatewayd(options=["--register-only"], env=clock.env))
    gateway = stage.keep(Gatewayd(register.own_register, env=clock.env,
                                  options=["--websocket-ping", "1",
                                           "--handshake-timeout", "2",
                                           "--log-level", "debug"]))
    browser = stage.keep(Ponging(gateway.websocket_port))
    seen_days = {log_day(gateway)}
    for seconds in (DAY, -DAY, 0):
        clock.set(seconds)
        half = stage.keep(Connection(gateway.websocket_port, b"GET / HT"))
        began = time.monotonic()
        pings = browser.pings
        until(lambda n=pings: browser.pings > n or browser.ended, "a ping", 9)
        half.expect_eof(2 + BACK)
        if time.monotonic() - began < 0.9:  # a ring of seconds
            raise AssertionError("a handshake timed out at once")
        equal(browser.ended, False, "the browser's end")
        register.process.kill()
        register.restart()
        until(lambda: register_addresses(register.own_register)
              == [gateway.inner_address], "the list", BACK)
        seen_days.add(log_day(gateway))
    if len(seen_days) < 3:
        raise AssertionError(f"the clock did not jump: {seen_days}")


@case("clock jumps", "PHP: a day forward, two back, forward again",
      "deadlines are kept, the pooled connection is used again, the list is "
      "believed for a second")
def _(stage):
    clock = Clock(stage)
    play = Cluster(stage)
    php = stage.keep(php_for(play, prefix=clock.prefix))
    port = split_address(play.gateways[1].inner_address)[1]
    own_ports = set()
    for seconds in (0, DAY, -DAY, 0):
        clock.set(seconds)
        away = php.call("time()").value - time.time()
        if abs(away - seconds) > 60:
            raise AssertionError(f"the clock is {away} s off, not {seconds}")
        result = php.call("Gateway::getAllClientIdCount()")
        expect_clean(result)
        equal(result.value, 2, "clients")
        own_ports |= ports_of(php.popen.pid, port)
    equal(len(own_ports), 1, "connections to a gateway")
    play.gateways[1].process.pause()
    stage.callback(play.gateways[1].process.resume)
    for seconds in (DAY, -DAY):
        php.send("Gateway::isOnline($id)", id=play.browsers[1].client_id)
        time.sleep(0.5)
        clock.set(seconds)
        result = php.answer()
        expect_exception(result, "timed out waiting for")
        expect_deadline(stage, result)


def ports_of(pid, port):
    from place import established, inodes_of  # pylint: disable=C0415
    own = inodes_of(pid)
    return {local for local, _, inode in established(remote=port)
            if inode in own}


# ---- descriptors ------------------------------------------------------------

LIMIT = 64
RESERVE = LIMIT // 8


def limited(count):
    return ["sh", "-c", f'ulimit -n {count}; exec "$@"', "sh"]


@case("no file descriptors left", "gatewayd, by browsers",
      "the inner port and the Register go on being served; it does not spin; "
      "when some leave, those who waited get in")
def _(stage):
    gateway = stage.keep(Gatewayd(prefix=limited(LIMIT)))
    cluster = OneGateway(gateway)
    inside, waiting = crowd(stage, gateway)
    php = stage.keep(php_for(cluster))
    result = php.call("Gateway::getAllClientIdCount()")
    expect_clean(result)
    equal(result.value, len(inside), "clients")
    equal(register_addresses(gateway.own_register), [gateway.inner_address],
          "the list")
    expect_idle(gateway.process.pid)
    for browser in inside[:20]:
        browser.close()
    for browser in inside[20:]:
        browser.expect_silence()
    late = until(lambda: enter(stage, gateway), "a place for one more")
    equal(php.call("Gateway::isOnline($id)", id=late.client_id).value, 1,
          "isOnline()")
    said = gateway.process.log.count("cannot accept connections")
    if not 1 <= said <= 3:
        raise AssertionError(f"said {said} times, {waiting} were turned away")


class OneGateway:
    secret_key = ""

    def __init__(self, gateway):
        self.register_address = gateway.own_register


def enter(stage, gateway):
    """A greeted browser, or None."""
    try:
        return stage.keep(WebSocket(gateway.websocket_port))
    except (OSError, AssertionError):
        return None


def crowd(stage, gateway):
    """Browsers until no more get in; and how many did not."""
    inside = []
    while browser := enter(stage, gateway):
        inside.append(browser)
        if len(inside) > LIMIT:
            raise AssertionError("more clients than file descriptors")
    refused = 3
    for _ in range(refused):
        stage.keep(Connection(gateway.websocket_port))
    return inside, refused


@case("no file descriptors left", "gatewayd, by connections to the inner port",
      "it does not spin, clients are served; when they go, all is as before")
def _(stage):
    gateway = stage.keep(Gatewayd(prefix=limited(LIMIT)))
    browser = stage.keep(WebSocket(gateway.websocket_port))
    first = stage.keep(Peer(gateway.inner_address, ""))
    equal(first.fence(), b"i:0;", "the first connection")
    others = []
    # Those that are not accepted wait in the kernel.
    for _ in range(2 * LIMIT):
        others.append(stage.keep(Peer(gateway.inner_address, "")))
    until(lambda: "cannot accept connections" in gateway.process.log,
          "a line in the log")
    expect_idle(gateway.process.pid)
    equal(first.fence(), b"i:0;", "the first connection")
    equal(int(status_of(gateway.process.pid)["FDSize"][0]) >= LIMIT, True,
          "all descriptors in use")
    for peer in others:
        peer.close()
    with php_for(OneGateway(gateway)) as php:
        result = until(lambda: unless_thrown(
            php.call("Gateway::sendToAll('well')")), "a good call")
        expect_clean(result)
    browser.expect_text("well")
    said = gateway.process.log.count("cannot accept connections")
    if said > 3:
        raise AssertionError(f"said {said} times")


def unless_thrown(result):
    return None if result.throws else result


OPEN_ALL = ("(function () { $GLOBALS['held'] = []; "
            "while ($f = @fopen('/dev/null', 'r')) $GLOBALS['held'][] = $f; "
            "return count($GLOBALS['held']); })()")
CLOSE_ALL = "array_map('fclose', $GLOBALS['held'])"


@case("no file descriptors left", "PHP",
      "pooled connections go on; new ones: warning or exception that says "
      "why; afterwards all is as before")
def _(stage):
    play = Cluster(stage)
    pooled = stage.keep(php_for(play, prefix=limited(40)))
    fresh = stage.keep(php_for(play, prefix=limited(40)))
    expect_clean(pooled.call("Gateway::getAllClientIdCount()"))
    for php in (pooled, fresh):
        opened = php.call(OPEN_ALL)
        if not opened.value > 10:
            raise AssertionError(f"nothing was exhausted: {opened}")
    ids = [browser.client_id for browser in play.browsers]
    result = pooled.call("Gateway::getUidByClientId($id)", id=ids[1])
    equal((result.value, result.warnings), (b"uid1", []), "pooled question")
    where = play.gateways[1].inner_address
    cause = f"can not connect to tcp://{where} Too many open files"
    result = fresh.call("Gateway::getUidByClientId($id)", id=ids[1])
    expect_exception(result, cause)
    expect_quick(result)
    result = fresh.call("Gateway::sendToClient($id, 'x')", id=ids[1])
    expect_warning(result, cause)
    equal(result.value, False, "sendToClient()")
    result = fresh.call("Gateway::sendToAll('x')")
    expect_exception(result, f"Can not connect to tcp://"
                     f"{play.register_address} Too many open files")
    for php in (pooled, fresh):
        php.call(CLOSE_ALL)
        result = php.call("Gateway::getAllClientIdCount()")
        expect_clean(result)
        equal(result.value, 2, "clients")
    play.expect_all_right("well")


# ---- a full disk ------------------------------------------------------------

def complain(gateway):
    """Makes it write a line."""
    host, port = split_address(gateway.own_register)
    with Connection(port, b"garbage\n", host=host) as peer:
        until(lambda: peer.read() and peer.eof, "the Register's complaint")


@case("full disk", "the log, on /dev/full", "starts and serves all the same")
def _(stage):
    gateway = stage.keep(Gatewayd(options=["--log-target", "/dev/full"]))
    for _ in range(50):
        complain(gateway)
    browser = stage.keep(WebSocket(gateway.websocket_port))
    with php_for(OneGateway(gateway)) as php:
        expect_clean(php.call("Gateway::sendToAll('well')"))
    browser.expect_text("well")


@case("full disk", "the log, on a small file system",
      "goes on; with room again it says once how many lines are missing; no "
      "line is torn")
def _(stage):
    folder = small_disk(stage)
    log = folder / "log"
    gateway = stage.keep(Gatewayd(options=["--log-target", str(log)]))

    complain(gateway)
    until(lambda: "malformed" in log.read_text(), "a first line")
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as out:
        with contextlib.suppress(OSError):
            while True:
                out.write(b"x" * 512)
    full = log.stat().st_size
    for _ in range(200):  # to the end of its last page, and beyond
        complain(gateway)
    until(lambda: log.stat().st_size % 4096 == 0, "a full disk")
    if log.stat().st_size > full + 8192:
        raise AssertionError("the disk was not full")
    browser = stage.keep(WebSocket(gateway.websocket_port))
    with php_for(OneGateway(gateway)) as php:
        expect_clean(php.call("Gateway::sendToAll('well')"))
    browser.expect_text("well")
    ballast.unlink()
    for _ in range(3):
        complain(gateway)
    until(lambda: log.read_text().splitlines()[-1].count("malformed"), "new lines")
    lines = log.read_text().splitlines()
    told = [line for line in lines if "log lines were lost" in line]
    equal(len(told), 1, "lines about lost lines")
    count = int(told[0].split()[-5])
    written = sum("malformed" in line for line in lines)
    if not 204 - 3 <= written + count <= 204 + 3:
        raise AssertionError(f"{written} lines and {count} lost of 204")
    # The one that the disk cut off keeps its line to itself.
    torn = [line for line in lines if not line.startswith("20")]
    equal(torn, [], "lines that do not begin with a date")


def small_disk(stage):
    folder = Process(["true"], "disk").folder
    stage.callback(folder.rmdir)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(f"no tmpfs: {done.stderr.strip()}")
    stage.callback(lambda: subprocess.run(["umount", "-l", folder],
                                          check=False))
    return folder
