"""Holds the books against what the product promises.

A message is owed to a connection when

- its call returned without exception, and no warning named the gateway,
- the next flush() of its process did not name the gateway either,
- every list of gateways that the call can have used had the gateway,
- the connection was open, and for uids and groups bound, before the call began.

It must have arrived by the time at which a later message came: one whose call
began after that flush() had ended. Gateways write to a connection in the order
in which they handle; so this holds for connections that were killed, too. A
last message to all, the sentinel, stands at the end of those that live.
"""

import bisect
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from harness.canary import SPARE

from .books import EVERYONE, EXCEPTION, KINDS, UNKNOWN
from .registers import FORGOTTEN, LISTED

# A call may last so many timeouts, besides what the machine took.
TOLERANCE = 1.1
# If a gateway was stopped or the machine was busy within this time before a
# message, the gateway may not have come back to a Register in time.
RETURN_TIME = 4.0
STALLED = 0.5
HUNG, BUSY = "hung", "busy"
WHAT_LACKS = {"owed": "missing", FORGOTTEN: "forgotten"}


@dataclass
class Violation:
    kind: str
    text: str
    message: object = None
    connection: object = None


@dataclass
class Result:
    violations: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

    def add(self, kind, text, message=None, connection=None):
        self.violations.append(Violation(kind, text, message, connection))


class Index:
    """Messages by kind and name, oldest first."""

    def __init__(self, messages):
        lists = {}
        for message in sorted(messages, key=lambda m: m.begin):
            for key in ([None] if message.kind == EVERYONE
                        else set(message.names)):
                lists.setdefault((message.kind, key), []).append(message)
        self.lists = {key: ([m.begin for m in found], found)
                      for key, found in lists.items()}

    def between(self, kind, key, begin, end):
        begins, found = self.lists.get((kind, key), ((), ()))
        return found[bisect.bisect_left(begins, begin):
                     bisect.bisect_right(begins, end)]

    def addressed(self, connection):
        """Messages that it is a target of, begun while it could be."""
        end = connection.shut or float("inf")
        for kind in KINDS:
            since = (connection.bound if kind in ("uid", "group")
                     else connection.opened)
            keys = [None] if kind == EVERYONE else connection.keys(kind)
            for key in keys if since is not None else ():
                yield from self.between(kind, key, since, end)


class Checker:
    """`taken` gives the seconds that the machine took from everybody, between
    two times."""

    def __init__(self, books, registers, cluster, taken):
        self.books, self.registers = books, registers
        self.cluster, self.taken = cluster, taken
        self.result = Result()
        self.starts, self.standings = {}, {}
        self.namesakes = defaultdict(list)
        for connection in books.connections.values():
            self.namesakes[connection.client_id].append(connection)

    def run(self):
        index = Index(self.books.messages.values())
        for connection in self.books.connections.values():
            self.check_received(connection)
            self.check_owed(connection, index)
        self.check_deadlines()
        return self.result

    # ---- what arrived ------------------------------------------------------

    def check_received(self, connection):
        seen = set()
        for _, number in connection.got:
            message = self.books.messages.get(number)
            self.result.counts["deliveries"] += 1
            if message is None:
                self.result.add("corrupt", f"message {number} was never sent",
                                None, connection)
            else:
                self.check_target(message, connection, number in seen)
            seen.add(number)

    def check_target(self, message, connection, again):
        """PHP gateways give out the same client_ids after a restart: what was
        bound to one of before may have come to a namesake."""
        owners = self.namesakes[connection.client_id]
        if len(owners) > 1 and message.kind in ("uid", "group"):
            fits = any(message.is_for(owner) for owner in owners)
            excused = again or fits and not message.is_for(connection)
            self.result.counts["namesakes"] += excused
            again = False
        else:
            fits = message.is_for(connection)
        if again:
            self.result.add("duplicate", "arrived twice", message, connection)
        elif not fits:
            self.result.add("stranger", "arrived where it should not",
                            message, connection)

    # ---- what had to arrive ------------------------------------------------

    def standing(self, message, connection):
        """Only asked where all gateways are meant."""
        if message.kind in ("client", "clients"):
            return LISTED
        since = self.starts.get(connection.serial)
        if since is None:
            since = self.cluster.started(connection)
            self.starts[connection.serial] = since
        key = message.number, connection.gateway, since
        if key not in self.standings:
            self.standings[key] = self.find_standing(
                connection.gateway, since, message)
        return self.standings[key]

    def find_standing(self, gateway, since, message):
        found = self.registers.standing(gateway, since, message.begin,
                                        message.confirmed)
        begin = message.begin - RETURN_TIME
        if found == FORGOTTEN:
            if self.cluster.was_stopped(gateway, begin, message.begin):
                return HUNG
            if self.taken(begin, message.begin) > STALLED:
                return BUSY
        return found

    def fate(self, message, connection, proven_until):
        """'owed', or why it is not."""
        if message.outcome in (UNKNOWN, EXCEPTION):
            return message.outcome
        if connection.gateway in message.missed:
            return "named"
        if message.confirmed is None:
            return "no flush"
        if message.confirmed >= proven_until:
            return "ended before"
        if message.kind == "uid" and \
                len(self.namesakes[connection.client_id]) > 1:
            return "namesake"
        standing = self.standing(message, connection)
        return "owed" if standing == LISTED else standing

    def check_owed(self, connection, index):
        messages = self.books.messages
        got = {number for _, number in connection.got}
        proven_until = max((messages[n].begin for n in got if n in messages),
                           default=0)
        for message in index.addressed(connection):
            if connection.client_id in message.exclude:
                continue
            fate = self.fate(message, connection, proven_until)
            there = message.number in got
            self.result.counts[fate, there] += 1
            if not there and fate in ("owed", FORGOTTEN):
                self.result.add(WHAT_LACKS[fate], "confirmed, and not there",
                                message, connection)

    # ---- time --------------------------------------------------------------

    def check_deadlines(self):
        for call in self.books.calls:
            over = call.seconds - TOLERANCE * call.timeout
            if over > 0 and call.method != "pause":
                over -= (call.waited + self.taken(call.begin, call.end)
                         + SPARE)
            if over > 0:
                self.result.add(
                    "late", f"{call.method}() took {call.seconds:.3f} s: "
                    f"{call.outcome} {call.text}")
