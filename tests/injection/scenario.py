"""A conversation with one gatewayd in which everybody who may talk to it does:
browsers, an application, a BusinessWorker and the one that takes its place, a
Register's client, somebody who speaks no WebSocket, a monitor.

Nobody waits for something that a fault may have taken away: who is closed says
so at once, and to the others a ping is answered behind all that was sent before
it. So whoever waits in vain has found a hang."""

import contextlib
import re
import socket
import ssl
import struct

from harness.inner import (CMD_IS_ONLINE, CMD_SELECT, CMD_SEND_TO_ALL,
                           CMD_SEND_TO_GROUP, CMD_SEND_TO_UID, HEAD, Frame,
                           Peer, php_json, register_addresses, split_address)
from harness.process import wait_until
from harness.tls import Tls
from harness.websocket import Connection, WebSocket

CMD_SEND_TO_ONE, CMD_UPDATE_SESSION, CMD_SET_SESSION = 5, 9, 204
CMD_BIND_UID, CMD_JOIN_GROUP, CMD_GET_SESSION = 12, 20, 203
CMD_BATCH_IDS, CMD_BATCH_COUNT, CMD_GROUPS, CMD_ALL_SESSIONS = 16, 28, 26, 10
CMD_COUNT, CMD_WORKER_CONNECT = 24, 200
CMD_ON_MESSAGE, CMD_ON_CLOSE = 3, 4

SECRET_KEY = "sweep"
LONG = b"l" * 150_000
CLOSED = (ConnectionError, ssl.SSLError, EOFError, BrokenPipeError)


class Party:
    """Somebody in the conversation: what it received, and how it fared."""

    def __init__(self, name):
        self.name = name
        self.ports = []
        self.seen = []
        self.closed = False

    @contextlib.contextmanager
    def talking(self):
        """What is done in here ends quietly when gatewayd closes; nothing is
        to be done when it has closed before."""
        try:
            yield not self.closed
        except CLOSED:
            self.closed = True


class Browser(Party):
    """A WebSocket client, with or without TLS, or one that speaks text."""

    def __init__(self, name, port, tls=None, text=False):
        super().__init__(name)
        self.connection = None
        self.client_id = None
        self.text = text
        try:
            if text:
                self.connection = Connection(port)
                self.client_id = self._greeting_line()
            else:
                self.connection = WebSocket(port, tls=tls)
                self.client_id = self.connection.client_id
            self.ports.append(self.connection.socket.getsockname()[1])
        except CLOSED:
            self.closed = True

    def _greeting_line(self):
        c = self.connection
        wait_until(lambda: b"\n" in c.read() or c.eof, "a greeting")
        line, newline, c.received = c.received.partition(b"\n")
        if not newline:
            raise ConnectionError
        return line.decode().split('"client_id":"')[1][:20]

    @property
    def number(self):
        return int(self.client_id[12:], 16) if self.client_id else 0

    def _units(self):
        """Takes whole messages off what was received."""
        c = self.connection
        while True:
            if self.text:
                unit, newline, rest = c.received.partition(b"\n")
                if not newline:
                    return
            else:
                unit, rest = take_frame(c.received)
                if unit is None:
                    return
            c.received = rest
            yield unit

    def read_until(self, last, what):
        """Adds all messages up to one that `last` likes to what was seen."""
        found = []

        def done():
            c = self.connection
            try:
                c.read()
            except CLOSED:
                c.eof = True
            for unit in self._units():
                if last(unit):
                    found.append(unit)
                    return True
                self.seen.append(shown(unit))
            return c.eof

        if self.closed:
            return
        wait_until(done, f"{what} at {self.name}")
        self.closed = not found

    def catch_up(self):
        """Everything that gatewayd queued for it before now."""
        if self.text:
            self.read_until(lambda unit: unit.startswith(b"fence"), "a fence")
            return
        with self.talking() as on:
            if on:
                self.connection.send(9, b"fence")
        self.read_until(lambda unit: unit == b"\x8afence", "a pong")

    def say(self, payload):
        with self.talking() as on:
            if on:
                self.connection.send(1, payload)

    def leave(self):
        """A proper close, where the protocol has one."""
        if self.connection is None:
            return
        if not self.text and not self.closed:
            with self.talking():
                self.connection.send(8, struct.pack(">H", 1000))
            self.read_until(lambda unit: unit[:1] == b"\x88", "a close frame")
        self.connection.close()


