"""gatewayd --workers 2, with a pid file, a service manager and, for root, a user
to become, in which something fails from its start over the ends of two children
to its own end. Whichever of its processes makes the call may be hit."""

import contextlib
import os
import pwd
import re
import signal
import socket
from pathlib import Path

from harness.children import children, listener, status_of
from harness.inner import Peer, register_addresses, split_address
from harness.process import PATIENCE, wait_until
from harness.websocket import WebSocket

from daemon import TROUBLE
from lifetime import WHY, Lifetime, Running, is_over
from scenario import SECRET_KEY
from shim import LOG, ONE, SHORT, UNSEEN, faults

# A process of the user's has none of root's rights, or there is no process.
PRIVILEGE_FAULTS = [fault for call in (
    "initgroups", "setegid", "seteuid", "setgid", "setuid")
    for fault in faults(call, ONE, "EPERM", "EAGAIN")]

FAULTS = [
    *faults("pipe2", ONE, "EMFILE", "ENFILE"),
    *faults("fork", ONE, "EAGAIN", "ENOMEM"),
    *faults("waitpid", UNSEEN, "EINTR"),
    *faults("ppoll", UNSEEN, "EINTR"),
    *faults("ppoll", ONE, "ENOMEM"),
    *faults("mmap", ONE, "ENOMEM"),
    *faults("read", UNSEEN, "EINTR"),
    *faults("write", UNSEEN, "EINTR"),
    *faults("write", ONE, "EAGAIN", "ENOSPC", "EPIPE"),
    *faults("poll", LOG, "ENOMEM"),
    *faults("open", ONE, "EMFILE", "EACCES"),
    *faults("stat", ONE, "EIO"),
    *faults("fstat", ONE, "EIO"),
    *faults("flock", ONE, "EINTR", "ENOLCK", "EWOULDBLOCK"),
    *faults("pread", ONE, "EIO", under=("flock", "EWOULDBLOCK")),
    *faults("pwrite", ONE, *SHORT, "ENOSPC", "EIO"),
    *faults("ftruncate", ONE, "EIO"),
    *faults("unlink", ONE, "EACCES", "EIO"),
    *faults("sendto", UNSEEN, "EINTR"),
    *faults("sendto", ONE, "EAGAIN", "ENOBUFS", "ECONNREFUSED"),
    *faults("socket", ONE, "EMFILE", "ENOBUFS"),
    *faults("bind", ONE, "EADDRINUSE"),
    *faults("listen", ONE, "EADDRINUSE"),
    *faults("getsockname", ONE, "ENOBUFS"),
    *faults("setsockopt", ONE, "ENOBUFS"),
    *faults("getsockopt", ONE, "ENOBUFS"),
    *faults("connect", ONE, "EADDRNOTAVAIL"),
    *faults("shutdown", UNSEEN, "ENOTCONN"),
    *faults("getentropy", ONE, "EIO"),
    *faults("fopen", ONE, "EMFILE"),
    *faults("epoll_create1", ONE, "EMFILE"),
    *faults("epoll_ctl", ONE, "ENOMEM"),
    *faults("epoll_wait", UNSEEN, "EINTR"),
    *faults("malloc", ONE, "ENOMEM"),
    *faults("close", UNSEEN, "EINTR", "EIO"),
]

# What the log says of the children that are killed here, and of those who
# lose them.
EXPECTED = re.compile(r"was killed by signal 9|(lost|cannot reach|closed at "
                      r"once, wrong secret key\?) Register")
SLOW = 3 * PATIENCE  # another child is started within some seconds


class Manager:
    """A service manager's socket."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("")  # an abstract name that the kernel chooses
        self.socket.setblocking(False)

    def env(self):
        return {"NOTIFY_SOCKET":
                f"@{self.socket.getsockname()[1:].decode()}"}

    def told(self):
        """The first line of each message so far."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self.socket.recv(4096).split(b"\n")[0].decode())
        return found

    def close(self):
        self.socket.close()


def files_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def serves(running):
    """Whether all of it does: the Register lists both, both answer."""
    try:
        listed = register_addresses(running.own_register, SECRET_KEY)
        if sorted(listed or ()) != sorted(running.inner_addresses):
            return False
        for address in running.inner_addresses:
            with contextlib.closing(Peer(address, SECRET_KEY)) as peer:
                peer.fence()
        return True
    except (AssertionError, OSError, ValueError):
        return False


def greeted(running):
    """A client of either, or None."""
    try:
        return WebSocket(running.websocket_port)
    except (AssertionError, OSError):
        return None


