"""What has to be reached, and whether it was: the one table of targets."""

from dataclasses import dataclass


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

# What a reader has to know to judge a row's figures.
METHODS = {
    1: """To one gatewayd.""",
    2: """To one gatewayd, one question after the other. The pure class connects for
each.""",
    4: """With opcache. The pure class has its defaults: it is not persistent, and asks the
Register in each request.""",
    6: """100 bytes; the next is published when the last connection has the one
before.""",
    7: """100 bytes each, published as fast as the server takes them: 2,000 broadcasts,
100,000 messages to uids, or 5,000 to 100 groups. gatewayd puts what has gathered
for a connection into one system call, and that is most of what this row shows: one
broadcast at a time is row 6.""",
    8: """Memory of user space: the server's processes, with what those of nchan share.
The kernel's sockets are not in it. One measurement.""",
    9: """From the first connect() until the last answer to an upgrade request; 256 at
once in each of two processes. Certificates are P-256, TLS sessions new.""",
    10: """100 bytes; 1,000 messages a second to single uids and 10 broadcasts a second, for
10 seconds: 101,000 deliveries a second. From the moment when a message was due
until its connection has it. nchan and ws cannot deliver that many here (row 6), so
theirs is the wait in a queue that grows for 10 seconds: it tells that the load is
too much for them, not what they take under one that they can bear. gatewayd puts
what waits for a connection into one system call.""",
    11: """Two gatewayd, no peer.""",
    12: """Of one core, in 60 seconds in which nothing happens. One measurement.""",
    13: """From one connection, back to back.""",
    14: """gatewayd alone, one measurement. A broadcast has 100 bytes.""",
    15: """gatewayd alone.""",
}

PURE = "pure class"
PERSISTENT = "pure class, persistent"

# Rows of callers, in PHP. Lower is better where the unit is a time: a 25th of
# the time is 25 times as fast.
CALLERS = [
    at_most(1, "close to a bare send", "call_single", "extension", 1.25,
            "bare C"),
    at_most(1, "close to a bare send, in a loop", "call_loop", "extension",
            1.25, "bare C"),
    at_most(1, "25 times as fast as the pure class", "call_loop",
            "extension", 1 / 25, PURE),
    at_most(1, "2.5 times as fast as it, persistent", "call_loop",
            "extension", 1 / 2.5, PERSISTENT),
    at_most(2, "close to a bare round trip", "question", "extension", 1.2,
            "bare C"),
    at_most(3, "sendToUid to 16 gateways", "sendToUid_single", "extension",
            80, unit="µs", sizes=(16,)),
    at_most(3, "a question to 16 as to one", "question",
            "extension, 16 gateways", 3, "extension, one gateway"),
    at_least(4, "3 times as many requests", "requests_per_s", "extension", 3,
             PURE),
    at_most(4, "no connect after warm-up", "connects_to_gateway", "extension",
            0, unit="connects"),
    at_most(5, "3 times as fast", "list", "extension", 1 / 3, PURE),
    at_most(5, "half the peak memory", "peak_memory", "extension", 1 / 2,
            PURE),
    at_least(13, "10 times the PHP gateway", "commands_per_s", "gatewayd", 10,
             "GatewayWorker"),
]

PEERS = ("nchan", "ws", "GatewayWorker")

DAEMON = [
    at_least(6, "as fast as bare writes", "deliveries_per_s", "gatewayd",
             0.95, "bare writes"),
    at_least(6, "as fast as nchan", "deliveries_per_s", "gatewayd", 1,
             "nchan"),
    at_least(7, "2,000 broadcasts to 1,000", "deliveries_per_s", "gatewayd",
             1.6e6, unit="/s", cases=("to all, one connection",)),
    at_least(7, "the same from many connections", "deliveries_per_s",
             "gatewayd", 1.6e6, unit="/s",
             cases=("to all, 50 connections",)),
    at_least(7, "the same from workers", "deliveries_per_s", "gatewayd",
             1.6e6, unit="/s", cases=("to all, 8 workers",)),
    at_most(8, "with a uid and a group", "bytes_per_connection", "gatewayd",
            512, unit="B", cases=("with uid and group",)),
    at_most(8, "over TLS", "bytes_per_connection", "gatewayd", 16 * 1024,
            unit="B", cases=("TLS", "TLS, with uid and group")),
    at_least(9, "as fast as the best peer", "handshakes_per_s", "gatewayd", 1,
             *PEERS),
    at_most(10, "no slower than the best peer", "latency_p50", "gatewayd", 1,
            *PEERS),
    at_most(10, "no slower than the best peer", "latency_p99", "gatewayd", 1,
            *PEERS),
    at_most(10, "no slower than the best peer", "latency_p999", "gatewayd", 1,
            *PEERS),
    at_most(11, "p99 of the others", "latency_p99", "10 % do not read", 1.5,
            "all read"),
    at_most(12, "idle", "idle_cpu", "gatewayd", 0.1, unit="%"),
    # Linear: 4n costs as much a unit as n. What caches cost more is allowed,
    # an exponent of 1.1 in all.
    *(at_most(15, f"{name} as n", metric, name, factor ** 0.1, "n")
      for metric in ("broadcast", "burst", "memory", "bind_and_join")
      for name, factor in (("2n", 2), ("4n", 4))),
]

TARGETS = CALLERS + DAEMON


@dataclass
class Verdict:
    """What came out, for one case and size."""
    target: Target
    case: str
    n: int
    spread: object  # results.Spread: of the figure, or of the ratio
    met: bool

    @property
    def miss(self):
        """By how much: 1.1 is a tenth too much, or too little."""
        value, bound = self.spread.median, self.target.bound
        if value <= 0:
            return float("inf")
        return bound / value if self.target.at_least else value / bound


def judge(found, target):
    """A Verdict for each case and size that was measured."""
    for case, n in found.keys(target.row, target.metric):
        if target.cases and case not in target.cases:
            continue
        if target.sizes and n not in target.sizes:
            continue
        where = (target.row, target.metric, case, n, target.subject)
        spread = (found.ratio(*where, target.versus) if target.versus
                  else found.spread(*where))
        if spread is None:
            continue
        met = (spread.median >= target.bound if target.at_least
               else spread.median <= target.bound)
        yield Verdict(target, case, n, spread, met)
