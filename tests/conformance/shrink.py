"""Makes a failing sequence small: fewer operations, then smaller arguments."""

import copy
import time

SECONDS = 60


class Shrinker:
    """`fails(sequence)` tells whether a smaller one still shows a failure."""

    def __init__(self, sequence, fails, seconds=SECONDS):
        self.best = sequence
        self.fails = fails
        self.deadline = time.monotonic() + seconds

    def shrink(self):
        self.fewer_operations()
        self.plainer_settings()
        while self.smaller_arguments():
            pass
        return self.best

    def take(self, candidate):
        """Keeps it if it fails, too."""
        if time.monotonic() > self.deadline or not self.fails(candidate):
            return False
        self.best = candidate
        return True

    def with_ops(self, ops):
        return {**self.best, "ops": ops}

    def fewer_operations(self):
        """Delta debugging: leaves out ever smaller pieces."""
        size = max(1, len(self.best["ops"]) // 2)
        while size:
            start, found = 0, False
            while start < len(self.best["ops"]):
                ops = self.best["ops"]
                rest = ops[:start] + ops[start + size:]
                if rest and self.take(self.with_ops(rest)):
                    found = True
                else:
                    start += size
            if not found or size > 1:
                size //= 2

    def plainer_settings(self):
        for member, plain in (("gateways", 2), ("gateways", 1),
                              ("pooled", False), ("uncached", False),
                              ("register", "list")):
            if self.best[member] != plain:
                self.take({**self.best, member: plain})

    def smaller_arguments(self):
        for index, op in enumerate(self.best["ops"]):
            if op[0] != "call":
                continue
            for arguments in smaller_lists(op[2]):
                ops = copy.copy(self.best["ops"])
                ops[index] = [*op[:2], arguments, *op[3:]]
                if self.take(self.with_ops(ops)):
                    return True
        return False


def smaller_lists(items):
    """The arguments, one of them smaller. None is left out, since it may be
    required."""
    for index, item in enumerate(items):
        for smaller in smaller_values(item):
            yield [*items[:index], smaller, *items[index + 1:]]


def smaller_values(value):
    if isinstance(value, str) and len(value) > 1:
        yield value[:1]
    if not isinstance(value, dict):
        return
    name, content = next(iter(value.items()))
    if name == "rep" and content[1] > 1:
        yield {"rep": [content[0], content[1] // 2]}
    if name in ("l", "a", "o"):
        for index in range(len(content)):
            yield {name: content[:index] + content[index + 1:]}
    if name == "l":
        for index, item in enumerate(content):
            for smaller in smaller_values(item):
                yield {"l": [*content[:index], smaller, *content[index + 1:]]}
    if name in ("a", "o"):
        for index, (key, item) in enumerate(content):
            for smaller in smaller_values(item):
                yield {name: [*content[:index], [key, smaller],
                              *content[index + 1:]]}
