"""A gatewayd in which something fails while it starts, or while it ends with
everybody connected."""

import re
import time

from harness.cluster import READY
from harness.inner import Peer, register_addresses
from harness.process import PATIENCE, PREFIX, Process, wait_until
from harness.tls import Tls
from harness.websocket import Connection, WebSocket

from daemon import MEMORY_FAULTS, SOCKET_FAULTS, Home, seen_by
from scenario import SECRET_KEY
from shim import LOG, ONE, UNSEEN, Control, faults

# What only happens at the start: sockets of its own, files.
START_FAULTS = [
    *faults("socket", ONE, "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"),
    *faults("connect", UNSEEN, "EINTR"),
    *faults("connect", ONE, "ENOBUFS", "EADDRNOTAVAIL", "EAGAIN"),
    *faults("setsockopt", ONE, "ENOBUFS"),
    *faults("getsockopt", ONE, "ENOBUFS"),
    *faults("open", ONE, "EMFILE", "ENFILE"),
    *faults("read", UNSEEN, "EINTR"),
]

# In place of the addresses, when there is no memory for them.
NOT_TOLD = "ready, but out of memory"


class Running:
    """A gatewayd whose start a fault may prevent."""

    def __init__(self, control, home):
        command = [
            PREFIX / "bin/gatewayd", "--listen", "websocket://127.0.0.1:0",
            "--register-listen", "127.0.0.1:0", "--start-port", "0",
            "--secret-key-file", "{folder}/key", *home.options]
        self.process = Process(command, "gatewayd", control.env())
        key = self.process.folder / "key"
        key.touch(mode=0o600)
        key.write_text(SECRET_KEY + "\n")
        self.process.start()
        self.ready = None
        self.outcome = wait_until(self._outcome, "gatewayd to start or not",
                                  3 * PATIENCE)
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
        self.counts = self._count()
        silent = {f.call for f in self.faults} - {
            call for call, count in self.counts.items() if count > 0}
        self.faults = [f for f in self.faults if f.call not in silent]

    def count_points(self):
        return self.counts

    def close(self):
        self.home.close()
        self.control.close()


class Start(Lifetime):
    title = "gatewayd, its start"

    def __init__(self):
        self.faults = [
            *START_FAULTS,
            # OpenSSL does not survive it while it initialises itself.
            *(f for f in MEMORY_FAULTS if f.call == "malloc"),
            *(f for f in SOCKET_FAULTS if f.call not in ("poll", "write"))]
        super().__init__()

    def _count(self):
        self.control.arm()
        running = Running(self.control, self.home)
        self.control.disarm()
        counts = self.control.counts()
        self.home.talk(running)
        self.usual = seen_by(self.home.talk(running))
        running.end()
        return counts

    def try_point(self, fault, nth):
        self.control.arm(fault, nth)
        running = Running(self.control, self.home)
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
        if status not in (1, 2) or "gatewayd: " not in log:
            return f"ended with {status}, and said {log[-1000:]!r}"
        return None


class End(Lifetime):
    title = "gatewayd, its end"

    def __init__(self):
        self.faults = [*SOCKET_FAULTS, *MEMORY_FAULTS]
        super().__init__()

    def _connected(self, running):
        """Somebody of each kind, with output in flight."""
        (tls_port,) = running.ports_of("wss")
        (text_port,) = running.ports_of("text")
        peer = Peer(running.inner_address, SECRET_KEY)
        peer.fence()
        return [WebSocket(running.websocket_port),
                WebSocket(tls_port, tls=Tls(context=self.home.context)),
                Connection(text_port), peer]

    def _end(self, fault=None, nth=0):
        """Runs one to its end; its status, its log, how long it took."""
        self.control.prepare()
        running = Running(self.control, self.home)
        clients = self._connected(running)
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


def is_over(client):
    """Whether gatewayd has closed, or said that it will."""
    try:
        client.read()
    except OSError:
        return True
    return client.eof or b"\x88\x02\x03\xe9" in client.received
