"""A TCP proxy that does to connections what networks and crashes do.

All proxies of a run live in one event loop, which has a thread of its own.
Methods may be called from any thread and return when the change is made.

What becomes of the bytes of one direction is a Rule; a Script has one for each
direction. arm() applies a script to the connections there are and to new ones,
counting from then; heal() lets all go on as if nothing had been, and what was
held back arrives late.
"""

import asyncio
import errno
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

CHUNK = 65536
TURN = 0.005  # seconds; so often a loop looks whether it is late
SMALL_BUFFER = 65536  # so that a stopped peer is felt soon
RESET = struct.pack("ii", 1, 0)

# What a rule does once `at` bytes have passed.
STOP = "stop"          # nothing passes, nothing is read
CUT = "cut"            # both sides are closed
RST = "rst"            # both sides are reset
HALF_CLOSE = "half"    # the receiver sees the end; the other direction lives
HALF_AFTER = "half after"  # the same, behind what came
REPLACE = "replace"    # `data` instead of all that would follow
INSERT = "insert"      # `data`, then what follows
APPEND = "append"      # what came, and `data` in one piece with it


@dataclass(frozen=True)
class Rule:
    act: str = ""
    at: int = 0
    data: bytes = b""
    delay: float = 0      # seconds before a piece goes on
    gap: float = 0        # one byte at a time, so many seconds between them
    first: int = 1 << 30  # of each piece only so many bytes, then the rest
    now: bool = False     # at once, not when the next byte comes


@dataclass(frozen=True)
class Script:
    up: Rule = field(default_factory=Rule)      # to whom the proxy stands for
    down: Rule = field(default_factory=Rule)    # back to who connected
    refuse: bool = False     # nobody listens; connections are reset
    blackhole: bool = False  # connection requests vanish; the same
    idle: bytes = b""        # comes down unasked, now
    end: str = ""            # CUT or RST, now
    old_only: bool = False   # new connections are left alone


PASS = Script()


class Loop:
    """The event loop's thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever,
                                       daemon=True)
        self.thread.start()
        self.closing = False
        self.seen = time.monotonic()
        self.lost = []  # (begin, end) of when it came too late to its turns
        self.watch = asyncio.run_coroutine_threadsafe(self._watch(),
                                                      self.loop)

    async def _watch(self):
        while not self.closing:
            await asyncio.sleep(TURN)
            now = time.monotonic()
            if now - self.seen > 2 * TURN:
                self.lost.append((self.seen + TURN, now))
            self.seen = now

    def late(self, begin, end):
        """Intervals of this time in which nothing was done."""
        lost = [*self.lost, (self.seen + TURN, time.monotonic())]
        return [(max(begin, b), min(end, e)) for b, e in lost
                if b < end and e > begin]

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine,
                                                self.loop).result(30)

    def close(self):
        self.closing = True
        self.watch.result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def reset(sock):
    """close() that sends RST."""
    if sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.close()


class Direction:
    """One way through a link."""

    def __init__(self, link, source, target):
        self.link = link
        self.source = source
        self.target = target
        self.passed = 0         # since the script was armed
        self.rule = Rule()
        self.changed = asyncio.Event()
        self.ended = False

    def arm(self, rule):
        self.rule = rule
        self.passed = 0
        self.changed.set()
        self.changed = asyncio.Event()

    async def wait(self, seconds):
        """False when the rule changed meanwhile."""
        try:
            await asyncio.wait_for(self.changed.wait(), seconds)
            return False
        except asyncio.TimeoutError:
            return True

    async def pump(self):
        loop = asyncio.get_running_loop()
        while not self.ended:
            while self.rule.act == STOP and self.passed >= self.rule.at:
                self.link.struck.set()
                await self.changed.wait()
            data = await loop.sock_recv(self.source, CHUNK)
            if not data:
                break
            await self.transfer(data)
        self.finish()

    def finish(self):
        """The sender has ended; so does the receiver's input."""
        if not self.ended:
            self.ended = True
            try:
                self.target.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    async def transfer(self, data):
        while data and not self.ended:
            rule = self.rule
            if not rule.act:
                await self.send(data)
                return
            room = max(rule.at - self.passed, 0)
            if room:
                await self.send(data[:room])
                data = data[room:]
            elif await self.act(rule, data):
                return

    async def act(self, rule, data):
        """At the place of the fault; True when the data is dealt with."""
        self.link.struck.set()
        if rule.act == STOP:
            await self.changed.wait()
            return False
        if rule.act in (CUT, RST):
            self.link.end(rule.act)
        elif rule.act == HALF_CLOSE:
            self.finish()
        elif rule.act == HALF_AFTER:
            await self.send(data)
            self.finish()
        elif rule.act == REPLACE:
            await self.send(rule.data)
            self.rule = Rule(REPLACE)
        elif rule.act == INSERT:
            await self.send(rule.data + data)
            self.rule = Rule()
        elif rule.act == APPEND:
            await self.send(data + rule.data)
            self.rule = Rule()
        return True

    async def send(self, data):
        loop = asyncio.get_running_loop()
        rule = self.rule
        if rule.delay:
            await self.wait(rule.delay)
        single = min(rule.first, len(data)) if rule.gap else 0
        for _ in range(single):
            if self.rule is not rule:
                break
            await loop.sock_sendall(self.target, data[:1])
            data = data[1:]
            self.passed += 1
            await asyncio.sleep(rule.gap)
        if data:
            await loop.sock_sendall(self.target, data)
            self.passed += len(data)


