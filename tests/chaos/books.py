"""The books: what was sent with which outcome, who was there, what arrived.

All times are seconds of the monotonic clock, which all processes share.
"""

import re
import threading
from dataclasses import dataclass, field

from .clients import DELIVERY
from .text import groups_of, uid_of

ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
EVERYONE = "all"
KINDS = (EVERYONE, "clients", "client", "uid", "group")
OK, WARNING, EXCEPTION, UNKNOWN = "ok", "warning", "exception", "unknown"


@dataclass(slots=True)
class Call:
    """One call of the API, as PHP measured it."""

    method: str
    process: str
    begin: float
    end: float
    waited: float   # for a processor
    outcome: str
    named: frozenset  # gateways in its warnings
    text: str       # of warnings or exception
    timeout: float
    returned: object = None

    @property
    def seconds(self):
        return self.end - self.begin


def call_of(method, process, result):
    if result["thrown"]:
        outcome, text = EXCEPTION, result["thrown"]
    else:
        outcome = WARNING if result["warnings"] else OK
        text = "; ".join(result["warnings"])
    return Call(method, process, result["begin"] / 1e9, result["end"] / 1e9,
                result["waited"] / 1e9, outcome,
                frozenset(ADDRESS.findall(text)), text, result["timeout"],
                result["returned"])


@dataclass(slots=True)
class Message:
    """One message. `confirmed` is when a flush() of its process said that the
    gateways had handled it: all but those in `missed`."""

    number: int
    kind: str
    names: tuple     # uids, groups or client_ids
    exclude: frozenset = frozenset()
    begin: float = 0.0
    outcome: str = UNKNOWN
    text: str = ""
    process: str = ""
    missed: set = field(default_factory=set)
    confirmed: float = None
    flush: str = "none"

    def is_for(self, connection):
        if connection.client_id in self.exclude:
            return False
        return (self.kind == EVERYONE
                or not connection.keys(self.kind).isdisjoint(self.names))


@dataclass(slots=True)
class Connection:
    """A client from its greeting to its end."""

    serial: int
    client: int
    gateway: str    # its inner address
    client_id: str
    opened: float
    bound: float = None  # a flush() confirmed uid and groups
    shut: float = None
    why: str = ""
    got: list = field(default_factory=list)  # (time, number)

    def keys(self, kind):
        if kind == "uid":
            return {uid_of(self.client)}
        if kind == "group":
            return set(groups_of(self.client))
        return {self.client_id}


class Books:
    """Filled by several threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.next_number = 1
        self.messages = {}     # by number
        self.calls = []        # every call that came to its end
        self.connections = {}  # by serial
        self.strays = 0        # deliveries before a greeting
        self.unanswered = 0    # requests that php-fpm did not answer

    def number(self):
        with self.lock:
            self.next_number += 1
            return self.next_number - 1

    # ---- requests ----------------------------------------------------------

    def record(self, operations, answer, asked):
        """A request's operations as (method, message or None); `answer` is
        None when it did not come."""
        with self.lock:
            if answer is None:
                self.unanswered += 1
                self._record_unknown(operations, asked)
                return []
            calls = [call_of(method, answer["process"], result)
                     for (method, _), result in zip(operations,
                                                    answer["results"])]
            self.calls += calls
            for (_, message), call in zip(operations, calls):
                if message:
                    self._record_message(message, call)
        return calls

    def _record_unknown(self, operations, asked):
        for _, message in operations:
            if message:
                message.begin = asked
                self.messages[message.number] = message

    def _record_message(self, message, call):
        message.begin, message.outcome = call.begin, call.outcome
        message.text, message.process = call.text, call.process
        message.missed = set(call.named)
        self.messages[message.number] = message

    def settle(self):
        """What each flush() confirmed, and what not."""
        lives = {}
        for message in self.messages.values():
            lives.setdefault(message.process, []).append(
                (message.begin, message))
        for call in self.calls:
            if call.method == "flush":
                lives.setdefault(call.process, []).append((call.begin, call))
        for process, life in lives.items():
            if process:
                settle_process(sorted(life, key=lambda entry: entry[0]))

    # ---- deliveries --------------------------------------------------------

    def read_deliveries(self, path):
        with open(path, "rb") as data:
            for time, serial, number in DELIVERY.iter_unpack(data.read()):
                connection = self.connections.get(serial)
                if connection:
                    connection.got.append((time, number))
                else:
                    self.strays += 1


def settle_process(life):
    """A flush() answers for everything since the one before."""
    pending = []
    for _, entry in life:
        if isinstance(entry, Message):
            pending.append(entry)
            continue
        for message in pending:
            message.flush = entry.outcome
            if entry.outcome == OK or entry.named:
                message.confirmed = entry.end
                message.missed |= entry.named
        pending = []