def take_frame(data):
    """Opcode byte and payload of an unmasked frame, and the rest."""
    if len(data) < 2:
        return None, data
    at, length = 2, data[1]
    if length == 126:
        at, length = 4, int.from_bytes(data[2:4], "big")
    elif length == 127:
        at, length = 10, int.from_bytes(data[2:10], "big")
    if len(data) < at or len(data) < at + length:
        return None, data
    return data[:1] + data[at:at + length], data[at + length:]


def shown(data):
    """Short, but different for different bytes."""
    if len(data) <= 200:
        return data
    return data[:20] + b"... %d, all the same: %d" % (len(data),
                                                     len(set(data[20:])) == 1)


class Inner(Party):
    """A connection to the inner port."""

    def __init__(self, name, address, key=SECRET_KEY):
        super().__init__(name)
        self.peer = None
        with self.talking():
            self.peer = Peer(address, key)
            self.ports.append(self.peer.socket.getsockname()[1])

    def tell(self, *frames):
        with self.talking() as on:
            if on:
                self.peer.send(*frames)

    def ask(self, what, frame, names=()):
        """Sends a question; the reply is seen, with ids by their names."""
        with self.talking() as on:
            if not on:
                return None
            self.peer.send(frame)
            head = self.peer.file.read(4)
            length = int.from_bytes(head, "big") if len(head) == 4 else 0
            reply = self.peer.file.read(length)
            if len(head) < 4 or len(reply) < length:
                raise ConnectionError
            text = reply.decode()
            for number, name in names:
                text = text.replace(f"i:{number};", f"<{name}>")
            self.seen.append((what, text))
            return text
        return None

    def fence(self):
        self.ask("fence", Frame(CMD_IS_ONLINE))

    def leave(self):
        if self.peer is not None:
            self.peer.close()


class Worker(Inner):
    """A BusinessWorker: events come between the replies."""

    def __init__(self, address):
        super().__init__("worker", address, None)
        self.received = b""
        self.tell(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "sweep:0", "secret_key": SECRET_KEY})))

    def _take(self):
        """An event's command, 0 for a reply, None for nothing yet."""
        length = int.from_bytes(self.received[:4], "big")
        is_event = length >= HEAD.size
        size = length if is_event else 4 + length
        if len(self.received) < max(4, size):
            return None
        unit, self.received = self.received[:size], self.received[size:]
        if not is_event:
            return 0
        frame, _ = Frame.parse(unit)
        self.seen.append((frame.cmd, frame.body))
        return frame.cmd

    def await_event(self, cmd, gone=lambda: False):
        """Reads up to this event. `gone`: who was to cause it is no more."""
        def done():
            while (unit := self._take()) is not None:
                if unit == cmd:
                    return True
            try:
                data = self.peer.socket.recv(1 << 20)
            except BlockingIOError:
                return gone()
            if not data:
                raise ConnectionError
            self.received += data
            return False

        with self.talking() as on:
            if on:
                self.peer.socket.setblocking(False)
                wait_until(done, f"event {cmd} at the worker")

    def fence(self):
        self.tell(Frame(CMD_IS_ONLINE))
        self.await_event(0)


def http_get(address, path):
    """A whole answer, or b"" when there was none."""
    with socket.create_connection(split_address(address), 10) as sock:
        port = sock.getsockname()[1]
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = b""
        while True:
            data = sock.recv(65536)
            if not data:
                return port, answer
            answer += data


def is_whole(answer):
    """Whether a body is there as long as its head says."""
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return length is not None and len(body) == int(length[1])


def ask_register(address):
    try:
        found = register_addresses(address, SECRET_KEY)
    except ValueError as half_a_line:
        raise ConnectionError from half_a_line
    if found is None:
        raise ConnectionError
    return found


