"""What has to be reached, and whether it was: the one table of targets."""

from dataclasses import dataclass, field


@dataclass
class Target:
    """`subject`'s figure, or its ratio to the best of `versus` within each
    round, is to be at least or at most `bound`: for the given cases and
    sizes, or for each that was measured."""
    row: int
    text: str
    metric: str
    subject: str
    bound: float
    at_least: bool
    versus: tuple = ()
    cases: tuple = ()  # empty: all
    sizes: tuple = ()  # empty: all
    unit: str = ""     # of the bound, where it is no ratio
    extra: dict = field(default_factory=dict)


def at_least(row, text, metric, subject, bound, *versus, **more):
    return Target(row, text, metric, subject, bound, True, versus, **more)


def at_most(row, text, metric, subject, bound, *versus, **more):
    return Target(row, text, metric, subject, bound, False, versus, **more)


TITLES = {
    1: "Sending from PHP, one gateway",
    2: "Asking from PHP, one gateway",
    3: "Sixteen gateways",
    4: "php-fpm page with one sendToUid",
    5: "Lists of 15,000 clients",
    6: "One broadcast at a time",
    7: "Bursts",
    8: "Memory per idle connection",
    9: "Accepts and handshakes",
    10: "Delivery latency",
    11: "One client in ten does not read",
    12: "CPU while idle",
    13: "Inner commands",
    14: "Two hundred thousand connections, and more",
    15: "Growth",
}

TARGETS = []
