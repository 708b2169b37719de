"""Every call of the library against two gatewayds, while one of the system
calls under it fails."""

import os
import re
import socket
import subprocess

from harness.cluster import GatewaydCluster
from harness.process import PATIENCE, ROOT, wait_until
from harness.websocket import text_frame

from shim import (ONE, SOFT, UNSEEN, Control, build_folder, faults, silent,
                  transfers)

NO_RANDOM = ("getrandom", "ENOSYS")

FAULTS = [
    *transfers("recv"),
    *faults("recv", ONE, "ECONNRESET", "ENOBUFS", "ENOMEM", "ETIMEDOUT",
            "1 byte, ECONNRESET"),
    *faults("peek", UNSEEN, "EINTR"),
    *faults("peek", ONE, "ECONNRESET", "ENOBUFS"),
    *transfers("send"),
    *faults("send", ONE, "ECONNRESET", "EPIPE", "ENOBUFS", "ENOMEM",
            "half, EPIPE", "1 byte, ECONNRESET"),
    *transfers("sendmsg"),
    *faults("sendmsg", ONE, "ECONNRESET", "EPIPE", "ENOBUFS", "ENOMEM",
            "half, EPIPE", "1 byte, ECONNRESET"),
    *faults("connect", UNSEEN, "EINTR"),
    *faults("connect", ONE, "ENOBUFS", "EADDRNOTAVAIL", "ECONNREFUSED",
            "EAGAIN"),
    *faults("socket", ONE, "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"),
    *faults("poll", UNSEEN, *SOFT),
    *faults("poll", ONE, "ENOMEM"),
    *faults("setsockopt", UNSEEN, "ENOBUFS"),
    *faults("getsockopt", ONE, "ENOBUFS"),
    *faults("close", UNSEEN, "EINTR", "EIO"),
    # Whether a connection is its own peer, or a child has been forked, is found
    # out otherwise, or not at all.
    *faults("getsockname", UNSEEN, "ENOBUFS"),
    *faults("getpeername", UNSEEN, "ENOBUFS"),
    *faults("mmap", UNSEEN, "ENOMEM"),
    *faults("madvise", UNSEEN, "EINVAL"),
    *faults("getaddrinfo", ONE, "EAI_AGAIN", "EAI_MEMORY", "EAI_FAIL"),
    *faults("getrandom", UNSEEN, "EINTR", "ENOSYS"),
    *faults("open", ONE, "EMFILE", "ENOENT", under=NO_RANDOM),
    *faults("read", UNSEEN, "EINTR", "1 byte", under=NO_RANDOM),
    *faults("read", ONE, "EIO", under=NO_RANDOM),
]

MESSAGE = text_frame("an injected message")
# The client's deadline, which no fault makes a call wait for.
DEADLINE_MS = 20000

# What a call that a fault hit may end with: the codes that name a cause.
CAUSES = {"GW_EPARTIAL", "GW_ECONNECT", "GW_ECLOSED", "GW_EIO", "GW_EAUTH",
          "GW_EREGISTER", "GW_EREGISTERREPLY", "GW_EUNCONFIRMED", "GW_ENOMEM"}


class Call:
    def __init__(self, line):
        (self.name, self.code, took, fired, self.answer,
         self.error) = line.split("\t")
        self.took = int(took)
        self.fired = int(fired)

    @property
    def seen(self):
        return self.name, self.code, self.answer


