"""What stands between the class under test and its cluster, in one loop: a
proxy before each gateway that notes every frame, and Registers that list the
proxies.

Each connection of the class has one of its own to the gateway, so what the
class does wrong with connections is seen as without the proxies. After a
call, `settle` puts a question of its own behind everything that the class has
sent: its answer proves that the gateway has handled the call. Nothing sleeps.
"""

import json
import selectors
import socket
import struct
import time

from harness.inner import (CMD_GATEWAY_CLIENT_CONNECT, HEAD, Frame,
                           split_address)
from harness.process import PATIENCE

# Commands with a reply, docs of the protocol's section 5.
QUERIES = {10, 11, 15, 16, 23, 24, 25, 26, 28, 203}
FENCE = Frame(11).encode()
CHUNK = 1 << 20


class ServerDied(Exception):
    """The gateway closed a connection that it should have served."""


class Loop:
    """Sockets and what to do when they are readable."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()

    def add(self, sock, readable):
        self.selector.register(sock, selectors.EVENT_READ, readable)

    def remove(self, sock):
        self.selector.unregister(sock)
        sock.close()

    def turn(self, timeout=0.0):
        """Serves what is readable; false when nothing was."""
        ready = self.selector.select(timeout)
        for key, _ in ready:
            # One served before may have closed this one.
            if key.fileobj.fileno() >= 0:
                key.data()
        return bool(ready)

    def drain(self):
        while self.turn():
            pass

    def until(self, condition, what):
        deadline = time.monotonic() + 3 * PATIENCE
        while not condition():
            if not self.turn(1) and time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}")

    def listen(self, accepted, host="127.0.0.1"):
        """A listener on a port of its own; returns its address."""
        listener = socket.create_server((host, 0), backlog=64)

        def accept():
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            accepted(sock)

        self.add(listener, accept)
        return "%s:%d" % listener.getsockname()

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


class Link:
    """One connection of the class, and ours to the gateway behind it."""

    def __init__(self, proxy, down):
        self.proxy = proxy
        self.down = down
        self.up = socket.create_connection(proxy.target)
        self.up.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""      # not a whole frame yet
        self.replies = b""      # the gateway's, not a whole one yet
        self.fences = 0         # of our questions, not answered yet
        self.questions = 0      # of the class's, not answered yet
        self.unproved = False   # the last frame has no reply
        self.ended = False      # the class has closed
        self.closed = False
        proxy.loop.add(down, self.read_down)
        proxy.loop.add(self.up, self.read_up)

    def read_down(self):
        try:
            data = self.down.recv(CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            self.ended = True
            self.proxy.loop.selector.unregister(self.down)
            self.fence() if self.unproved else self.end_if_done()
            return
        # The class's next command waits in its kernel for this one's
        # acknowledgement (Nagle), which would otherwise be put off.
        self.down.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self.pending += data
        while len(self.pending) >= HEAD.size:
            length = struct.unpack_from(">I", self.pending)[0]
            if len(self.pending) < length:
                return
            frame, self.pending = Frame.parse(self.pending)
            self.forward(frame)

    def forward(self, frame):
        if frame.cmd == CMD_GATEWAY_CLIENT_CONNECT:
            self.proxy.authorisations += 1
        else:
            self.proxy.frames.append(frame)
        asks = frame.cmd in QUERIES
        self.questions += asks
        self.unproved = not asks
        self.up.sendall(frame.encode())

    def fence(self):
        self.fences += 1
        self.unproved = False
        self.up.sendall(FENCE)

    def read_up(self):
        try:
            data = self.up.recv(CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            self.proxy.lost += 1
            self.close()
            return
        self.replies += data
        while len(self.replies) >= 4:
            length = 4 + struct.unpack_from(">I", self.replies)[0]
            if len(self.replies) < length:
                return
            reply, self.replies = self.replies[:length], self.replies[length:]
            self.deliver(reply)

    def deliver(self, reply):
        """Replies come in the order of the questions; ours are the last."""
        if self.questions:
            self.questions -= 1
            if not self.ended:
                self.down.sendall(reply)
        else:
            self.fences -= 1
        self.end_if_done()

    def end_if_done(self):
        if self.ended and not self.fences and not self.questions:
            self.close()

    def close(self):
        if not self.closed:
            self.closed = True
            if not self.ended:
                self.proxy.loop.selector.unregister(self.down)
            self.down.close()
            self.proxy.loop.remove(self.up)
            self.proxy.links.discard(self)


class Proxy:
    """Before one gateway. `frames` is what the class sent since `take`."""

    def __init__(self, loop, target, host):
        self.loop = loop
        self.target = split_address(target)
        self.links = set()
        self.frames = []
        self.authorisations = 0
        self.lost = 0
        self.address = loop.listen(
            lambda sock: self.links.add(Link(self, sock)), host)

    def fence(self):
        for link in list(self.links):
            if link.unproved:
                link.fence()

    def whole(self):
        return not any(link.pending for link in self.links)

    def idle(self):
        return not any(link.fences or link.questions for link in self.links)

    def take(self):
        frames, self.frames = self.frames, []
        return frames


def settle(loop, proxies):
    """Returns when the gateways have handled all that the class sent."""
    loop.drain()
    loop.until(lambda: all(proxy.whole() for proxy in proxies),
               "the rest of a frame")
    for proxy in proxies:
        proxy.fence()
    loop.until(lambda: all(proxy.idle() for proxy in proxies), "the gateways")
    for proxy in proxies:
        if proxy.lost:
            raise ServerDied(f"gateway {proxy.target} closed a connection")


class Register:
    """Answers every worker_connect with one line; `requests` are noted. None
    closes instead."""

    def __init__(self, loop, line):
        self.loop = loop
        self.line = line
        self.requests = []
        self.address = loop.listen(self.accepted)

    def accepted(self, sock):
        received = b""

        def readable():
            nonlocal received
            try:
                data = sock.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                self.loop.remove(sock)
                return
            received += data
            if received.endswith(b"\n"):
                self.requests.append(received)
                received = b""
                if self.line is None:
                    self.loop.remove(sock)
                else:
                    sock.sendall(self.line)

        self.loop.add(sock, readable)


def listing(addresses, form="list"):
    """The Register's line; it may be an object with gaps (protocol, 3)."""
    if form == "object":
        addresses = {str(2 * i + 1): a for i, a in enumerate(addresses)}
    return json.dumps({"event": "broadcast_addresses",
                       "addresses": addresses},
                      separators=(",", ":")).encode() + b"\n"
