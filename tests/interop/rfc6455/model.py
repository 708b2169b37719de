"""What a case is made of: frames, how they are cut into writes, and what must
come back. Nothing here talks to anybody.
"""

import random
import struct
from dataclasses import dataclass
from functools import lru_cache

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NAMES = {CONTINUATION: "continuation", TEXT: "text", BINARY: "binary",
         CLOSE: "close", PING: "ping", PONG: "pong"}

# Every run sends the same bytes.
_masks = random.Random(6455)


def xor(data, key):
    """Masks or unmasks (RFC 6455, 5.3)."""
    size = len(data)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big")
            ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


@dataclass(frozen=True)
class Frame:
    """A client's frame, which may break any rule."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    mask: bytes = None       # None: a random one; b"": no masking at all
    length: int = None       # what the header says; None: the truth
    length_size: int = None  # bytes of the extended length; None: the shortest

    def encode(self):
        length = len(self.payload) if self.length is None else self.length
        mask = _masks.randbytes(4) if self.mask is None else self.mask
        size = self.length_size
        if size is None:
            size = 0 if length < 126 else 2 if length < 65536 else 8
        short = {0: length, 2: 126, 8: 127}[size]
        head = bytes([self.fin << 7 | self.rsv << 4 | self.opcode,
                      bool(mask) << 7 | short])
        head += {0: b"", 2: struct.pack(">H", length & 0xFFFF),
                 8: struct.pack(">Q", length)}[size]
        return head + mask + (xor(self.payload, mask) if mask
                              else self.payload)


def text(payload=b"", **rest):
    return Frame(TEXT, payload, **rest)


def binary(payload=b"", **rest):
    return Frame(BINARY, payload, **rest)


def more(payload=b"", **rest):
    return Frame(CONTINUATION, payload, **rest)


def ping(payload=b"", **rest):
    return Frame(PING, payload, **rest)


def pong(payload=b"", **rest):
    return Frame(PONG, payload, **rest)


def close(code=None, reason=b"", **rest):
    body = b"" if code is None else struct.pack(">H", code)
    return Frame(CLOSE, body + reason, **rest)


@dataclass(frozen=True)
class Fragments:
    """A message cut into frames of `size` bytes, made while they are sent."""

    opcode: int
    payload: bytes
    size: int

    def __iter__(self):
        end = len(self.payload)
        for at in range(0, end, self.size):
            yield Frame(CONTINUATION if at else self.opcode,
                        self.payload[at:at + self.size],
                        fin=at + self.size >= end)


# How bytes are cut into writes. A number: into pieces of so many bytes. After
# each write of BY_FRAME and BY_OCTET gatewayd is known to have read it, and
# when it has ended the connection, the rest is not sent.
WHOLE, BY_FRAME, BY_OCTET = "whole", "by frame", "by octet"


@dataclass(frozen=True)
class Send:
    frames: object  # iterable of Frame, or of bytes as they are
    pieces: object = WHOLE


@dataclass(frozen=True)
class Want:
    """The next frame from gatewayd."""

    opcode: int
    payload: bytes
    # It may be missing because the connection ends: the name of what allows
    # this (see ALLOWANCES), which makes the result NON-STRICT; "" leaves the
    # choice without a remark.
    unless: str = None


@dataclass(frozen=True)
class EndedAlready:
    """The connection has been failed before anything more is sent; a later end
    is NON-STRICT."""

    unless: str


@dataclass(frozen=True)
class Case:
    number: str
    what: str
    steps: tuple
    # How it ends: the codes of gatewayd's close frame (None among them: one
    # without a code), then the end of the connection. Empty: the client closes
    # with 1000 and is answered with 1000.
    ends: tuple = ()
    binary: bool = False      # by the listener that sends binary messages
    reset: bool = False       # the client still sent: it may see a reset

    @property
    def messages(self):
        """What the worker has to be told: all that is echoed, even where the
        echo may be missing."""
        return [step.payload for step in self.steps if isinstance(step, Want)
                and step.opcode in (TEXT, BINARY)]

    @property
    def expected(self):
        parts = [_wanted(step) for step in self.steps
                 if isinstance(step, Want)]
        runs = []
        for part in parts:
            if runs and runs[-1][0] == part:
                runs[-1][1] += 1
            else:
                runs.append([part, 1])
        parts = [part if count == 1 else f"{count} × {part}"
                 for part, count in runs]
        parts.append("close " + " or ".join(
            "without code" if code is None else str(code)
            for code in self.ends or (1000,)))
        return ", ".join(parts)


def _wanted(step):
    what = f"{NAMES[step.opcode]} ({len(step.payload)})"
    return what if step.unless is None else f"[{what}]"


# What may be done otherwise, and where the RFC leaves the choice.
ALLOWANCES = {
    "no echo": "The message and what ends the connection came in one write. "
               "The worker was told the message, which is checked; its answer "
               "came when the connection was already closed. RFC 6455 asks "
               "for no answer to a message, and to answer a close frame as "
               "soon as practical (5.5.1).",
    "late": "Bytes that are not UTF-8 are found when their frame is whole, "
            "not within it. RFC 6455, 8.1 says that the connection must be "
            "failed, not at which byte.",
}


@lru_cache(maxsize=32)
def text_of(size):
    """Characters of one to four bytes, exactly `size` bytes together."""
    unit = "aκ€😀 ".encode()
    return unit * (size // len(unit)) + b"." * (size % len(unit))


@lru_cache(maxsize=32)
def bytes_of(size):
    return random.Random(size).randbytes(size)


def blob(opcode, size):
    return text_of(size) if opcode == TEXT else bytes_of(size)


def echo(opcode, payload, pieces=WHOLE):
    """The steps of a message in one frame that comes back."""
    return (Send((Frame(opcode, payload),), pieces), Want(opcode, payload))