class Link:
    """One connection through a proxy."""

    def __init__(self, proxy, near):
        self.proxy = proxy
        self.near = near
        self.near_port = near.getpeername()[1]  # who connected
        self.far = socket.socket()
        self.far.setblocking(False)
        for sock in (near, self.far):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.up = Direction(self, near, self.far)
        self.down = Direction(self, self.far, near)
        self.struck = proxy.struck
        self.pumps = []

    async def run(self, script):
        loop = asyncio.get_running_loop()
        self.arm(script)
        try:
            await loop.sock_connect(self.far, self.proxy.upstream)
            self.pumps = [asyncio.ensure_future(d.pump())
                          for d in (self.up, self.down)]
            await self.act_now(script)
            await asyncio.gather(*self.pumps)
        except OSError:
            self.end(RST)
        finally:
            self.end(CUT)

    def arm(self, script):
        self.up.arm(script.up)
        self.down.arm(script.down)

    async def act_now(self, script):
        """What does not wait for a byte."""
        for direction, rule in ((self.up, script.up),
                                (self.down, script.down)):
            if rule.now and rule.act == HALF_CLOSE:
                direction.finish()
                self.struck.set()
        if script.idle:
            await asyncio.get_running_loop().sock_sendall(self.near,
                                                          script.idle)
            self.struck.set()
        if script.end:
            self.end(script.end)
            self.struck.set()

    def end(self, how):
        for direction in (self.up, self.down):
            direction.ended = True
        for pump in self.pumps:
            pump.cancel()
        self.proxy.links.discard(self)
        loop = asyncio.get_running_loop()
        for sock in (self.near, self.far):
            if sock.fileno() >= 0:
                loop.remove_reader(sock)
                loop.remove_writer(sock)
                if how == RST:
                    reset(sock)
                else:
                    close_cleanly(sock)


def close_cleanly(sock):
    """Unread input would make it a reset."""
    try:
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(CHUNK):
            pass
    except OSError:
        pass
    sock.close()


def bound_listener(host, port):
    """A port that was asked for by its number survives shutdown()."""
    if port:
        return socket.create_server((host, port), backlog=128)
    while True:
        with socket.create_server((host, 0)) as probe:
            port = probe.getsockname()[1]
        try:
            return socket.create_server((host, port), backlog=128)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise


