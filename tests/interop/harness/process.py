"""Programs started by a test: bounded in time, stopped by their own pid."""

import atexit
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PREFIX = Path(os.environ.get("GW_PREFIX", ROOT / "out"))

# Seconds a condition may take before the test fails. Valgrind and sanitizers
# stretch it; nothing waits that long when all is well.
PATIENCE = float(os.environ.get("GW_TEST_PATIENCE", "10"))
POLL_INTERVAL = 0.005


def wait_until(condition, what, timeout=None, interval=POLL_INTERVAL):
    """Returns the first true value of `condition()`; fails after `timeout`.
    `what` names it, or is a function that does, called when it failed."""
    deadline = time.monotonic() + (timeout or PATIENCE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            what = what() if callable(what) else what
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(interval)


@contextlib.contextmanager
def refusing_address():
    """Where nobody listens, and nobody else can: the port is taken."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{place.getsockname()[1]}"


@contextlib.contextmanager
def silent_address():
    """Where who connects waits in vain: what does not fit into the queue is not
    answered."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(
            socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"127.0.0.1:{full.getsockname()[1]}"


def own_address():
    """Of the loopback, and nobody else's: there a server's port is free as long
    as it is dead."""
    return "127." + ".".join(str(random.SystemRandom().randrange(1, 255))
                             for _ in range(3))


BLOCK = 8      # ports that are reserved together
RESERVED = []  # the names that say so, for as long as this process lives


def reserve(block):
    """Whether no other test has these ports. They themselves do not say: its
    server may not have begun, or be dead for a while."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0gatewayclient-tests/ports/{block}")
    except OSError:
        name.close()
        return False
    RESERVED.append(name)
    return True


def nobody_listens(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def fixed_ports(count):
    """Ports for programs that must be told theirs, and for servers that come
    back: not of those that the kernel gives to connections, and reserved, so
    nobody takes one before its server began or while it is dead."""
    text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    blocks = min(int(text.split()[0]), 32768) // BLOCK
    ports = []
    while len(ports) < count:
        block = random.SystemRandom().randrange(blocks // 2, blocks)
        if reserve(block):
            ports += filter(nobody_listens,
                            range(block * BLOCK, (block + 1) * BLOCK))
    return ports[:count]


_started = set()


@atexit.register
def discard_all():
    """Tests end what they start; this is for a run that was interrupted."""
    for process in list(_started):
        process.discard()


class Process:
    """A running program with its log in a folder of its own."""

    def __init__(self, command, name, env=None):
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix=f"gw-{name}-"))
        self.log_path = self.folder / "log"
        self.command = [str(word).replace("{folder}", str(self.folder))
                        for word in command]
        # Registers of tests answer at once unless a test is about that.
        self.env = {"GATEWAYD_REGISTER_GRACE": "0", **os.environ,
                    **(env or {})}
        self.popen = None

    def start(self):
        with open(self.log_path, "ab") as log:
            # A session of its own: a stray signal to the tests' terminal does
            # not reach it, and its children can be ended with it.
            self.popen = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.env, start_new_session=True)
        _started.add(self)
        return self

    @property
    def pid(self):
        return self.popen.pid

    @property
    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def expect_running(self):
        if not self.running():
            raise AssertionError(f"{self.name} ended:\n{self.log}")

    def pause(self):
        """SIGSTOP; returns when the kernel says that it stopped."""
        self.popen.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self):
        self.popen.send_signal(signal.SIGCONT)

    def stop(self):
        """SIGTERM, then SIGKILL, to its session. Returns the exit status."""
        if self.popen is None:
            return None
        if self.running():
            self.resume()
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self.popen.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.popen.wait()
        return self.popen.returncode

    def kill(self):
        """SIGKILL: what a crash looks like to its peers."""
        self.popen.kill()
        self.popen.wait()

    def discard(self):
        """Stops it and removes its folder."""
        status = self.stop()
        _started.discard(self)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status
