"""A gatewayd in which something fails while it starts, or while it ends with
everybody connected."""

import os
import re
import time

from harness.cluster import READY
from harness.inner import Peer, register_addresses
from harness.process import PATIENCE, PREFIX, Process, wait_until
from harness.tls import Tls
from harness.websocket import Connection, WebSocket

from daemon import MEMORY_FAULTS, SOCKET_FAULTS, Home, seen_by
from scenario import SECRET_KEY
from shim import LOG, ONE, UNSEEN, Control, faults, silent

# What only happens at the start: sockets of its own, files.
START_FAULTS = [
    *faults("socket", ONE, "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"),
    *faults("connect", UNSEEN, "EINTR"),
    *faults("connect", ONE, "ENOBUFS", "EADDRNOTAVAIL", "EAGAIN"),
    *faults("setsockopt", ONE, "ENOBUFS"),
    *faults("getsockopt", ONE, "ENOBUFS"),
    *faults("open", ONE, "EMFILE", "ENFILE"),
    *faults("read", UNSEEN, "EINTR"),
    *faults("bind", ONE, "EADDRINUSE", "EACCES", "ENOMEM"),
    *faults("listen", ONE, "EADDRINUSE"),
    *faults("getsockname", ONE, "ENOBUFS"),
    *faults("getpeername", ONE, "ENOBUFS"),
    *faults("getaddrinfo", ONE, "EAI_AGAIN", "EAI_MEMORY", "EAI_FAIL"),
    *faults("stat", ONE, "EIO", "ENOMEM"),
    *faults("fstat", UNSEEN, "EIO"),
    *faults("faccessat", ONE, "EIO", "ENOMEM"),
    *faults("setrlimit", UNSEEN, "EPERM"),
    *faults("getentropy", ONE, "EIO"),
    *faults("mmap", ONE, "ENOMEM"),
    *faults("fopen", ONE, "EMFILE", "ENOMEM"),
    *faults("getrusage", ONE, "EINVAL", under=("fopen", "EMFILE")),
    *faults("epoll_create1", ONE, "EMFILE", "ENOMEM"),
    *faults("pipe2", ONE, "EMFILE", "ENFILE"),
]

# In place of the addresses, when there is no memory for them.
NOT_TOLD = "ready, but out of memory"
# Why there was no start; libevent says it itself.
WHY = re.compile(r"^(gatewayd: |\[err\] |\S+ error: )", re.MULTILINE)


class Running:
    """A gatewayd whose start a fault may prevent. `owner`: whose its folder
    is."""

    # pylint: disable-next=too-many-arguments,too-many-positional-arguments
    def __init__(self, control, options, env=(), owner=None):
        command = [
            PREFIX / "bin/gatewayd", "--listen", "websocket://127.0.0.1:0",
            "--register-listen", "127.0.0.1:0", "--start-port", "0",
            "--secret-key-file", "{folder}/key", *options]
        self.process = Process(command, "gatewayd",
                               {**control.env(), **dict(env)})
        key = self.process.folder / "key"
        key.touch(mode=0o600)
        key.write_text(SECRET_KEY + "\n")
        if owner is not None:
            os.chown(self.process.folder, owner, -1)
        self.process.start()
        self.ready = None
        try:
            self.outcome = wait_until(
                self._outcome, lambda: f"a start or not: {self.process.log}",
                3 * PATIENCE)
        except BaseException:
            self.process.discard()
            raise
        if self.outcome == "ready":
            self._read_ports()

    def _outcome(self):
        gone = not self.process.running()
        self.ready = READY.search(self.process.log)
        if self.ready:
            return "ready"
        if NOT_TOLD in self.process.log:
            return "not told where"
        return "gave up" if gone else None

    def _read_ports(self):
        line = self.ready["all"]

        def find(kind):
            return re.search(rf"{kind}([\d.]+:\d+)", line)[1]

        self.websocket_port = int(find("websocket://").split(":")[1])
        self.inner_address = find("inner ")
        self.inner_addresses = re.findall(r"inner ([\d.]+:\d+)", line)
        self.own_register = find("register ")
        self.status_address = find("status ")

    def ports_of(self, scheme):
        return [int(port) for port in re.findall(
            rf"{re.escape(scheme)}://[\d.]+:(\d+)", self.ready["all"])]

    def end(self):
        """Its exit status and its log."""
        status = self.process.stop()
        log = self.process.log
        self.process.discard()
        return status, log


class Lifetime:
    """What start and end have in common: a process for each point."""

    def __init__(self):
        self.control = Control()
        self.home = Home()
        self.usual = None
        self.counts = self._learn()

    def _learn(self):
        """A busy machine may leave out what else comes in time, as the
        announcement before a start is over."""
        for _ in range(5):
            counts = self._count()
            unseen = silent(self.faults, counts)
            if not unseen:
                return counts
        raise AssertionError(f"the shim sees no {unseen}: {self.title}")

    def count_points(self):
        return self.counts

    def close(self):
        self.home.close()
        self.control.close()