class Proxy:
    """Listens on a port of its own in front of `upstream` (HOST:PORT)."""

    def __init__(self, loop, upstream, host="127.0.0.1", port=0):
        self.loop = loop
        self.listener = bound_listener(host, port)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                 SMALL_BUFFER)
        self.listener.setblocking(False)
        self.address = "%s:%d" % self.listener.getsockname()
        self.port = self.listener.getsockname()[1]
        self.set_upstream(upstream)
        self.links = set()
        self.near_ports = set()  # of all who ever connected
        self.accepted = 0
        self.script = PASS
        self.struck = threading.Event()  # the fault has happened
        self.fillers = []
        self.tasks = set()
        self.closed = False
        loop.run(self._listen(True))

    def set_upstream(self, address):
        host, port = address.rsplit(":", 1)
        self.upstream = (host, int(port))

    # ---- in the loop

    async def _listen(self, on):
        loop = asyncio.get_running_loop()
        if on:
            loop.add_reader(self.listener, self._accept)
        else:
            loop.remove_reader(self.listener)

    def _accept(self):
        try:
            near, _ = self.listener.accept()
        except OSError:
            return
        near.setblocking(False)
        self.accepted += 1
        try:
            link = Link(self, near)
        except OSError:  # gone again
            near.close()
            return
        self.near_ports.add(link.near_port)
        self.links.add(link)
        task = asyncio.ensure_future(self._serve(link))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, link):
        try:
            await link.run(self.script)
        except asyncio.CancelledError:
            pass

    async def _arm(self, script):
        self.script = PASS if script.old_only else script
        self.struck.clear()
        for link in list(self.links):
            link.arm(script)
            await link.act_now(script)
        if script.refuse or script.blackhole:
            for link in list(self.links):
                link.end(RST)
            self.struck.set()
        if script.refuse:
            await self._listen(False)
            self.listener.shutdown(socket.SHUT_RDWR)
        if script.blackhole:
            await self._listen(False)
            await self._fill()

    async def _fill(self):
        """Linux drops connection requests while the queue is full."""
        self.listener.listen(0)
        while True:
            filler = socket.socket()
            filler.setblocking(False)
            self.fillers.append(filler)
            if filler.connect_ex(self.listener.getsockname()) not in (
                    0, errno.EINPROGRESS):
                raise OSError("the queue cannot be filled")
            await asyncio.sleep(0.02)
            if filler.getsockopt(socket.SOL_TCP, socket.TCP_INFO, 1) != b"\1":
                return  # not ESTABLISHED

    async def _heal(self):
        refused = self.script.refuse or self.script.blackhole
        self.script = PASS
        for filler in self.fillers:
            filler.close()
        self.fillers = []
        for link in list(self.links):
            link.arm(PASS)
        if refused:
            self.listener.listen(128)
            await self._listen(True)

    async def _close(self):
        if not self.closed:
            self.closed = True
            await self._listen(False)
            self.listener.close()
        for link in list(self.links):
            link.end(RST)
        for filler in self.fillers:
            filler.close()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _live(self):
        return [(link.near_port, link.up.ended or link.down.ended)
                for link in self.links]

    # ---- for tests

    def arm(self, script):
        self.loop.run(self._arm(script))

    def heal(self):
        self.loop.run(self._heal())

    def live(self):
        """Those who connected and whom the proxy still has: their port, and
        whether one of the two sides has ended."""
        return self.loop.run(self._live())

    def close(self):
        self.loop.run(self._close())


class Answerer:
    """A server that gives one answer to each line, as a Register does; with
    `close`, and then ends. It stands for what a test makes up."""

    def __init__(self, loop, answer=b"", close=False, host="127.0.0.1",
                 port=0):
        self.loop = loop
        self.answer = answer
        self.close_after = close
        self.server = loop.run(asyncio.start_server(self._serve, host, port))
        self.address = "%s:%d" % self.server.sockets[0].getsockname()
        self.writers = set()

    async def _serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while await reader.readline():
                writer.write(self.answer)
                await writer.drain()
                if self.close_after:
                    break
        except OSError:
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _close(self):
        self.server.close()
        for writer in list(self.writers):
            writer.transport.abort()

    def close(self):
        self.loop.run(self._close())
