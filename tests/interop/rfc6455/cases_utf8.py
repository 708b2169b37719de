"""Section 6: text is UTF-8, in one frame and across fragments.

6.5 to 6.23 go through what UTF-8 allows and forbids (RFC 3629): the first and
last code point of each length, surrogates, overlong forms, noncharacters. The
bytes are computed from the rules, with the old five and six byte forms where a
case forbids them.
"""

from .model import (BY_FRAME, TEXT, Case, EndedAlready, Fragments,
                    Frame, Send, Want, echo, more, text)

DATA = (1007,)

# κόσμε, with the accented letter that takes three bytes
COSMOS = "\u03ba\u1f79\u03c3\u03bc\u03b5".encode()
GOOD = "Hello-µ@ßöäüàá-UTF-8!!".encode()
GREEK = "Ἐν ἀρχῇ ἦν ὁ λόγος".encode()
TOO_HIGH = b"\xf4\x90\x80\x80"  # U+110000
SURROGATE = b"\xed\xa0\x80"
BAD = COSMOS + SURROGATE + b"edited"

# ---- forms ------------------------------------------------------------------


def form(code, size):
    """A code point in `size` bytes, whether or not that is its right form."""
    if size == 1:
        return bytes([code])
    tail = [0x80 | code >> 6 * i & 0x3F for i in range(size - 1)]
    lead = (0xFF00 >> size & 0xFF) | code >> 6 * (size - 1)
    return bytes([lead, *reversed(tail)])


def first_of(size):
    """The lowest code point that needs so many bytes."""
    return 0 if size == 1 else 1 << (7 if size == 2 else 5 * size - 4)


def last_of(size):
    return first_of(size + 1) - 1


def forms(*codes):
    """Each as UTF-8 would write it, if it does."""
    for code in codes:
        size = next(n for n in range(1, 7) if code <= last_of(n))
        yield form(code, size)


def hexa(data):
    return data.hex(" ") if len(data) < 20 else \
        f"{data[:9].hex(' ')} … ({len(data)} bytes)"


# ---- 6.1 to 6.4 -------------------------------------------------------------


def fragments(*parts):
    last = len(parts) - 1
    return tuple(Frame(0 if i else TEXT, part, fin=i == last)
                 for i, part in enumerate(parts))


def whole(number, what, *parts):
    return Case(number, what,
                (Send(fragments(*parts)), Want(TEXT, b"".join(parts))))


def one_by_one(number, what, payload):
    return Case(number, what, (Send(Fragments(TEXT, payload, 1)),
                               Want(TEXT, payload)))


EMPTY_AND_VALID = (
    whole("6.1.1", "empty text", b""),
    whole("6.1.2", "three empty fragments", b"", b"", b""),
    whole("6.1.3", "three fragments, only the middle one not empty", b"",
          b"middle", b""),
    whole("6.2.1", "valid text in one frame", GOOD),
    whole("6.2.2", "valid text, two fragments, cut between characters",
          GOOD[:14], GOOD[14:]),
    one_by_one("6.2.3", "valid text, a fragment per byte", GOOD),
    one_by_one("6.2.4", "Greek text, a fragment per byte", GREEK),
)

INVALID = (
    Case("6.3.1", "invalid text in one frame", (Send((text(BAD),)),), DATA),
    Case("6.3.2", "invalid text, a fragment per byte",
         (Send(Fragments(TEXT, BAD, 1)),), DATA),
)


def fail_fast():
    """The connection must end before the last part is sent."""
    start, end = COSMOS, b"edited"
    for index, bad in ((1, TOO_HIGH), (2, TOO_HIGH[:2])):
        rest = TOO_HIGH[len(bad):] + end
        yield Case(f"6.4.{index}",
                   f"three fragments, the second ({hexa(bad)}) not UTF-8: "
                   "ended before the third",
                   (Send((text(start, fin=False), more(bad, fin=False)),
                         BY_FRAME),
                    EndedAlready("late"), Send((more(rest),))), DATA)
    for index, bad in ((3, TOO_HIGH), (4, TOO_HIGH[:2])):
        sent = text(start + TOO_HIGH + end, mask=b"mask").encode()
        first = len(sent) - len(TOO_HIGH + end)
        second = first + len(bad)
        yield Case(f"6.4.{index}",
                   f"one frame in three writes, the second ({hexa(bad)}) not "
                   "UTF-8: ended before the third",
                   (Send((sent[:first], sent[first:second]), BY_FRAME),
                    EndedAlready("late"), Send((sent[second:],))), DATA)


