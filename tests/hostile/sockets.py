"""Who connects and says nothing, or says it slowly."""

import multiprocessing
import resource
import select
import signal
import socket
import time

from harness.process import wait_until

from .target import HANDSHAKE_TIMEOUT, SANITIZED, UPGRADE

DRIP_SECONDS = 0.25
# A second is the ring's; the rest is for a machine that is busy.
LATE = 8
HOLDERS = 4
# What may be left of malloc() when so many connections are gone: their places in
# tables. And what is made for the first.
PLACE, FIRST = 64, 64 << 10

# What each port is dripped, and after how many seconds it has to close.
SLOW = {
    "websocket": (UPGRADE, HANDSHAKE_TIMEOUT),
    "wss": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(400),
            HANDSHAKE_TIMEOUT),
    "proxy": (b"PROXY TCP4 192.0.2.1 192.0.2.2 10000 20000\r\n" + UPGRADE,
              HANDSHAKE_TIMEOUT),
    "inner": (b"\0\0\x01\0\xca" + bytes(200), 10),
    "register": (b'{"event":"worker_connect","secret_key":"' + b"k" * 200, 10),
    "status": (b"GET /status HTTP/1.1\r\nHost: example.com\r\n" * 4, 5),
}


def connect(target, port, source=""):
    return socket.create_connection(("127.0.0.1", target.ports[port]), 10,
                                    (source, 0))


def has_ended(sock):
    """Whether the peer has closed; what it said before is dropped."""
    sock.setblocking(False)
    try:
        while sock.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


# At the Register a ping shows no key: it is no introduction.
PINGS = b'{"event":"ping"}\n' * 100


class Slow:
    """A connection that sends `step` bytes now and then."""

    def __init__(self, target, port, data=None, step=1):
        self.name = port
        self.data, self.limit = SLOW[port]
        self.data = data or self.data
        self.step = step
        self.began = time.monotonic()
        self.socket = connect(target, port)
        self.sent = 0

    def drip(self):
        try:
            self.socket.send(self.data[self.sent:self.sent + self.step])
            self.sent += self.step
        except OSError:
            pass

    def check(self):
        """True once it is over; fails when it takes too long, or not long
        enough."""
        age = time.monotonic() - self.began
        if has_ended(self.socket):
            if age < self.limit - 0.5:
                raise AssertionError(
                    f"{self.name}: closed after {age:.1f} s already")
            return True
        if age > self.limit + LATE:
            raise AssertionError(f"{self.name}: still open after {age:.1f} s "
                                 f"and {self.sent} bytes")
        if self.sent >= len(self.data) - self.step:
            raise AssertionError(f"{self.name}: {self.sent} bytes let it stay")
        return False


def slow_loris(target):
    """A byte now and then does not prolong anything, at any port."""
    descriptors = target.descriptors()
    slow = [Slow(target, port) for port in SLOW for _ in range(10)]
    slow.append(Slow(target, "register", PINGS, len(PINGS) // 100))
    left = list(slow)
    try:
        while left:
            for one in left:
                one.drip()
            left = [one for one in left if not one.check()]
            time.sleep(DRIP_SECONDS)
        target.serves()
    finally:
        for one in slow:
            one.socket.close()
    target.wait_descriptors(descriptors)


# ---- many of them -----------------------------------------------------------

def hold(port, source, count, pipe):
    """A process: opens sockets, says when they are open, and when all have been
    closed by the peer."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sockets = []
    for _ in range(count):
        sockets.append(socket.create_connection(("127.0.0.1", port), 60,
                                                (source, 0)))
    pipe.send(len(sockets))
    poll = select.poll()
    for sock in sockets:
        poll.register(sock, select.POLLIN)
    by_fd = {sock.fileno(): sock for sock in sockets}
    while by_fd:
        for fd, _ in poll.poll(60000):
            if has_ended(by_fd[fd]):
                poll.unregister(fd)
                by_fd.pop(fd).close()
    pipe.send("closed")
    pipe.close()


class Crowd:
    """Idle sockets in processes of their own, each from an own address."""

    def __init__(self, target, port, count):
        self.parts = []
        for number in range(HOLDERS):
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=hold, args=(
                target.ports[port], f"127.1.0.{number + 1}",
                count // HOLDERS, theirs), daemon=True)
            process.start()
            theirs.close()
            self.parts.append((process, ours))

    def has_news(self):
        return any(pipe.poll(0) for _, pipe in self.parts)

    def expect(self, timeout):
        """The next word of each process."""
        deadline = time.monotonic() + timeout
        words = []
        for _, pipe in self.parts:
            if not pipe.poll(max(0, deadline - time.monotonic())):
                raise AssertionError("idle sockets are not open, or not "
                                     f"closed, after {timeout} s")
            try:
                words.append(pipe.recv())
            except EOFError:
                raise AssertionError("a holder of idle sockets ended") from None
        return words

    def close(self):
        for process, _ in self.parts:
            process.terminate()
            process.join()


def most_sockets(wanted):
    """What the limit of open files allows a gatewayd."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(wanted, max(400, (hard - 500)))


def idle_before_handshake(target, wanted, figures):
    """Many sockets at some ports that say nothing: clients and applications
    get in meanwhile, all are closed in time, memory comes back."""
    descriptors, memory, heap = target.costs()
    crowds = [Crowd(target, port, most_sockets(count))
              for port, count in wanted.items()]
    try:
        opened = sum(sum(crowd.expect(60)) for crowd in crowds)
        most = {"descriptors": 0, "memory": 0}

        def all_there():
            """Or gone again, where the machine is busy."""
            most["descriptors"] = max(most["descriptors"],
                                      target.descriptors())
            most["memory"] = max(most["memory"], target.memory())
            return (most["descriptors"] >= descriptors + 0.9 * opened
                    or any(crowd.has_news() for crowd in crowds))

        wait_until(all_there, "idle sockets at the gateway", 60)
        target.serves()
        for crowd in crowds:
            crowd.expect(10 + HANDSHAKE_TIMEOUT + 2 * LATE)
    finally:
        for crowd in crowds:
            crowd.close()
    target.wait_descriptors(descriptors, 20)
    each = (most["memory"] - memory) / max(
        1, most["descriptors"] - descriptors)
    figures.append((" and ".join(wanted), most["descriptors"], each,
                    (target.memory() - memory) / 1048576))
    if not SANITIZED and each > 16384:
        raise AssertionError(f"an idle socket costs {each:.0f} bytes")
    target.wait_heap(heap, PLACE * opened + FIRST)
    target.wait_memory(memory, 48 << 20)
    target.serves()
