"""Rules of the RFC that have no case in the numbered sections: masking, the
shortest length, codes that came later, messages that are too large.
"""

from .model import (PONG, TEXT, BY_OCTET, Case, Frame, Send, Want, bytes_of,
                    close, echo, more, ping, text, text_of)

HELLO = b"Hello, world!"
MIB = 1 << 20
MAX = 10 * MIB  # gatewayd's default for max_package_size
PROTOCOL, TOO_BIG = (1002,), (1009,)


def wrong(number, what, *frames, ends=PROTOCOL):
    return Case(number, what, (Send(frames),), ends)


MASKING = (
    wrong("A.1", "text that is not masked", text(HELLO, mask=b"")),
    wrong("A.2", "ping that is not masked", ping(HELLO, mask=b"")),
    wrong("A.3", "close that is not masked", close(1000, mask=b"")),
    wrong("A.4", "second fragment not masked", text(b"one ", fin=False),
          more(b"two", mask=b"")),
    Case("A.5", "mask of four zero bytes",
         (Send((text(HELLO, mask=bytes(4)),)), Want(TEXT, HELLO))),
)

LENGTHS = (
    wrong("A.6", "125 bytes with a length of two bytes",
          text(text_of(125), length_size=2)),
    wrong("A.7", "125 bytes with a length of eight bytes",
          text(text_of(125), length_size=8)),
    wrong("A.8", "the head of 65535 bytes, with a length of eight bytes",
          text(length=65535, length_size=8)),
    wrong("A.9", "a length with the highest bit set",
          text(length=1 << 63, length_size=8)),
    wrong("A.10", "ping with a length of two bytes",
          ping(bytes_of(125), length_size=2)),
)

TOO_LARGE = (
    wrong("A.11", "the head of a text of one byte more than max_package_size",
          text(length=MAX + 1), ends=TOO_BIG),
    wrong("A.12", "the head of a text of 2^62 bytes", text(length=1 << 62),
          ends=TOO_BIG),
    Case("A.13", "two fragments, together more than max_package_size: told at "
         "the head of the second",
         (Send((text(text_of(MIB), fin=False),
                more(length=MAX - MIB + 1))),), TOO_BIG),
    Case("A.27", "a text of twice max_package_size, all of which is sent: told "
         "without a reset", (Send((text(bytes(2 * MAX)),)),), TOO_BIG),
)


def codes():
    for index, code in enumerate((1012, 1013, 1014), 14):
        yield Case(f"A.{index}", f"close {code}, registered after the RFC",
                   (Send((close(code),)),), (code,))
    yield wrong("A.17", "close 1015, which may not be sent", close(1015))


ORDER = (
    Case("A.18", "a ping between each byte of a text, a write per octet",
         (Send((text(b"a", fin=False), ping(b"1"), more(b"b", fin=False),
                ping(b"2"), more(b"c")), BY_OCTET),
          Want(PONG, b"1"), Want(PONG, b"2"), Want(TEXT, b"abc"))),
    Case("A.19", "a fragmented text, then another", (
        Send((text(b"one ", fin=False), more(b"two"),
              text(b"three ", fin=False), more(b"four"))),
        Want(TEXT, b"one two"), Want(TEXT, b"three four"))),
    Case("A.20", "a character cut by a ping",
         (Send((text("é".encode()[:1], fin=False), ping(HELLO),
                more("é".encode()[1:]))),
          Want(PONG, HELLO), Want(TEXT, "é".encode()))),
    Case("A.21", "an unfinished character at the end of the last fragment",
         (Send((text("é".encode()[:1], fin=False), more(b""))),), (1007,)),
    Case("A.22", "an unfinished character before another text",
         (Send((text("é".encode()[:1]), text(HELLO))),), (1007,)),
    Case("A.23", "binary data need not be UTF-8, in fragments neither",
         (Send((Frame(2, b"\xff", fin=False), more(b"\xfe"))),
          Want(2, b"\xff\xfe")), binary=True),
    Case("A.24", "close, a write per octet",
         (Send((close(1001, HELLO),), BY_OCTET),), (1001,)),
    wrong("A.25", "a ping of 126 bytes within a fragmented text",
          text(b"one ", fin=False), ping(bytes_of(126)), more(b"two")),
    Case("A.26", "empty text between two others",
         (*echo(TEXT, b"one"), *echo(TEXT, b""), *echo(TEXT, b"two"))),
)

SECTIONS = (
    ("A Beyond the numbered sections",
     (*MASKING, *LENGTHS, *TOO_LARGE, *codes(), *ORDER)),
)
