"""A gatewayd in which one system call or allocation fails while everybody talks
to it (scenario.py)."""

import os
import re
import shutil
import ssl
import tempfile
from pathlib import Path

from harness.cluster import Gatewayd
from harness.inner import Frame, Peer
from harness.process import wait_until
from harness.tls import Certificate

from scenario import CMD_COUNT, SECRET_KEY, Conversation
from shim import (LOG, MEMORY, ONE, SHORT, SOFT, UNSEEN, Control, Fault,
                  faults, silent, transfers)

SOCKET_FAULTS = [
    *transfers("recv"),
    *faults("recv", ONE, "ECONNRESET", "ENOBUFS", "ENOMEM", "ETIMEDOUT"),
    *transfers("send"),
    *faults("send", ONE, "ECONNRESET", "EPIPE", "ENOBUFS", "half, EPIPE"),
    *transfers("sendmsg"),
    *faults("sendmsg", ONE, "ECONNRESET", "EPIPE", "ENOBUFS", "ENOMEM",
            "half, EPIPE"),
    *faults("accept4", UNSEEN, *SOFT, "ECONNABORTED", "EPROTO", "EMFILE",
            "ENFILE", "ENOBUFS", "ENOMEM"),
    Fault("accept4", "EMFILE", UNSEEN, 3),
    *faults("epoll_wait", UNSEEN, "EINTR"),
    *faults("epoll_ctl", ONE, "ENOMEM", "ENOSPC"),
    *faults("close", UNSEEN, "EINTR", "EIO"),
    *faults("write", UNSEEN, "EINTR"),
    *faults("write", LOG, "EAGAIN", *SHORT, "ENOSPC"),
    *faults("poll", UNSEEN, "EINTR"),
    *faults("poll", LOG, "ENOMEM"),
    *faults("setsockopt", UNSEEN, "ENOBUFS"),
    *faults("shutdown", UNSEEN, "ENOTCONN"),
]
MEMORY_FAULTS = [*faults("malloc", MEMORY, "ENOMEM"),
                 *faults("malloc_lib", MEMORY, "ENOMEM")]
# Lines that an earlier fault in the log cost are told by the next. The worker
# of the conversation comes after the browsers, and another takes its place.
TROUBLE = re.compile(r"^\S+ (warning|error): (?!\d+ log lines were lost|"
                     r"inner: no worker was there: |"
                     r"inner: worker \S+ is here twice: ).*$",
                     re.MULTILINE)


def is_part(some, whole):
    """Whether `some` is `whole` with elements left out."""
    rest = iter(whole)
    return all(any(one == other for other in rest) for one in some)


