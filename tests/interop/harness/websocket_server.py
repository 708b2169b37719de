"""A WebSocket server that does what a test tells it, right or wrong."""

import base64
import hashlib
import socket
import struct
import threading

from .process import PATIENCE

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(opcode, payload=b"", fin=True):
    """Unmasked, as servers send them."""
    head = bytes([opcode | (0x80 if fin else 0)])
    if len(payload) < 126:
        head += bytes([len(payload)])
    elif len(payload) < 65536:
        head += b"\x7e" + struct.pack(">H", len(payload))
    else:
        head += b"\x7f" + struct.pack(">Q", len(payload))
    return head + payload


def close_frame(code, reason=b""):
    return frame(8, struct.pack(">H", code) + reason)


class Link:
    """One client's connection, after its request was read."""

    def __init__(self, sock, request):
        self.socket = sock
        self.request = request
        self.socket.settimeout(PATIENCE)
        self.file = sock.makefile("rb")

    def header(self, name):
        for line in self.request.split("\r\n"):
            key, _, value = line.partition(": ")
            if key.lower() == name.lower():
                return value
        return None

    def accept(self, *headers, then=b""):
        """`then` goes with the answer, in one piece."""
        key = self.header("Sec-WebSocket-Key").encode()
        proof = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Accept: {proof}",
                 *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + then)

    def send(self, data):
        self.socket.sendall(data)

    def read(self):
        """The next frame: opcode and payload, which has to be masked."""
        first, second = self.file.read(2)
        assert second & 0x80, "a client masks"
        length = second & 0x7f
        if length == 126:
            length, = struct.unpack(">H", self.file.read(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.file.read(8))
        mask = self.file.read(4)
        payload = self.file.read(length)
        assert first & 0x80, "gwctl sends no fragments"
        return first & 0x0f, bytes(byte ^ mask[i % 4]
                                   for i, byte in enumerate(payload))

    def close(self):
        self.file.close()
        self.socket.close()


class WebSocketServer:
    """Runs `serve(link)` for one client, in a thread; what that raises is
    raised by close()."""

    def __init__(self, serve, tls=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(3 * PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.url = f"ws{'s' if tls else ''}://127.0.0.1:{self.port}/path?q=1"
        self.serve = serve
        self.tls = tls
        self.failure = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            sock, _ = self.listener.accept()
            if self.tls is not None:
                sock.settimeout(PATIENCE)
                sock = self.tls.wrap_socket(sock, server_side=True)
            link = Link(sock, self._request(sock))
            try:
                self.serve(link)
            finally:
                link.close()
        except BaseException as failure:  # the test's thread has to see it
            self.failure = failure

    @staticmethod
    def _request(sock):
        sock.settimeout(PATIENCE)
        text = b""
        while b"\r\n\r\n" not in text:
            piece = sock.recv(1)
            assert piece, text
            text += piece
        return text.decode()

    def close(self):
        self.listener.close()
        self.thread.join(3 * PATIENCE)
        if self.failure is not None:
            raise self.failure

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.close()
        except BaseException:
            if kind is None:
                raise