# ---- 6.5 to 6.23 ------------------------------------------------------------

LONE_STARTS = ((0xC0, 0xE0), (0xE0, 0xF0), (0xF0, 0xF8), (0xF8, 0xFC),
               (0xFC, 0xFE))
HIGH = (0xD800, 0xDB7F, 0xDB80, 0xDBFF)
LOW = (0xDC00, 0xDFFF)

# The last byte of the first and the last form of each length is missing.
CUT_OFF = (*(form(0, n)[:-1] for n in range(2, 7)),
           *(form(last_of(n), n)[:-1] for n in range(2, 7)))

# Section, what it is, the byte strings.
TABLE = (
    (5, "characters of one to four bytes",
     (*(b"hello" + c + b"world" for c in forms(0x24, 0xA2, 0x20AC, 0x24B62)),
      COSMOS)),
    (6, "beginnings of a text, to every byte",
     [COSMOS[:n] for n in range(1, len(COSMOS) + 1)]),
    (7, "first code point of a length of 1 to 4",
     [form(first_of(n), n) for n in range(1, 5)]),
    (8, "first code point of a length of 5 and 6",
     [form(first_of(n), n) for n in (5, 6)]),
    (9, "last code point of a length of 1 to 4",
     [*(form(last_of(n), n) for n in range(1, 4)), form(0x10FFFF, 4)]),
    (10, "last code point of a length of 4 to 6 as it once was",
     [form(last_of(n), n) for n in range(4, 7)]),
    (11, "boundaries",
     list(forms(0xD7FF, 0xE000, 0xFFFD, 0x10FFFF, 0x110000))),
    (12, "continuation bytes without a start",
     [b"\x80", b"\xbf", *((b"\x80\xbf" * 4)[:n] for n in range(2, 7)),
      bytes(range(0x80, 0xC0))]),
    (13, "starts without continuation",
     [b"".join(bytes([c, 0x20]) for c in range(*span))
      for span in LONE_STARTS]),
    (14, "the last continuation byte missing", CUT_OFF),
    (15, "all of them in a row", [b"".join(CUT_OFF)]),
    (16, "bytes that never occur", [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
    (17, "overlong forms of ASCII", [form(0x2F, n) for n in range(2, 7)]),
    (18, "the longest overlong forms",
     [form(last_of(n - 1), n) for n in range(2, 7)]),
    (19, "overlong forms of NUL", [form(0, n) for n in range(2, 7)]),
    (20, "single surrogates",
     list(forms(0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF))),
    (21, "pairs of surrogates",
     [form(high, 3) + form(low, 3) for high in HIGH for low in LOW]),
    (22, "noncharacters",
     list(forms(*(plane << 16 | end for plane in range(17)
                  for end in (0xFFFE, 0xFFFF))))),
    (23, "specials", list(forms(*range(0xFFF9, 0x10000)))),
)

# The indexes that are valid; all of those in TABLE where it says ALL.
ALL = range(1, 100)
VALID = {5: ALL, 6: {2, 5, 7, 9, 11}, 7: ALL, 9: ALL, 11: {1, 2, 3, 4},
         22: ALL, 23: ALL}


def check_valid(data, valid):
    """Python's codec has to see it as the table does."""
    if valid != (data.decode(errors="ignore").encode() == data):
        raise ValueError(f"{hexa(data)} is listed wrongly")


def utf8_table():
    for section, what, strings in TABLE:
        for index, data in enumerate(strings, 1):
            number = f"6.{section}.{index}"
            title = f"{what}: {hexa(data)}"
            valid = index in VALID.get(section, ())
            check_valid(data, valid)
            if valid:
                yield Case(number, title, echo(TEXT, data))
            else:
                yield Case(number, title, (Send((text(data),)),), DATA)


SECTIONS = (
    ("6 UTF-8", (*EMPTY_AND_VALID, *INVALID, *fail_fast(), *utf8_table())),
)