class Library:
    """The client program, two gatewayds and a client at each."""

    title = "libgwclient, every call"
    faults = documented = FAULTS

    def __init__(self):
        self.control = Control()
        self.cluster = GatewaydCluster(2, options=["--register-grace", "0"])
        self.clients = [self.cluster.connect(0), self.cluster.connect(1)]
        ids = [client.client_id for client in self.clients]
        nobody = ids[0][:12] + "fffffff0"
        # Bound, so that nobody else can have it, and never listening.
        self.dead = socket.socket()
        self.dead.bind(("127.0.0.1", 0))
        self.command = [
            build_folder() / "bin/inject_client",
            # A name has to be looked up.
            self.cluster.register_address.replace("127.0.0.1", "localhost"),
            "127.0.0.1:%d" % self.dead.getsockname()[1],
            *(g.inner_address for g in self.cluster.gateways), *ids, nobody]
        self.program = None
        self._start()
        self.usual, self.copies, self.counts = None, None, None
        self._learn()

    def _start(self):
        self.program = subprocess.Popen(
            [str(word) for word in self.command], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **self.control.env()})

    def _learn(self):
        """What all calls give without a fault, twice the same."""
        self.control.prepare()
        self.usual, clean = self._pass()
        self.counts = self.control.counts()
        self.copies = self._delivered()
        self.control.prepare()
        again, _ = self._pass()
        copies = self._delivered()
        bad = [c.name for c in self.usual if c.code != "GW_OK"]
        if bad or not clean or copies != self.copies or \
                [c.seen for c in again] != [c.seen for c in self.usual]:
            raise AssertionError(f"the calls are not alike twice: {bad}")
        if min(self.copies) < 3 or \
                silent(FAULTS, self.counts) - {"getsockopt"}:
            raise AssertionError(f"the shim counts {self.counts}")

    def _pass(self):
        """Makes all calls; the calls, and whether no descriptor was left."""
        self.program.stdin.write("go\n")
        self.program.stdin.flush()
        calls = []
        while True:
            line = self.program.stdout.readline().rstrip("\n")
            if not line:
                status = self.program.wait()
                self._start()
                raise AssertionError(f"the program ended with {status}")
            if line.startswith("end\t"):
                before, after = line.split("\t")[1:]
                return calls, before == after
            calls.append(Call(line))
            if calls[-1].name == "new" and calls[-1].code != "GW_OK":
                return calls, True

    def _delivered(self):
        """How many messages each client got since the last time. The calls
        end with a flush: what was sent is here before the pong."""
        counts = []
        for index, client in enumerate(self.clients):
            client.send(9, b"fence")
            pong = b"\x8a\x05fence"
            wait_until(lambda c=client, p=pong: p in c.read(),
                       "a client's pong", 2 * PATIENCE)
            got, _, client.received = client.received.partition(pong)
            count = got.count(MESSAGE)
            if got != MESSAGE * count:
                raise AssertionError(f"client {index} received {got!r}")
            counts.append(count)
        return counts

    def count_points(self):
        return self.counts

    def try_point(self, fault, nth):
        """None, or what is wrong."""
        self.control.prepare(fault, nth)
        calls, clean = self._pass()
        fired = self.control.fired
        copies = self._delivered()
        faults_found = self._judge(fault, calls, clean, copies, fired)
        if fault.effect == ONE or faults_found:
            self.control.prepare()
            after, clean = self._pass()
            if [c.seen for c in after] != [c.seen for c in self.usual] or \
                    not clean or self._delivered() != self.copies:
                faults_found.append("the next client is not served as always")
        return "; ".join(faults_found) or None

    def _judge(self, fault, calls, clean, copies, fired):
        wrong = [f"{c.name} took {c.took} ms" for c in calls
                 if c.took >= DEADLINE_MS]
        if not clean:
            wrong.append("a descriptor was left open")
        if fault.effect == UNSEEN:
            wrong += [f"{c.name}: {c.code} {c.error!r} {c.answer!r}"
                      for c, u in zip(calls, self.usual) if c.seen != u.seen]
            if copies != self.copies:
                wrong.append(f"{copies} messages instead of {self.copies}")
            return wrong
        return wrong + self._judge_one(calls, copies, fired)

    def _judge_one(self, calls, copies, fired):
        wrong = []
        failed = []
        before = 0
        for call, usual in zip(calls, self.usual):
            hit, before = call.fired > before, call.fired
            if call.code == "GW_OK":
                if hit and call.answer != usual.answer:
                    wrong.append(f"{call.name}: {call.answer!r} as if nothing "
                                 "had happened")
                continue
            failed.append(call.name)
            # Without a client there is nobody to keep a sentence.
            if hit and call.code in CAUSES and (call.error or
                                                call.name == "new"):
                continue
            if call.name == "flush" and call.code == "GW_EUNCONFIRMED":
                continue
            wrong.append(f"{call.name}: {call.code} {call.error!r}")
        if len(failed) > 2:
            wrong.append(f"one fault, and {failed} failed")
        if any(n > most for n, most in zip(copies, self.copies)):
            wrong.append(f"{copies} messages: some came twice")
        if fired and not failed and copies != self.copies:
            wrong.append(f"{copies} messages instead of {self.copies}, and "
                         "every call says that all is well")
        return wrong

    def close(self):
        self.program.stdin.close()
        status = self.program.wait()
        self.program.stdout.close()
        for client in self.clients:
            client.close()
        self.dead.close()
        self.cluster.close()
        self.control.close()
        if status != 0:
            raise AssertionError(f"the client program ended with {status}")


def untested_symbols():
    """Exported functions that no entry of the table calls."""
    exported = re.findall(
        r"^ +(gw_\w+);",
        (ROOT / "libgwclient/gwclient.map").read_text(), re.MULTILINE)
    used = "".join((ROOT / name).read_text() for name in (
        "tests/unit/client/calls.c", "tests/unit/client/test_oom.c",
        "tests/injection/sweep_client.c"))
    # Nothing in them can fail, or they are leaves that do no input or output.
    pure = {"gw_allocator_libc", "gw_strerror", "gw_frame_encode_head",
            "gw_frame_decode", "gw_client_failures", "gw_client_get_stats"}
    return [name for name in exported
            if name not in pure and f"{name}(" not in used]