class Conversation:
    """One run of it. `parties` tell afterwards how it went."""

    def __init__(self, gateway, tls_port, text_port, tls_context):
        self.gateway = gateway
        self.inner = gateway.inner_address
        self.parties = []
        self.tls = Tls(context=tls_context)
        self.tls_port, self.text_port = tls_port, text_port

    def _join(self, party):
        self.parties.append(party)
        return party

    def run(self):
        plain = self._join(Browser("websocket",
                                   self.gateway.websocket_port))
        secure = self._join(Browser("wss", self.tls_port, self.tls))
        text = self._join(Browser("text", self.text_port, text=True))
        browsers = [plain, secure, text]
        names = [(b.number, b.name) for b in browsers if b.number]
        self._apply(browsers, names)
        self._look()
        self._work(plain)
        for browser in (secure, text):
            browser.leave()
        return self

    def _apply(self, browsers, names):
        """What an application does; another connection ends it, so that a
        fault on the first does not leave anybody waiting."""
        app = self._join(Inner("application", self.inner))
        plain, secure, text = (b.number for b in browsers)
        app.tell(
            Frame(CMD_BIND_UID, plain, b"ann"),
            Frame(CMD_BIND_UID, secure, b"7"),
            *(Frame(CMD_JOIN_GROUP, b.number, b"room") for b in browsers),
            Frame(CMD_JOIN_GROUP, text, b"42"),
            Frame(CMD_SET_SESSION, plain, b'a:1:{s:1:"a";i:1;}'),
            Frame(CMD_UPDATE_SESSION, plain, b'a:1:{s:1:"b";d:0.5;}'))
        for what, cmd, number, ext in (
                ("online", CMD_IS_ONLINE, plain, b""),
                ("session", CMD_GET_SESSION, plain, b""),
                ("sessions", CMD_ALL_SESSIONS, 0, b""),
                ("ids", CMD_BATCH_IDS, 0, b'["ann",7,"nobody"]'),
                ("counts", CMD_BATCH_COUNT, 0, b'["room",42,"none"]'),
                ("groups", CMD_GROUPS, 0, b""),
                ("select", CMD_SELECT, 0,
                 b'{"fields":["uid","groups","session"],"where":[]}'),
                ("some", CMD_SELECT, 0,
                 b'{"fields":["uid"],"where":{"groups":["42"],"uid":["7"]}}')):
            app.ask(what, Frame(cmd, number, ext), names)
        app.tell(
            Frame(CMD_SEND_TO_ONE, plain, body=b"to one"),
            Frame(CMD_SEND_TO_ALL, body=b"to all"),
            Frame(CMD_SEND_TO_ALL, ext=b'{"exclude":{"%d":%d}}' % (text, text),
                  body=b'a:1:{s:1:"k";s:5:"value";}', flag=0),
            Frame(CMD_SEND_TO_UID, ext=b'["ann","7"]', body=b"to uids"),
            # Pieces that are sent as they are, not put together.
            *(Frame(CMD_SEND_TO_ALL, body=LONG[:8000]) for _ in range(2)),
            Frame(CMD_SEND_TO_GROUP, ext=b'{"group":["room"],"exclude":null}',
                  body=LONG))
        app.fence()
        last = self._end_of_messages(text)
        for browser in browsers:
            browser.catch_up()
        app.leave()
        last.leave()

    def _end_of_messages(self, number):
        """Another application, which no fault hits twice, sends a last
        message to who cannot be pinged; either of two will do."""
        last = self._join(Inner("second application", self.inner))
        fences = [Frame(CMD_SEND_TO_ONE, number, body=b"fence %d" % i)
                  for i in range(2)]
        last.tell(*fences)
        last.fence()
        if last.closed:
            third = Inner("third application", self.inner)
            third.tell(*fences)
            third.fence()
            third.leave()
        return last

    def _look(self):
        """A Register's client, a stranger, and a monitor."""
        reg = self._join(Party("register"))
        with reg.talking():
            reg.seen.append(ask_register(self.gateway.own_register))
        self._get("stranger", f"127.0.0.1:{self.gateway.websocket_port}", "/")
        for path in ("/healthz", "/livez", "/metrics", "/status"):
            self._get("monitor", self.gateway.status_address, path)

    def _get(self, name, address, path):
        party = self._join(Party(name))
        with party.talking():
            port, answer = http_get(address, path)
            party.ports.append(port)
            if not is_whole(answer):
                raise ConnectionError
            party.seen.append(answer.partition(b"\r\n")[0])

    def _work(self, client):
        """A worker meets one client, from its first message to its end."""
        worker = self._join(Worker(self.inner))
        worker.fence()
        client.say(b"to the worker")
        worker.await_event(CMD_ON_MESSAGE, lambda: self._is_gone(client))
        worker.tell(*(Frame(CMD_SEND_TO_ONE, client.number,
                            body=b"from the worker") for _ in range(2)))
        worker.fence()
        client.catch_up()
        was_closed = client.closed
        client.leave()
        if not was_closed:
            worker.await_event(CMD_ON_CLOSE)
        self._replace(worker)

    def _replace(self, worker):
        """Another takes its place: gatewayd says to the first that it is
        over."""
        successor = self._join(Worker(self.inner))
        successor.fence()
        successor.leave()
        worker.leave()

    @staticmethod
    def _is_gone(client):
        if not client.closed:
            try:
                client.connection.read()
            except CLOSED:
                client.connection.eof = True
            client.closed = client.connection.eof
        return client.closed
