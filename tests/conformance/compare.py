"""Holds the outcome of a cell against that of the reference in both roles."""

from . import allowed


class Difference:
    """`index` is an operation's, or None for the final state."""

    def __init__(self, index, member, expected, got):
        self.index = index
        self.member = member
        self.expected = expected
        self.got = got

    def __str__(self):
        where = "the final state" if self.index is None \
            else f"operation {self.index + 1}"
        return (f"{where}, {self.member}:\n      expected {short(self.expected)}"
                f"\n      got      {short(self.got)}")


def short(value, limit=1500):
    text = repr(value)
    return text if len(text) <= limit \
        else f"{text[:limit]}… ({len(text)} characters)"


def differences(sequence, reference, cell, native, explained):
    """Each difference that nothing explains. `explained` counts the rules
    that were needed; only the class differs on purpose, never the server."""
    outcomes, state = reference
    got_outcomes, got_state = cell
    for index, op in enumerate(sequence["ops"]):
        expected, got = outcomes[index], got_outcomes[index]
        if native and expected != got:
            expected = allowed.expected(op, sequence, expected, got, explained)
        if expected == got:
            continue
        for member in sorted({*expected, *got}):
            if expected.get(member) != got.get(member):
                yield Difference(index, member, expected.get(member),
                                 got.get(member))
    for gateway, (one, other) in enumerate(zip(state, got_state)):
        for member in one:
            if one[member] != other[member]:
                yield Difference(None, f"{member} of g{gateway}", one[member],
                                 other[member])