def left_over(session):
    """Processes that should have ended with the first of the session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rsplit(")", 1)[1].split()
            if words[0] != "Z" and int(words[3]) == session:
                found.append(stat.parent.name)
    return found


class Workers(Lifetime):
    title = "gatewayd --workers 2, its start, a child that ends, its end"
    documented = [*FAULTS, *PRIVILEGE_FAULTS]
    faults = documented if os.geteuid() == 0 else FAULTS

    def __init__(self):
        self.options = ["--workers", "2", "--pid-file", "{folder}/pid",
                        "--status-listen", "127.0.0.1:0"]
        self.user = None
        if os.geteuid() == 0:
            self.options += ["--user", "nobody"]
            self.user = pwd.getpwnam("nobody").pw_uid
        super().__init__()

    def _count(self):
        wrong = self.try_point(None, 0)
        if wrong:
            raise AssertionError(wrong)
        return self.control.counts()

    def try_point(self, fault, nth):
        with contextlib.closing(Manager()) as manager:
            self.control.arm(fault, nth)
            try:
                running = Running(self.control, self.options, manager.env(),
                                  self.user)
            except (AssertionError, OSError) as failure:
                return f"{type(failure).__name__}: {failure}"
            try:
                wrong = self._judge(fault, running, manager)
            except (AssertionError, OSError) as failure:
                wrong = [f"{type(failure).__name__}: {failure}"]
            finally:
                self.control.disarm()
                running.process.discard()
        return "; ".join(wrong) or None

    def _judge(self, fault, running, manager):
        if running.outcome == "ready":
            return self._live(fault, running, manager)
        if running.outcome == "gave up":
            return self._judge_refusal(fault, running)
        # There was no memory to say where it listens.
        status, log = running.end()
        return [] if status == 0 else [f"ended with {status}", log[-1500:]]

    @staticmethod
    def _judge_refusal(fault, running):
        """With a word why, and with nothing left behind."""
        wrong = []
        path = running.process.folder / "pid"
        if path.exists() and path.read_text():
            wrong.append(f"its pid is left: {path.read_text()!r}")
        wait_until(lambda: not left_over(running.process.pid),
                   "all to end with the master")
        status, log = running.end()
        if fault.effect in (UNSEEN, LOG):
            wrong.append("did not start")
        if status not in (1, 2) or not WHY.search(log):
            wrong.append("no word why")
        return [*wrong, str(status), log[-1500:]] if wrong else []

    def _live(self, fault, running, manager):
        """What is wrong from when it is ready to its end."""
        path = running.process.folder / "pid"
        pid = running.process.pid
        wrong = []
        try:
            if path.read_text() != f"{pid}\n":
                wrong.append(f"pid file: {path.read_text()!r}")
            self._kill_one(running)
            wrong += self._check_user(pid)
            self._end(running)
            if path.exists() and (path.read_text() or fault is None or
                                  fault.call != "unlink"):
                wrong.append("the pid file is left")
        except (AssertionError, OSError) as failure:
            wrong.append(f"{type(failure).__name__}: {failure}")
        self.control.disarm()
        status, log = running.end()
        wrong += self._judge_end(fault, status, log, manager.told())
        return [*wrong, log[-2500:]] if wrong else []

    @staticmethod
    def _kill_one(running):
        """The first gateway; returns when another does its work."""
        master = running.process.pid
        port = split_address(running.inner_addresses[0])[1]
        wait_until(lambda: serves(running), "both gateways", SLOW)
        files = files_of(master)
        victim = wait_until(lambda: listener(master, port), "its process")
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: victim not in children(master) and
                   len(children(master)) == 3 and serves(running),
                   "another process", SLOW)
        wait_until(lambda: files_of(master) <= files,
                   lambda: f"{files} descriptors, not {files_of(master)}")

    def _check_user(self, master):
        if self.user is None:
            return []
        return [f"process {pid} is somebody else"
                for pid in (master, *children(master))
                if set(status_of(pid)["Uid"]) != {str(self.user)}]

    @staticmethod
    def _end(running):
        """With a client, who hears of it."""
        client = wait_until(lambda: greeted(running), "a greeting", SLOW)
        running.process.popen.terminate()
        wait_until(lambda: is_over(client), "the end of a client",
                   PATIENCE + 10)
        client.close()
        running.process.popen.wait(PATIENCE + 10)
        wait_until(lambda: not left_over(running.process.pid),
                   "all to end with the master")

    @staticmethod
    def _judge_end(fault, status, log, told):
        wrong = []
        trouble = [line.group() for line in TROUBLE.finditer(log)
                   if not EXPECTED.search(line.group())]
        if status != 0 and (status != 1 or not trouble):
            wrong.append(f"ended with {status}")
        for what in "READY=1", "STOPPING=1":
            if what not in told and f"not told {what}" not in log:
                wrong.append(f"the service manager knows {told}")
        if trouble and (fault is None or fault.effect == UNSEEN):
            wrong.append(f"log: {trouble}")
        return wrong