class Start(Lifetime):
    title = "gatewayd, its start"
    faults = documented = [
        *START_FAULTS,
        # OpenSSL does not survive it while it initialises itself.
        *(f for f in MEMORY_FAULTS if f.call == "malloc"),
        *(f for f in SOCKET_FAULTS if f.call in (
            "recv", "send", "accept4", "epoll_wait", "epoll_ctl", "close"))]

    def _count(self):
        self.control.arm()
        running = Running(self.control, self.home.options)
        self.control.disarm()
        counts = self.control.counts()
        self.home.talk(running)
        self.usual = seen_by(self.home.talk(running))
        running.end()
        return counts

    def try_point(self, fault, nth):
        self.control.arm(fault, nth)
        running = Running(self.control, self.home.options)
        self.control.disarm()
        if running.outcome == "gave up":
            return self._judge_refusal(fault, running)
        wrong = []
        try:
            if running.outcome == "ready":
                wrong = self._talk(running)
        except (AssertionError, OSError) as failure:
            wrong = [str(failure) or type(failure).__name__]
        status, log = running.end()
        if status != 0:
            wrong.append(f"ended with {status}")
        if wrong:
            wrong.append(log[-1500:])
        return "; ".join(wrong) or None

    def _talk(self, running):
        """It may have to announce itself once more."""
        wait_until(lambda: register_addresses(running.own_register, SECRET_KEY)
                   == [running.inner_address], "a Register that lists it")
        seen = seen_by(self.home.talk(running))
        return [] if seen == self.usual else [
            str([s for s, u in zip(seen, self.usual) if s != u])[:500]]

    @staticmethod
    def _judge_refusal(fault, running):
        """A start may fail for want of something: with a word why."""
        status, log = running.end()
        if fault.effect in (UNSEEN, LOG):
            return f"did not start: {status}; {log[-1000:]}"
        if status not in (1, 2) or not WHY.search(log):
            return f"ended with {status}, and said {log[-1000:]!r}"
        return None


class End(Lifetime):
    title = "gatewayd, its end"
    faults = documented = [
        *(f for f in SOCKET_FAULTS if f.call not in (
            "sendmsg", "accept4", "epoll_ctl", "setsockopt")),
        *faults("getsockopt", UNSEEN, "ENOBUFS"),
        *faults("ioctl", UNSEEN, "ENOTCONN"),
        *MEMORY_FAULTS]

    def _connected(self, running):
        """Somebody of each kind, with output in flight."""
        (tls_port,) = running.ports_of("wss")
        (text_port,) = running.ports_of("text")
        peer = Peer(running.inner_address, SECRET_KEY)
        peer.fence()
        return [WebSocket(running.websocket_port),
                WebSocket(tls_port, tls=Tls(context=self.home.context)),
                Connection(text_port), peer,
                refused_stranger(running.websocket_port)]

    def _end(self, fault=None, nth=0):
        """Runs one to its end; its status, its log, how long it took."""
        self.control.prepare()
        running = Running(self.control, self.home.options)
        *clients, stranger = self._connected(running)
        self.control.arm(fault, nth)
        began = time.monotonic()
        # Who hears of the end closes, as browsers do.
        running.process.popen.terminate()
        for client in clients[:3]:
            wait_until(lambda c=client: is_over(c), "the end of a client",
                       PATIENCE + 10)
        for client in clients:
            client.close()
        running.process.popen.wait(PATIENCE + 10)
        stranger.close()
        took = time.monotonic() - began
        self.control.disarm()
        return (*running.end(), took)

    def _count(self):
        status, log, _ = self._end()
        if status != 0:
            raise AssertionError(f"ended with {status}: {log}")
        return self.control.counts()

    def try_point(self, fault, nth):
        try:
            status, log, took = self._end(fault, nth)
        except Exception as failure:  # pylint: disable=broad-except
            return f"{type(failure).__name__}: {failure}"
        if status != 0:
            return f"ended with {status}: {log[-1500:]}"
        # Clients that do not hear of the end have 5 s, and the loop 2 more.
        if took > 15:
            return f"took {took:.1f} s: {log[-1500:]}"
        return None


def refused_stranger(port):
    """Has heard that it speaks no WebSocket, and does not go."""
    stranger = Connection(port)
    stranger.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_until(lambda: stranger.read() and stranger.eof, "a refusal")
    return stranger


def is_over(client):
    """Whether gatewayd has closed, or said that it will."""
    try:
        client.read()
    except OSError:
        return True
    return client.eof or b"\x88\x02\x03\xe9" in client.received
