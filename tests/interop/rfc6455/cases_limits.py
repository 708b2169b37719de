"""Sections 9 and 10: large messages, many messages, small pieces."""

from .model import (BINARY, TEXT, Case, Fragments, Send, Want, blob, echo)

KIB, MIB = 1 << 10, 1 << 20
KINDS = ((TEXT, "text"), (BINARY, "binary"))

# A message has to fit in the inner port's largest frame, 10 MiB with 28 bytes
# of header, to reach a worker.
LARGEST = 10 * MIB - 28
SIZES = (64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, LARGEST)
FRAGMENTS = (64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB,
             4 * MIB)
WRITES = (64, 128, 256, 512, KIB, 2 * KIB)
ROUND_TRIPS = (0, 16, 64, 256, KIB, 4 * KIB)


def amount(size):
    if size == LARGEST:
        return "10 MiB less 28 bytes, the largest that a worker takes"
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} bytes"


def case(number, what, opcode, steps):
    return Case(number, what, tuple(steps), binary=opcode == BINARY)


def messages():
    for section, (opcode, kind) in enumerate(KINDS, 1):
        for index, size in enumerate(SIZES, 1):
            yield case(f"9.{section}.{index}", f"{kind} of {amount(size)}",
                       opcode, echo(opcode, blob(opcode, size)))


def in_fragments():
    for section, (opcode, kind) in enumerate(KINDS, 3):
        payload = blob(opcode, 4 * MIB)
        for index, size in enumerate(FRAGMENTS, 1):
            yield case(f"9.{section}.{index}",
                       f"{kind} of 4 MiB in fragments of {amount(size)}",
                       opcode, (Send(Fragments(opcode, payload, size)),
                                Want(opcode, payload)))


def in_writes():
    for section, (opcode, kind) in enumerate(KINDS, 5):
        for index, size in enumerate(WRITES, 1):
            yield case(f"9.{section}.{index}",
                       f"{kind} of 1 MiB in writes of {amount(size)}",
                       opcode, echo(opcode, blob(opcode, MIB), size))


def round_trips():
    for section, (opcode, kind) in enumerate(KINDS, 7):
        for index, size in enumerate(ROUND_TRIPS, 1):
            yield case(f"9.{section}.{index}",
                       f"1000 times {kind} of {amount(size)}, each when the "
                       "one before is back",
                       opcode, echo(opcode, blob(opcode, size)) * 1000)


AUTO_FRAGMENTS = blob(TEXT, 64 * KIB)
AUTO = (
    case("10.1.1", "text of 64 KiB in fragments of 1300 bytes", TEXT,
         (Send(Fragments(TEXT, AUTO_FRAGMENTS, 1300)),
          Want(TEXT, AUTO_FRAGMENTS))),
)

SECTIONS = (
    ("9 Limits and performance",
     (*messages(), *in_fragments(), *in_writes(), *round_trips())),
    ("10 Automatic fragmentation", AUTO),
)
