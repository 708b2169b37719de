"""Sections 1 to 5: framing, pings and pongs, reserved bits, opcodes,
fragmentation.
"""

from .model import (BINARY, BY_FRAME, BY_OCTET, PING, PONG, TEXT, WHOLE, Case,
                    Frame, Send, Want, blob, bytes_of, close, echo, more, ping,
                    pong, text)

HELLO = b"Hello, world!"
PROTOCOL = (1002,)
CUTS = ((WHOLE, "in one write"), (BY_FRAME, "a write per frame"),
        (BY_OCTET, "a write per octet"))

# ---- 1: framing -------------------------------------------------------------

SIZES = (0, 125, 126, 127, 128, 65535, 65536)


def framing():
    for section, opcode, kind in ((1, TEXT, "text"), (2, BINARY, "binary")):
        for index, size in enumerate(SIZES, 1):
            yield Case(f"1.{section}.{index}",
                       f"{kind} message of {size} bytes",
                       echo(opcode, blob(opcode, size)),
                       binary=opcode == BINARY)
        yield Case(f"1.{section}.8",
                   f"{kind} message of 65536 bytes, in writes of 997",
                   echo(opcode, blob(opcode, 65536), 997),
                   binary=opcode == BINARY)


# ---- 2: pings and pongs -----------------------------------------------------

ODD = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
TEN = tuple(b"payload-%d" % i for i in range(10))


def ponged(payload, pieces=WHOLE):
    return (Send((ping(payload),), pieces), Want(PONG, payload))


def ten_pings(pieces):
    return (Send(tuple(map(ping, TEN)), pieces),
            *(Want(PONG, payload) for payload in TEN))


PINGS = (
    Case("2.1", "ping without payload", ponged(b"")),
    Case("2.2", "ping with text", ponged(HELLO)),
    Case("2.3", "ping with bytes that are not UTF-8", ponged(ODD)),
    Case("2.4", "ping with 125 bytes, the most there may be",
         ponged(bytes_of(125))),
    Case("2.5", "ping with 126 bytes", (Send((ping(bytes_of(126)),)),),
         PROTOCOL),
    Case("2.6", "ping with 125 bytes, a write per octet",
         ponged(bytes_of(125), BY_OCTET)),
    Case("2.7", "pong that nobody asked for", (Send((pong(),)),)),
    Case("2.8", "pong that nobody asked for, with payload",
         (Send((pong(HELLO),)),)),
    Case("2.9", "pong that nobody asked for, then a ping",
         (Send((pong(b"unasked"), ping(HELLO))), Want(PONG, HELLO))),
    Case("2.10", "ten pings in one write", ten_pings(WHOLE)),
    Case("2.11", "ten pings, a write per octet", ten_pings(BY_OCTET)),
)

# ---- 3: reserved bits -------------------------------------------------------


def after_text(bad, pieces=WHOLE):
    """A text, a frame that is wrong, and a ping that must stay unanswered. In
    one write the text's echo may come too late."""
    if pieces == WHOLE:
        return (Send((text(HELLO), bad, ping())), Want(TEXT, HELLO, "no echo"))
    return (*echo(TEXT, HELLO, pieces), Send((bad,), pieces))


RESERVED = (
    Case("3.1", "text with RSV 1", (Send((text(HELLO, rsv=1),)),), PROTOCOL),
    Case("3.2", "text; text with RSV 2 and ping, all in one write",
         after_text(text(HELLO, rsv=2)), PROTOCOL),
    Case("3.3", "text; text with RSV 3; a write per frame",
         after_text(text(HELLO, rsv=3), BY_FRAME), PROTOCOL),
    Case("3.4", "text; text with RSV 4; a write per octet",
         after_text(text(HELLO, rsv=4), BY_OCTET), PROTOCOL),
    Case("3.5", "binary with RSV 5",
         (Send((Frame(BINARY, bytes_of(8), rsv=5),)),), PROTOCOL,
         binary=True),
    Case("3.6", "ping with RSV 6", (Send((ping(HELLO, rsv=6),)),), PROTOCOL),
    Case("3.7", "close with RSV 7", (Send((close(1000, rsv=7),)),), PROTOCOL),
)

