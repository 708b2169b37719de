"""A WebSocket client that lets nothing pass: what gatewayd sends has to obey
every rule of RFC 6455, to the byte.
"""

import base64
import hashlib
import os
import select
import socket
import time

from harness.process import PATIENCE

from .model import (BINARY, CLOSE, NAMES, PING, PONG, TEXT)

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OPCODES = {TEXT, BINARY, CLOSE, PING, PONG}
ROOM = 1 << 20


class Violation(Exception):
    """Something came that must not, or did not come."""


def show(opcode, payload):
    end = "…" if len(payload) > 40 else ""
    return f"{NAMES[opcode]} ({len(payload)}) {bytes(payload[:40])!r}{end}"


class Client:
    """`fence()` returns when gatewayd has handled all that was sent before."""

    def __init__(self, port, fence):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]
        self.fence = fence
        self.buffer = bytearray()
        self.eof = False
        self.reset = False
        try:
            self._handshake(port)
        except BaseException:
            self.close()
            raise

    def close(self):
        self.socket.close()

    # ---- sending -----------------------------------------------------------

    def write(self, data):
        """False: gatewayd has ended the connection."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            self.reset = True
            return False

    def write_fenced(self, data):
        """One write that gatewayd reads before anything else comes. False: it
        has ended the connection."""
        if not self.write(data):
            return False
        return not self.ended()

    def ended(self):
        """Whether gatewayd has ended the connection because of what was sent
        until now. Twice: what a turn of its loop has to say is on the wire
        when the next turn answers."""
        self.fence()
        self.fence()
        self._take(0)
        return self.eof

    # ---- receiving ---------------------------------------------------------

    def _take(self, seconds):
        """Reads what is there, waiting so long for the first byte."""
        while not self.eof and select.select([self.socket], [], [],
                                             max(seconds, 0))[0]:
            try:
                data = self.socket.recv(ROOM)
            except ConnectionResetError:
                data = b""
                self.reset = True
            self.buffer += data
            self.eof = not data
            seconds = 0

    def _need(self, size, what):
        """Waits for so many bytes. False: the end came first."""
        deadline = time.monotonic() + PATIENCE
        while len(self.buffer) < size and not self.eof:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Violation(f"waited in vain for {what}, have "
                                f"{bytes(self.buffer[:40])!r}")
            self._take(left)
        return len(self.buffer) >= size

    def _frame_length(self):
        """Of the header and of the payload, once both are known."""
        first, second = self.buffer[:2]
        if first & 0x70:
            raise Violation(f"reserved bits in {first:#04x}")
        if not first & 0x80:
            raise Violation("a fragment, where gatewayd sends whole messages")
        if first & 0x0F not in OPCODES:
            raise Violation(f"opcode {first & 0x0F}")
        if second & 0x80:
            raise Violation("a masked frame")
        size = {126: 2, 127: 8}.get(second, 0)
        if first & 0x08 and size:
            raise Violation("a control frame of more than 125 bytes")
        if not self._need(2 + size, "a length"):
            raise Violation("the end within a frame")
        if not size:
            return 2, second
        length = int.from_bytes(self.buffer[2:2 + size], "big")
        if length < (126 if size == 2 else 65536):
            raise Violation(f"{length} in {size} bytes of length")
        return 2 + size, length

    def frame(self, what):
        """The next frame as (opcode, payload); None: the connection ended."""
        if not self._need(2, what):
            if self.buffer:
                raise Violation("the end within a frame")
            return None
        head, length = self._frame_length()
        if not self._need(head + length, what):
            raise Violation("the end within a frame")
        opcode = self.buffer[0] & 0x0F
        payload = bytes(self.buffer[head:head + length])
        del self.buffer[:head + length]
        return opcode, payload

    def expect_end(self, may_reset):
        if self._need(1, "the end of the connection"):
            raise Violation(f"bytes after the close frame: "
                            f"{bytes(self.buffer[:40])!r}")
        if self.reset and not may_reset:
            raise Violation("the connection was reset")

    # ---- the handshake -----------------------------------------------------

    def _handshake(self, port):
        key = base64.b64encode(os.urandom(16))
        self.socket.sendall(
            b"GET /rfc6455 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n"
            % (port, key))
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if not self._need(len(self.buffer) + 1, "the handshake"):
                raise Violation(f"refused: {bytes(self.buffer)!r}")
        lines = bytes(self.buffer[:end]).split(b"\r\n")
        del self.buffer[:end + 4]
        check_response(lines, key)


def check_response(lines, key):
    """RFC 6455, 4.1: what a client has to insist on."""
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields.setdefault(name.lower(), []).append(value.strip())
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    if not lines[0].startswith(b"HTTP/1.1 101 "):
        raise Violation(f"answer to the handshake: {lines[0]!r}")
    for name, want in ((b"upgrade", b"websocket"), (b"connection", b"upgrade"),
                       (b"sec-websocket-accept", accept)):
        got = fields.get(name, [])
        if len(got) != 1 or got[0].lower() != want.lower() or (
                want is accept and got[0] != want):
            raise Violation(f"{name.decode()}: {got!r}, not {want!r}")
    for name in (b"sec-websocket-extensions", b"sec-websocket-protocol"):
        if name in fields:
            raise Violation(f"{name.decode()} that was not asked for")
