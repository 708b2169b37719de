"""The gateway that is attacked: every kind of port, with a key."""

import contextlib
import mmap
import os
import re
import resource
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from harness import inner
from harness.cluster import Gatewayd
from harness.inner import split_address
from harness.process import PREFIX, ROOT, wait_until
from harness.tls import Certificate
from harness.websocket import KEY, WebSocket

SECRET = "hostile-key"
SANITIZED = PREFIX.name == "sanitize"
VARIANT = "release" if PREFIX == ROOT / "out" else PREFIX.name
BUILD = ROOT / "out/build" / VARIANT
THROW = BUILD / "bin/hostile_throw"
HEAP = BUILD / "lib/libgw_heap.so"
CORPUS = ROOT / "tests/fuzz/corpus"
HANDSHAKE_TIMEOUT = 5
MAX_PACKAGE = 1 << 20
REPORT = re.compile(r"Sanitizer|runtime error|[Aa]ssertion|LeakSanitizer")

# Of the gateway: what recurses as deep as its input says falls off it.
STACK = (4096 if SANITIZED else 512) * 1024

UPGRADE = (f"GET / HTTP/1.1\r\nHost: hostile\r\nUpgrade: websocket\r\n"
           f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           f"Sec-WebSocket-Key: {KEY}\r\n\r\n").encode()


@contextlib.contextmanager
def small_stack():
    """For programs that are started meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


class Heap:
    """What a program and its children have of malloc() (heap.c), to the byte.
    A sanitizer has a malloc() of its own, and says itself what leaks."""

    def __init__(self, folder):
        path = folder / "heap"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 8)
        self.env = {} if SANITIZED else {"GW_HEAP": str(path),
                                         "LD_PRELOAD": str(HEAP)}

    def in_use(self):
        return struct.unpack("=q", self.map[:])[0]


class Costs(NamedTuple):
    """What a gateway has at some time; the other two are bytes."""
    descriptors: int
    memory: int
    heap: int


class Target:
    """`ports` by name; `pid` is the gateway's; `before`, once somebody has set
    it, what it had before all that befell it."""

    def __init__(self, *options):
        self.folder = Path(tempfile.mkdtemp(prefix="gw-hostile-"))
        self._heap = Heap(self.folder)
        self.before = None
        certificate = Certificate(self.folder, "own", "hostile.example")
        try:
            self.gateway = self._start(certificate, options)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.pid = self.gateway.process.pid
        if not SANITIZED and self.heap() <= 0:
            self.close()
            raise AssertionError(f"{HEAP} counts nothing")
        self.ports = self._read_ports()
        self.inner_address = self.gateway.inner_address

    def _start(self, certificate, options):
        with small_stack():
            return Gatewayd(secret_key=SECRET, env=self._heap.env, options=[
                "--listen", "wss://127.0.0.1:0",
                "--listen", "text://127.0.0.1:0",
                "--listen", "frame://127.0.0.1:0",
                "--listen", "tcp://127.0.0.1:0",
                "--listen", "websocket://127.0.0.1:0 proxy_protocol",
                "--tls-certificate", certificate.certificate,
                "--tls-key", certificate.key,
                "--status-listen", "127.0.0.1:0",
                "--handshake-timeout", str(HANDSHAKE_TIMEOUT),
                "--max-package-size", str(MAX_PACKAGE), *options])

    def _read_ports(self):
        gateway = self.gateway
        websocket, proxy = gateway.ports_of("websocket")
        ports = {"websocket": websocket, "proxy": proxy}
        for scheme in ("wss", "text", "frame", "tcp"):
            ports[scheme] = gateway.ports_of(scheme)[0]
        for name, address in (("inner", gateway.inner_address),
                              ("register", gateway.own_register),
                              ("status", gateway.status_address)):
            ports[name] = split_address(address)[1]
        return ports

    # ---- what it has ----

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """Bytes that are its own."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return 1024 * sum(int(kb) for kb in re.findall(
            r"^Private_\w+:\s+(\d+) kB", text, re.M))

    def wait_memory(self, before, kept, timeout=30):
        """Until it has at most `kept` bytes more than before. (A sanitizer
        keeps what was freed.)"""
        if not SANITIZED:
            wait_until(lambda: self.memory() <= before + kept,
                       lambda: f"memory back: {self.memory() >> 20} MiB, "
                       f"it was {before >> 20}", timeout)

    def heap(self):
        """Bytes that it has of malloc(). What is free there, and the holes
        between them, make memory() a rough measure; this one is exact."""
        return self._heap.in_use()

    def wait_heap(self, before, kept, timeout=30):
        """Until it has at most `kept` bytes more of malloc() than before."""
        wait_until(lambda: self.heap() <= before + kept,
                   lambda: f"what malloc() gave: {self.heap() - before} bytes "
                   f"are left, {kept} may be", timeout)

    def costs(self):
        return Costs(self.descriptors(), self.memory(), self.heap())

    def cpu(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text()
        user, system = fields.rsplit(") ", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def wait_descriptors(self, most, timeout=None):
        wait_until(lambda: self.descriptors() <= most,
                   f"no more than {most} descriptors", timeout)

    # ---- what it still does ----

    def websocket(self, **options):
        return WebSocket(self.ports["websocket"], **options)

    def peer(self, timeout=30):
        """An authorised connection to the inner port."""
        return inner.Peer(self.inner_address, SECRET, timeout)

    def serves(self):
        """A new client gets in and gets a message; fails if not."""
        with self.websocket() as client:
            peer = self.peer()
            try:
                peer.send(inner.Frame(5, connection_of(client), body=b"here"))
                client.expect_text("here", 30)
            finally:
                peer.close()

    @property
    def log(self):
        return self.gateway.process.log

    def check(self):
        """It lives, no sanitizer has complained, and its log tells no key."""
        self.gateway.process.expect_running()
        log = self.log
        if REPORT.search(log):
            raise AssertionError(log[-8000:])
        if SECRET in log:
            raise AssertionError("the key is in the log")

    def close(self):
        gateway = self.gateway
        try:
            self.check()
        finally:
            gateway.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def connection_of(client):
    return int(client.client_id[12:], 16)


def throw(target, port, count, seed, files, *options):
    """Starts hostile_throw; its Popen."""
    command = [THROW, "--seed", seed, *options,
               f"127.0.0.1:{target.ports[port]}", count, *files]
    return subprocess.Popen([str(word) for word in command],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def thrown(popen, timeout):
    """Its words, once it has ended; fails unless it ended well."""
    try:
        output, _ = popen.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise AssertionError("hostile_throw does not end") from None
    finally:
        popen.kill()
        popen.wait()
    if popen.returncode != 0:
        raise AssertionError(f"hostile_throw: {output}")
    return dict(word.split("=") for word in output.split())
