"""A WebSocket client that keeps every byte it receives."""

import json
import os
import socket
import ssl
import struct

from .process import wait_until

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def mask(payload, key):
    return bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


def client_frame(opcode, payload, fin=True):
    """A masked frame as a browser sends it."""
    head = bytes([opcode | (0x80 if fin else 0)])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 65536:
        head += b"\xfe" + struct.pack(">H", len(payload))
    else:
        head += b"\xff" + struct.pack(">Q", len(payload))
    key = os.urandom(4)
    return head + key + mask(payload, key)


def text_frame(payload):
    """What a gateway sends for a message: unmasked, text whatever it is."""
    if isinstance(payload, str):
        payload = payload.encode()
    if len(payload) < 126:
        return b"\x81" + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return b"\x81\x7e" + struct.pack(">H", len(payload)) + payload
    return b"\x81\x7f" + struct.pack(">Q", len(payload)) + payload


def whole_frame(data):
    """Where the payload of the first unmasked frame begins and ends, or None:
    not all of it is there."""
    start = 2
    if len(data) >= start:
        size = data[1]
        if size > 125:
            more = 2 if size == 126 else 8
            start += more
            size = int.from_bytes(data[2:start], "big")
        if len(data) >= start + size:
            return start, start + size
    return None


class Connection:
    """A client's TCP connection. `received` holds all bytes that were not
    taken yet; `eof` is true once the gateway has closed. `source` is the
    address that it comes from, like one of the loopback's; `tls`, a tls.Tls,
    what is spoken under it."""

    def __init__(self, port, first=b"", source="", host="127.0.0.1",
                 tls=None):
        self.socket = socket.create_connection((host, port), 10, (source, 0))
        if tls is not None:
            self.socket = tls.wrap(self.socket)
        self.received = b""
        self.eof = False
        self.socket.sendall(first)
        self.socket.setblocking(False)

    def read(self):
        """Takes what has arrived, without waiting; returns `received`."""
        try:
            while not self.eof:
                data = self.socket.recv(1 << 20)
                self.eof = not data
                self.received += data
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except ConnectionResetError:
            self.eof = True
        return self.received

    def expect(self, data, timeout=None):
        """Waits for exactly these bytes and takes them."""
        wait_until(lambda: len(self.read()) >= len(data) or self.eof,
                   lambda: f"{data!r}, have {self.received!r}", timeout)
        got, self.received = (self.received[:len(data)],
                              self.received[len(data):])
        if got != data:
            raise AssertionError(f"received {got + self.received!r}, "
                                 f"expected {data!r}")

    def expect_eof(self, timeout=None):
        wait_until(lambda: self.read() or self.eof, "a close", timeout)
        if self.received:
            raise AssertionError(f"received {self.received!r} before the end")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def expect_silence(self):
        """Fails if anything arrived that was not expected."""
        if self.read():
            raise AssertionError(f"unexpected: {self.received!r}")

    def close(self):
        self.socket.close()


class WebSocket(Connection):
    """`received` begins after the handshake's response. `first` is what stands
    in front of the request."""

    def __init__(self, port, path="/", headers=(), greeting=True, first=b"",
                 source="", host="127.0.0.1", tls=None):
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}",
                 "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13",
                 *headers]
        request = "\r\n".join(lines) + "\r\n\r\n"
        super().__init__(port, first + request.encode(), source, host, tls)
        try:
            wait_until(lambda: b"\r\n\r\n" in self.read() or self.eof,
                       "a handshake response")
            self.response, _, self.received = \
                self.received.partition(b"\r\n\r\n")
            self.response += b"\r\n\r\n"
            self.client_id = self._read_greeting() if greeting else None
        except BaseException:
            self.close()
            raise

    def _read_greeting(self):
        wait_until(lambda: len(self.read()) > 2 or self.eof, "a greeting")
        if self.eof:
            raise ConnectionError("closed instead of a greeting")
        length = self.received[1]
        wait_until(lambda: len(self.read()) >= 2 + length, "a whole greeting")
        greeting = json.loads(self.received[2:2 + length])
        self.received = self.received[2 + length:]
        return greeting["client_id"]

    def send(self, opcode, payload, fin=True):
        self.socket.sendall(client_frame(opcode, payload, fin))

    def read_frame(self, timeout=None):
        """Takes the next frame: (opcode, payload); None at the end."""
        found = wait_until(lambda: whole_frame(self.read())
                           or (self.eof and "end"), "a frame", timeout)
        if found == "end":
            return None
        start, end = found
        opcode, payload = self.received[0] & 15, self.received[start:end]
        self.received = self.received[end:]
        return opcode, payload

    def expect_text(self, payload, timeout=None):
        self.expect(text_frame(payload), timeout)
