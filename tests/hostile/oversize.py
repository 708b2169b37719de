"""Units that are larger than their protocol allows: refused as documented,
closed, and nothing is kept beyond the limit."""

import struct

from harness.inner import CMD_GATEWAY_CLIENT_CONNECT, HEAD, Frame
from harness.process import wait_until
from harness.websocket import Connection, client_frame

from .sockets import FIRST, PLACE, connect
from .target import MAX_PACKAGE, SANITIZED, UPGRADE

TOO_BIG = b"\x88\x02" + struct.pack(">H", 1009)
# A unit of MAX_PACKAGE may have a block of twice its size, moved to grow.
BLOCK = 6 * MAX_PACKAGE


def websocket_head(length, opcode=2, fin=True):
    return (bytes([opcode | (0x80 if fin else 0), 0xff])
            + struct.pack(">Q", length) + b"mask")


def expect_end(connection, ends_with=b""):
    """The peer closes, after these bytes."""
    wait_until(lambda: connection.read() and False or connection.eof, "a close",
               20)
    if not connection.received.endswith(ends_with):
        raise AssertionError(f"received {connection.received[-200:]!r}")


def pour(connection, piece, most):
    """Sends until `most` bytes or the peer's end; returns how many."""
    sent = 0
    connection.socket.setblocking(True)
    connection.socket.settimeout(20)
    try:
        while sent < most:
            sent += connection.socket.send(piece)
    except OSError:
        pass
    connection.socket.setblocking(False)
    return sent


def check_memory(target, memory, what):
    if not SANITIZED and target.memory() > memory + BLOCK:
        raise AssertionError(f"{what}: {target.memory() - memory} bytes kept")


def declared_too_large(target):
    """Who only says how much will come is refused before it comes."""
    cases = {
        "websocket": (UPGRADE + websocket_head(MAX_PACKAGE + 1), TOO_BIG),
        "frame": (struct.pack(">I", MAX_PACKAGE + 1), b""),
        "inner": (HEAD.pack(130 * 1024, CMD_GATEWAY_CLIENT_CONNECT, 0, 0, 0, 0,
                            0, 1, 0, 0), b""),
        "proxy": (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff", b""),
        "wss": (b"\x16\x03\x01\xff\xff" + bytes(100), b""),
    }
    for port, (data, ends_with) in cases.items():
        with Connection(target.ports[port], data) as connection:
            expect_end(connection, ends_with)
    peer = target.peer()
    peer.fence()
    peer.send(Frame(5))
    peer.socket.sendall(HEAD.pack(10485761, 5, 0, 0, 0, 0, 0, 1, 0, 0))
    if peer.socket.recv(1) != b"":
        raise AssertionError("inner: a frame of more than 10 MiB is let in")
    peer.close()


def fragments_too_large(target):
    """The limit is the message's, in however many fragments it comes."""
    memory = target.memory()
    with Connection(target.ports["websocket"], UPGRADE) as client:
        piece = client_frame(0, bytes(65536), False)
        client.socket.setblocking(True)
        client.socket.sendall(client_frame(2, b"", False))
        pour(client, piece, 2 * MAX_PACKAGE)
        expect_end(client, TOO_BIG)
    check_memory(target, memory, "fragments")


def endless_lines(target):
    """A line, or a request's head, that does not end."""
    limits = {
        "text": (b"x" * 65536, MAX_PACKAGE, b""),
        "register": (b"x" * 8192, 64 * 1024, b""),
        "proxy": (b"PROXY TCP4 " + b"1" * 1000, 107, b""),
        "websocket": (b"GET / HTTP/1.1\r\nX: " + b"x" * 8192, 16384, None),
        "status": (b"GET / HTTP/1.1\r\nX: " + b"x" * 8192, 16384, None),
    }
    memory = target.memory()
    for port, (data, limit, _) in limits.items():
        with Connection(target.ports[port], data) as connection:
            pour(connection, b"x" * 8192, 16 << 20)
            wait_until(lambda c=connection: c.read() and False or c.eof,
                       f"a close of {port} after {limit} bytes", 20)
            if _ is None and not connection.received.startswith(
                    b"HTTP/1.1 431 "):
                raise AssertionError(
                    f"{port}: {connection.received[:100]!r}")
    check_memory(target, memory, "endless lines")


def unfinished(target, count):
    """As much as is allowed, by many, and then nothing: it is kept while they
    are there, and given back."""
    descriptors, memory, heap = target.costs()
    part = MAX_PACKAGE // 2
    sockets = []
    for number in range(count):
        port = ("frame", "text", "websocket")[number % 3]
        sock = connect(target, port)
        sock.sendall({"frame": struct.pack(">I", MAX_PACKAGE),
                      "text": b"",
                      "websocket": UPGRADE + websocket_head(MAX_PACKAGE)}[port]
                     + bytes(part))
        sockets.append(sock)
    wait_until(lambda: target.memory() > memory + count * part // 2,
               "the parts of units", 20)
    if not SANITIZED and target.memory() > memory + count * 4 * part:
        raise AssertionError(f"{(target.memory() - memory) / count:.0f} bytes "
                             f"for each {part}")
    target.serves()
    for sock in sockets:
        sock.close()
    target.wait_descriptors(descriptors)
    target.wait_heap(heap, PLACE * count + FIRST)
    target.wait_memory(memory, 24 << 20)