# ---- 4: opcodes -------------------------------------------------------------


def opcodes():
    for section, first, kind in ((1, 3, "data"), (2, 11, "control")):
        for index in range(5):
            code = first + index
            payload = HELLO if index in (1, 3, 4) else b""
            size = f" with {len(payload)} bytes" if payload else ""
            bad = Frame(code, payload)
            number = f"4.{section}.{index + 1}"
            if index < 2:
                yield Case(number, f"reserved {kind} opcode {code}{size}",
                           (Send((bad,)),), PROTOCOL)
            else:
                yield Case(number, f"text; reserved {kind} opcode {code}{size}"
                           " and ping, all in one write", after_text(bad),
                           PROTOCOL)


# ---- 5: fragmentation -------------------------------------------------------

PARTS = (b"fragment one ", b"fragment two")
BOTH = b"".join(PARTS)
TWO = (text(PARTS[0], fin=False), more(PARTS[1]))
WITH_PING = (TWO[0], ping(HELLO), TWO[1])


def cut(first, what, frames, wants, ends=()):
    """Three cases that differ in how the bytes are written."""
    for index, (pieces, how) in enumerate(CUTS):
        yield Case(f"5.{first + index}", f"{what}, {how}",
                   (Send(frames, pieces), *wants), ends)


def five_parts(pieces):
    return (
        Send((text(b"one ", fin=False), more(b"two ", fin=False),
              ping(b"first")), pieces),
        Want(PONG, b"first"),
        Send((more(b"three ", fin=False), more(b"four ", fin=False),
              ping(b"second")), pieces),
        Want(PONG, b"second"),
        Send((more(b"five"),), pieces),
        Want(TEXT, b"one two three four five"),
    )


def fragmentation():
    yield Case("5.1", "ping in two fragments",
               (Send((ping(PARTS[0], fin=False), more(PARTS[1]))),), PROTOCOL)
    yield Case("5.2", "pong in two fragments",
               (Send((pong(PARTS[0], fin=False), more(PARTS[1]))),), PROTOCOL)
    yield from cut(3, "text in two fragments", TWO, (Want(TEXT, BOTH),))
    yield from cut(6, "text in two fragments, a ping between them", WITH_PING,
                   (Want(PONG, HELLO), Want(TEXT, BOTH)))
    for first, fin in ((9, True), (12, False)):
        yield from cut(first, f"continuation with FIN {fin:d} of nothing, then "
                       "a text", (more(b"of nothing", fin=fin), text(HELLO)),
                       (), PROTOCOL)
    yield Case("5.15", "text in two fragments, continuation of nothing with "
               "FIN 0, text, in one write",
               (Send((*TWO, more(b"of nothing", fin=False), text(HELLO))),
                Want(TEXT, BOTH, "no echo")), PROTOCOL)
    for number, fin in (("5.16", False), ("5.17", True)):
        yield Case(number, f"twice: continuation of nothing with FIN {fin:d}, "
                   "text in two fragments",
                   (Send((more(b"of nothing", fin=fin), *TWO) * 2),), PROTOCOL)
    yield Case("5.18", "two fragments that both say text",
               (Send((TWO[0], text(PARTS[1]))),), PROTOCOL)
    yield Case("5.19", "text in five fragments, a ping after the second and "
               "the fourth", five_parts(WHOLE))
    yield Case("5.20", "the same, a write per frame", five_parts(BY_FRAME))


SECTIONS = (
    ("1 Framing", tuple(framing())),
    ("2 Pings and pongs", PINGS),
    ("3 Reserved bits", RESERVED),
    ("4 Opcodes", tuple(opcodes())),
    ("5 Fragmentation", tuple(fragmentation())),
)
