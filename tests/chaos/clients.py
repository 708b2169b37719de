#!/usr/bin/env python3
"""Many WebSocket clients in one process, which write down what they receive.

    clients.py SEED COUNT PORT...

Each connects to one of the ports at random, and again when it is closed. Tells
on standard output:

    open SERIAL CLIENT PORT CLIENT_ID TIME     greeted
    shut SERIAL TIME WHY                       over

Takes on standard input `await NUMBER` (answered `lacking COUNT`: so many open
connections have not got that message yet) and `quit FILE`: writes every
delivery to FILE, as DELIVERY records. Times are those of the monotonic clock.
"""

import array
import errno
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from chaos.text import filling

REQUEST = ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
TEXT, CLOSE, PING = 0x1, 0x8, 0x9
PONG_FRAME = b"\x8a\x80\0\0\0\0"
GREETING_TIME = 3.0    # then it is given up
PAUSE = (0.05, 0.3)    # before it comes back
AT_ONCE = 64           # clients that are connecting at one time, at first
READ_SIZE = 262144
# When, by whom (serial), and the message's number; 0: not as it was sent.
DELIVERY = struct.Struct("<dII")


class Client:
    """One of them, in its present life."""

    __slots__ = ("index", "serial", "port", "socket", "data", "upgraded",
                 "open", "last")

    def __init__(self, index):
        self.index = index
        self.socket = None

    def begin(self, serial, port):
        self.serial, self.port = serial, port
        self.data = b""
        self.upgraded = self.open = False
        self.last = 0
        self.socket = socket.socket()
        self.socket.setblocking(False)
        return self.socket.connect_ex(("127.0.0.1", port))


class Crowd:
    """All of them, and the loop that they live in."""

    def __init__(self, seed, count, ports):
        self.random = random.Random(seed)
        self.ports = ports
        self.epoll = select.epoll()
        self.by_fd = {}
        self.timers = []
        self.serial = 0
        self.told = []
        self.times = array.array("d")
        self.serials = array.array("I")
        self.numbers = array.array("I")
        self.commands = b""
        now = time.monotonic()
        for index in range(count):
            self.later(now + index // AT_ONCE * 0.02, Client(index), None)

    # ---- lives -------------------------------------------------------------

    def later(self, when, client, serial):
        """With the serial of a life that must be open by then; None: begins
        another one."""
        heapq.heappush(self.timers, (when, client.index, serial or 0, client))

    def begin(self, client):
        self.serial += 1
        result = client.begin(self.serial, self.random.choice(self.ports))
        if result not in (0, errno.EINPROGRESS):
            self.shut(client, errno.errorcode.get(result, str(result)))
            return
        fd = client.socket.fileno()
        self.by_fd[fd] = client
        self.epoll.register(fd, select.EPOLLOUT)
        self.later(time.monotonic() + GREETING_TIME, client, client.serial)

    def shut(self, client, why):
        now = time.monotonic()
        fd = client.socket.fileno()
        if self.by_fd.pop(fd, None):
            self.epoll.unregister(fd)
        client.socket.close()
        client.socket = None
        if client.open:
            self.told.append(f"shut {client.serial} {now:.6f} {why}")
        self.later(now + self.random.uniform(*PAUSE), client, None)

    def on_timer(self, client, serial):
        if not serial:
            self.begin(client)
        elif client.socket and client.serial == serial and not client.open:
            self.shut(client, "not greeted")

    # ---- what comes --------------------------------------------------------

    def on_event(self, fd, events):
        client = self.by_fd.get(fd)
        if client is None:
            return
        try:
            if events & select.EPOLLOUT:
                client.socket.sendall(REQUEST)
                self.epoll.modify(fd, select.EPOLLIN)
            elif not self.read(client):
                self.shut(client, "closed")
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as failure:
            self.shut(client, type(failure).__name__)

    def read(self, client):
        data = client.socket.recv(READ_SIZE)
        if not data:
            return False
        data = client.data + data if client.data else data
        if not client.upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                client.data = head
                return True
            if not head.startswith(b"HTTP/1.1 101 "):
                return False
            client.upgraded = True
        return self.frames(client, data)

    def frames(self, client, data):
        """Takes whole frames; false: the gateway closes."""
        at, size = 0, len(data)
        while size - at >= 2:
            length, head = data[at + 1], 2
            if length >= 126:
                form, head = (">H", 4) if length == 126 else (">Q", 10)
                if size - at < head:
                    break
                length = struct.unpack_from(form, data, at + 2)[0]
            if size - at < head + length:
                break
            begin = at + head
            at = begin + length
            opcode = data[begin - head] & 0x0f
            if opcode == TEXT:
                self.text(client, data[begin:at])
            elif opcode == PING:
                client.socket.sendall(PONG_FRAME)
            elif opcode == CLOSE:
                return False
        client.data = data[at:]
        return True

    def text(self, client, payload):
        now = time.monotonic()
        if payload[:1] == b"{":
            client_id = json.loads(payload)["client_id"]
            client.open = True
            self.told.append(f"open {client.serial} {client.index} "
                             f"{client.port} {client_id} {now:.6f}")
            return
        word, _, rest = payload.partition(b" ")
        number = int(word) if word.isdigit() else 0
        if rest.count(b"x") != len(rest) or len(rest) != filling(number):
            number = 0
        client.last = number
        self.times.append(now)
        self.serials.append(client.serial)
        self.numbers.append(number)

    # ---- what we are told --------------------------------------------------

    def on_command(self):
        """False: the end."""
        data = os.read(0, 4096)
        if not data:
            return False
        *lines, self.commands = (self.commands + data).split(b"\n")
        for line in lines:
            word, argument = line.decode().split(" ", 1)
            if word == "quit":
                self.write(argument)
                self.tell()
                return False
            lacking = sum(c.open and c.last != int(argument)
                          for c in self.by_fd.values())
            self.told.append(f"lacking {lacking}")
        return True

    def write(self, path):
        with open(path, "wb") as out:
            for record in zip(self.times, self.serials, self.numbers):
                out.write(DELIVERY.pack(*record))

    def tell(self):
        if self.told:
            sys.stdout.write("\n".join(self.told) + "\n")
            sys.stdout.flush()
            self.told.clear()

    def run(self):
        self.epoll.register(0, select.EPOLLIN)
        while True:
            now = time.monotonic()
            while self.timers and self.timers[0][0] <= now:
                _, _, serial, client = heapq.heappop(self.timers)
                self.on_timer(client, serial)
            wait = self.timers[0][0] - now if self.timers else 1
            for fd, events in self.epoll.poll(max(0, min(wait, 1)), 512):
                if fd != 0:
                    self.on_event(fd, events)
                elif not self.on_command():
                    return
            self.tell()


if __name__ == "__main__":
    Crowd(sys.argv[1], int(sys.argv[2]), [int(p) for p in sys.argv[3:]]).run()
