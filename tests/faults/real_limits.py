"""Clocks that jump, descriptors that run out, disks that are full."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from cases import Skip, equal
from harness.children import status_of
from harness.cluster import Gatewayd
from harness.inner import Peer, register_addresses, split_address
from harness.php import extension_environment
from harness.process import Process, own_address
from harness.websocket import Connection, WebSocket
from matrix import be_exact
from place import has_unread, ports_of, until
from real import (BACK, PING, Cluster, OneGateway, case, expect_clean,
                  expect_deadline, expect_exception, expect_idle,
                  expect_quick, expect_warning, php_for)
from real_processes import Ponging

HERE = Path(__file__).parent
# Else PHP's extensions would have the C library's clock.
NO_DEEPBIND = HERE.parent / "interop/harness/no_deepbind.c"
DAY = 86400
DATE = re.compile(r"\d{4}-\d\d-\d\dT")


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
             library, HERE / "clock.c", NO_DEEPBIND, "-ldl"],
            capture_output=True, text=True, check=False)
        if done.returncode:
            raise Skip(f"no compiler: {done.stderr.strip()[:200]}")
        self.file = folder / "offset"
        self.set(0)
        preload = extension_environment().get("LD_PRELOAD", "")
        # A sanitizer has to come first.
        self.env = {"LD_PRELOAD": f"{preload} {library}".strip(),
                    "GW_CLOCK_OFFSET": str(self.file)}
        if preload:
            self.env["ASAN_OPTIONS"] = ("verify_asan_link_order=0:"
                                        "detect_leaks=0")

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
    register = stage.keep(Gatewayd(options=["--register-only"], env=clock.env,
                                   host=own_address()))
    gateway = stage.keep(Gatewayd(register.own_register, env=clock.env,
                                  options=["--websocket-ping", str(PING),
                                           "--handshake-timeout", "2",
                                           "--log-level", "debug"]))
    browser = stage.keep(Ponging(gateway.websocket_port))
    seen_days = {log_day(gateway)}
    for seconds in (DAY, -DAY, 0):
        clock.set(seconds)
        pings = browser.pings
        began = time.monotonic()
        half = stage.keep(Connection(gateway.websocket_port, b"GET / HT"))
        half.expect_eof(2 + BACK)
        if time.monotonic() - began < 0.9:  # a ring of seconds
            raise AssertionError("a handshake timed out at once")
        until(lambda n=pings: browser.pings > n or browser.ended, "a ping",
              PING + BACK)
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
    be_exact(php)
    for seconds in (DAY, -DAY):
        php.send("Gateway::isOnline($id)", id=play.browsers[1].client_id)
        until(lambda: has_unread(php.popen.pid, port), "the question")
        clock.set(seconds)
        result = php.answer()
        expect_exception(result, "timed out waiting for")
        expect_deadline(stage, result)


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
    # While they go it may run out again, which is told once a minute.
    said = gateway.process.log.count("cannot accept connections")
    if said > 3:
        raise AssertionError(f"said {said} times")
    for peer in others:
        peer.close()
    with php_for(OneGateway(gateway)) as php:
        result = until(lambda: unless_thrown(
            php.call("Gateway::sendToAll('well')")), "a good call")
        expect_clean(result)
    browser.expect_text("well")


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
    asked = f"Can not connect to tcp://{play.register_address} " \
        "Too many open files"
    cause = f"not connecting to tcp://{where}: {asked}"
    result = fresh.call("Gateway::getUidByClientId($id)", id=ids[1])
    expect_exception(result, cause)
    expect_quick(result)
    result = fresh.call("Gateway::sendToClient($id, 'x')", id=ids[1])
    expect_warning(result, cause)
    equal(result.value, False, "sendToClient()")
    result = fresh.call("Gateway::sendToAll('x')")
    expect_exception(result, asked)
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
    for _ in range(60):  # to the end of its last page, and beyond
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
    if not 64 - 3 <= written + count <= 64 + 3:
        raise AssertionError(f"{written} lines and {count} lost of 64")
    # The line that the disk cut off has a line to itself.
    torn = [line for line in lines if len(DATE.findall(line)) != 1]
    equal(torn, [], "lines with more or less than one date")


@case("full disk", "the log, as large as files may be",
      "goes on; in a new file it says once how many lines are missing")
def _(stage):
    folder = Process(["true"], "log").folder
    stage.callback(folder.rmdir)
    log = folder / "log"
    gateway = stage.keep(Gatewayd(
        options=["--log-target", str(log)],
        prefix=["prlimit", "--fsize=2048", "--"]))
    stage.callback(log.unlink)
    until(lambda: come_and_go(gateway) or log.stat().st_size == 2048,
          "a file that may not grow")
    come_and_go(gateway)
    browser = stage.keep(WebSocket(gateway.websocket_port))
    with php_for(OneGateway(gateway)) as php:
        expect_clean(php.call("Gateway::sendToAll('well')"))
    browser.expect_text("well")
    log.unlink()
    os.kill(gateway.process.pid, signal.SIGHUP)
    until(lambda: log.exists() and "reloaded" in log.read_text(), "a new file")
    equal(log.read_text().count("log lines were lost"), 1,
          "lines about lost lines")


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


# ---- a system log that is not read ------------------------------------------

# In a /dev of its own, so that nobody else logs there.
OWN_LOG = """
mount -t tmpfs tmpfs "$0"
touch "$0/null" && mount --bind /dev/null "$0/null"
ln -s "$LOGGER" "$0/log"
mount --rbind "$0" /dev
exec "$@"
"""


@case("system log", "its reader stands still",
      "goes on; when it reads again it is told once how many lines are missing")
def _(stage):
    folder = Process(["true"], "log").folder
    stage.callback(folder.rmdir)
    (folder / "dev").mkdir()
    stage.callback((folder / "dev").rmdir)
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      capture_output=True).returncode:
        raise Skip("no mount namespaces")
    path = folder / "log"
    reader = stage.keep(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    reader.bind(str(path))
    reader.setblocking(False)
    stage.callback(path.unlink)
    gateway = stage.keep(Gatewayd(
        options=["--log-target", "syslog"],
        prefix=["env", f"LOGGER={path}", "unshare", "-m", "sh", "-ec", OWN_LOG,
                str(folder / "dev")]))
    lines = []

    def told(text):
        with contextlib.suppress(BlockingIOError):
            while True:
                lines.append(reader.recv(8192).decode())
        return [line for line in lines if text in line]

    come_and_go(gateway)
    until(lambda: told(f"{STRANGER} is gone"), "first lines")
    count = 20 + int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
    for _ in range(count):  # two lines each
        come_and_go(gateway)
    browser = stage.keep(WebSocket(gateway.websocket_port))
    with php_for(OneGateway(gateway)) as php:
        expect_clean(php.call("Gateway::sendToAll('well')"))
    browser.expect_text("well")
    written = len(told(STRANGER))
    come_and_go(gateway)

    def all_accounted():
        lost = told("log lines were lost")
        return lost and (len(told(STRANGER)) + int(lost[0].split()[-5]) ==
                         2 * (1 + count + 1))

    until(all_accounted, "each line, or that it was lost")
    if not written < 2 * count:
        raise AssertionError("none was lost")
    equal(len(told("log lines were lost")), 1, "lines about lost lines")


STRANGER = "127.0.0.1:9"


def come_and_go(gateway):
    """A gateway at its Register: two lines, of which any number is logged."""
    host, port = split_address(gateway.own_register)
    line = json.dumps({"event": "gateway_connect", "address": STRANGER,
                       "secret_key": ""}) + "\n"
    with Connection(port, line.encode(), host=host):
        pass