class Home:
    """The folder with certificate and key, and what all gatewayds are told."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gw-injection-"))
        pair = Certificate(self.folder, "own", "sweep.example")
        self.options = [
            "--listen", "wss://127.0.0.1:0", "--listen", "text://127.0.0.1:0",
            "--tls-certificate", str(pair.certificate), "--tls-key",
            str(pair.key), "--status-listen", "127.0.0.1:0",
            "--register-grace", "0"]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.latest = None

    def talk(self, gateway):
        (tls_port,) = gateway.ports_of("wss")
        (text_port,) = gateway.ports_of("text")
        self.latest = Conversation(gateway, tls_port, text_port, self.context)
        return self.latest.run()

    def close(self):
        shutil.rmtree(self.folder)


def seen_by(conversation):
    """How everybody fared; the gateway's address differs from start to
    start."""
    own = conversation.gateway.inner_address
    return [(p.name, p.closed,
             ["<own>" if what == [own] else what for what in p.seen])
            for p in conversation.parties]


class Daemon:
    """One gatewayd for all points of a sweep, as long as it lives."""

    title = "gatewayd, a conversation"
    faults = documented = SOCKET_FAULTS

    def __init__(self):
        self.control = Control()
        self.home = Home()
        self.gateway = None
        self.usual, self.counts, self.descriptors = None, None, 0
        self._start()
        self._learn()

    def _start(self):
        self.control.prepare()
        self.gateway = Gatewayd(secret_key=SECRET_KEY,
                                options=self.home.options,
                                env=self.control.env())
        self.descriptors = self._descriptors()

    def _learn(self):
        """The first run may make what stays; two more must be alike."""
        self.home.talk(self.gateway)
        self._settle()
        self.control.arm()
        self.usual = seen_by(self.home.talk(self.gateway))
        self._settle()
        self.control.disarm()
        self.counts = self.control.counts()
        again = seen_by(self.home.talk(self.gateway))
        if self.usual != again or any(closed for _, closed, _ in again):
            raise AssertionError(f"no two runs are alike:\n{self.usual}\n"
                                 f"{again}")
        unseen = silent(self.faults, self.counts)
        if unseen:
            raise AssertionError(f"the shim sees no {unseen}")

    def count_points(self):
        return self.counts

    def _descriptors(self):
        return len(os.listdir(f"/proc/{self.gateway.process.pid}/fd"))

    def _settle(self):
        """Waits until nobody is left over."""
        def settled():
            peer = Peer(self.gateway.inner_address, SECRET_KEY)
            try:
                peer.send(Frame(CMD_COUNT))
                return peer.reply() == b"i:0;"
            finally:
                peer.close()

        wait_until(settled, "the count of clients to go back to 0")
        wait_until(lambda: self._descriptors() == self.descriptors,
                   f"{self.descriptors} descriptors")

    def try_point(self, fault, nth):
        """None, or what is wrong."""
        log_before = len(self.gateway.process.log)
        self.control.arm(fault, nth)
        try:
            talked = self.home.talk(self.gateway)
            self.control.disarm()
            self._settle()
        except (AssertionError, OSError, ValueError) as failure:
            self.control.disarm()
            return self._autopsy(f"{type(failure).__name__} {failure}; "
                                 + self._scene())
        log = self.gateway.process.log[log_before:]
        wrong = self._judge(fault, talked, log)
        if fault.effect in (ONE, MEMORY) or wrong:
            wrong += self._check_service()
        return "; ".join(wrong) or None

    def _check_service(self):
        try:
            again = seen_by(self.home.talk(self.gateway))
            self._settle()
        except (AssertionError, OSError) as failure:
            return [self._autopsy("afterwards: " + str(failure))]
        return [] if again == self.usual else [
            f"afterwards: {self._difference(again)}"]

    def _autopsy(self, why):
        """Another gatewayd, so that the next point has a chance."""
        if not self.gateway.process.running():
            why += f"; ended with {self.gateway.process.popen.returncode}"
        why += "; log: " + self.gateway.process.log[-1500:]
        try:
            self.gateway.close()
        except AssertionError:
            pass
        self._start()
        self.home.talk(self.gateway)
        self._settle()
        return why

    def _scene(self):
        """Who was there when it happened, and which ports were hit."""
        hit = [self.control.get(m) for m in ("fired", "fired_fd", "fired_own",
                                             "fired_peer")]
        return f"hit {hit}, parties " + ", ".join(
            f"{p.name}{p.ports}{' closed' if p.closed else ''}"
            for p in self.home.latest.parties)

    def _difference(self, seen):
        return ", ".join(f"{now[0]}: {now[1:]} instead of {usual[1:]}"
                         for now, usual in zip(seen, self.usual)
                         if now != usual)[:600]

    def _judge(self, fault, talked, log):
        seen = seen_by(talked)
        trouble = [line.group() for line in TROUBLE.finditer(log)]
        if fault.effect == LOG:
            return [] if seen == self.usual else [self._difference(seen)]
        if fault.effect == UNSEEN:
            wrong = [] if seen == self.usual else [self._difference(seen)]
            if trouble and fault.call != "accept4":
                wrong.append(f"log: {trouble}")
            return wrong
        if not self.control.fired or seen == self.usual:
            return []
        return self._judge_one(fault, talked, trouble)

    def _judge_one(self, fault, talked, trouble):
        wrong = []
        ports = {self.control.get("fired_peer"), self.control.get("fired_own")}
        closed = [p for p in talked.parties if p.closed]
        if len(closed) > 1:
            wrong.append(f"closed: {[p.name for p in closed]}")
        if not closed and fault.effect == ONE:
            wrong.append("nobody was closed, and: "
                         + self._difference(seen_by(talked)))
        if fault.effect == ONE and closed and \
                not ports & set(closed[0].ports):
            # The handshake may not have got as far as to tell us a port.
            if closed[0].ports:
                wrong.append(f"closed: {closed[0].name}, hit: {ports}")
        # A monitor is told by the answer itself.
        told = trouble or [p for p in talked.parties if p.name == "monitor"
                           and p.seen != [b"HTTP/1.1 200 OK"]]
        if fault.effect == MEMORY and not closed and not told:
            wrong.append("not a word in the log, and: "
                         + self._difference(seen_by(talked)))
        for party, (name, _, usual) in zip(talked.parties, self.usual):
            if name.startswith(("websocket", "wss", "text", "worker")) and \
                    not is_part(party.seen, usual):
                wrong.append(f"{name}: {party.seen!r}"[:400])
        return wrong

    def close(self):
        try:
            self.gateway.close()
        finally:
            self.home.close()
            self.control.close()


class DaemonMemory(Daemon):
    title = "gatewayd, a conversation without memory"
    faults = documented = MEMORY_FAULTS
