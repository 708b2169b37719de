"""Section 7: closing."""

from .model import (TEXT, Case, Send, Want, close, more, ping, text,
                    text_of)

HELLO = b"Hello, world!"
NORMAL, PROTOCOL, DATA = (1000,), (1002,), (1007,)
NO_CODE = (None, 1000)  # a close frame without a code may be answered by either

VALID_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000,
               3999, 4000, 4999)
INVALID_CODES = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)


def closing(number, what, frame, ends):
    return Case(number, what, (Send((frame,)),), ends)


HANDSHAKE = (
    Case("7.1.1", "text and close in one write",
         (Send((text(HELLO), close(1000))), Want(TEXT, HELLO, "no echo")),
         NORMAL),
    Case("7.1.2", "close twice", (Send((close(1000), close(1000))),), NORMAL),
    Case("7.1.3", "ping after close", (Send((close(1000), ping(HELLO))),),
         NORMAL),
    Case("7.1.4", "text after close", (Send((close(1000), text(HELLO))),),
         NORMAL),
    Case("7.1.5", "close between two fragments",
         (Send((text(b"one ", fin=False), close(1000), more(b"two"))),),
         NORMAL),
    Case("7.1.6", "text of 256 KiB, close, ping, in one write",
         (Send((text(text_of(1 << 18)), close(1000), ping())),
          Want(TEXT, text_of(1 << 18), "")), NORMAL, reset=True),
)

PAYLOAD = (
    closing("7.3.1", "close without payload", close(), NO_CODE),
    closing("7.3.2", "close with one byte", close(reason=b"\x03"), PROTOCOL),
    closing("7.3.3", "close with a code", close(1000), NORMAL),
    closing("7.3.4", "close with a code and a reason", close(1000, HELLO),
            NORMAL),
    closing("7.3.5", "close with a reason of 123 bytes, the longest",
            close(1000, text_of(123)), NORMAL),
    closing("7.3.6", "close with a reason of 124 bytes",
            close(1000, text_of(124)), PROTOCOL),
    closing("7.5.1", "close with a reason that is not UTF-8",
            close(1000, b"reason \xed\xa0\x80"), DATA),
)


def codes():
    for index, code in enumerate(VALID_CODES, 1):
        yield closing(f"7.7.{index}", f"close {code}", close(code), (code,))
    for index, code in enumerate(INVALID_CODES, 1):
        yield closing(f"7.9.{index}", f"close {code}, which may not be sent",
                      close(code), PROTOCOL)
    for index, code in enumerate((5000, 65535), 1):
        yield closing(f"7.13.{index}", f"close {code}, beyond all ranges",
                      close(code), PROTOCOL)


SECTIONS = (("7 Closing", (*HANDSHAKE, *PAYLOAD, *codes())),)
