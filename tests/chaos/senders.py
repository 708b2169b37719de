"""The application: requests over FastCGI, several at once."""

import base64
import json
import random
import threading
import time

from harness.process import ROOT

from .books import EVERYONE, Message
from .text import CHANNELS, GROUPS, UIDS_OF, text_of

SCRIPT = ROOT / "tests/chaos/sender.php"
FLUSHES = 0.6        # share of requests that end with a flush()
CLOSES = 0.02        # share of operations that close a client
METHODS = {EVERYONE: "sendToAll", "clients": "sendToAll",
           "client": "sendToClient", "uid": "sendToUid",
           "group": "sendToGroup"}


class Desk:
    """Where requests are made, and written down."""

    def __init__(self, fpm, books):
        self.fpm, self.books = fpm, books

    def perform(self, operations, messages=()):
        """Each operation is (method, arguments...). Returns their calls; []
        when php-fpm's child was killed."""
        query = base64.b64encode(json.dumps(operations).encode()).decode()
        asked = time.monotonic()
        try:
            answer = json.loads(self.fpm.request(SCRIPT, query))
        except OSError:
            answer = None
        by_place = dict(messages)
        return self.books.record(
            [(operation[0], by_place.get(i))
             for i, operation in enumerate(operations)], answer, asked)


class Plan:
    """The operations of one request."""

    def __init__(self, sender):
        self.random, self.fleet = sender.random, sender.fleet
        self.books, self.share = sender.books, sender.share
        self.operations, self.messages = [], []

    def add(self):
        if self.random.random() < CLOSES:
            for connection in self.fleet.some(self.random, 1):
                self.operations.append(("closeClient", connection.client_id))
            return
        kind = self.random.choices(list(self.share), self.share.values())[0]
        getattr(self, f"_add_{kind}")()

    def _message(self, kind, names, exclude, *arguments):
        number = self.books.number()
        message = Message(number, kind, tuple(names), frozenset(exclude))
        if kind in ("clients", EVERYONE):
            arguments = (text_of(number), *arguments)
        else:
            arguments = (arguments[0], text_of(number), *arguments[1:])
        self.messages.append((len(self.operations), message))
        self.operations.append((METHODS[kind], *arguments))

    def _ids(self, most):
        found = self.fleet.some(self.random, self.random.randint(0, most))
        return sorted({c.client_id for c in found})

    def _add_all(self):
        exclude = self._ids(3)
        self._message(EVERYONE, (), exclude, None, exclude or None)

    def _add_clients(self):
        ids = self._ids(8)
        self._message("clients", ids, (), ids)

    def _add_client(self):
        for connection in self.fleet.some(self.random, 1):
            self._message("client", (connection.client_id,), (),
                          connection.client_id)

    def _add_uid(self):
        uids = sorted({
            f"user-{self.random.randrange(self.fleet.count // UIDS_OF)}"
            for _ in range(self.random.choice((1, 1, 1, 3)))})
        self._message("uid", uids, (), uids if len(uids) > 1 else uids[0])

    def _add_group(self):
        """Groups of one sort: nobody is in two of them."""
        sort, count = self.random.choice((("group", GROUPS),
                                          ("group", GROUPS),
                                          ("channel", CHANNELS)))
        chosen = self.random.sample(range(count),
                                    self.random.choice((1, 1, 1, 2)))
        groups = [f"{sort}-{i}" for i in chosen]
        exclude = self._ids(2)
        self._message("group", groups, exclude,
                      groups if len(groups) > 1 else groups[0],
                      exclude or None)


class Sender(threading.Thread):
    """Makes one request after the other."""

    def __init__(self, seed, name, desk, fleet, rate):
        super().__init__(name=f"sender {name}", daemon=True)
        self.random = random.Random(f"{seed} sender {name}")
        self.desk, self.books, self.fleet = desk, desk.books, fleet
        self.pause = 1 / rate
        # A message to everybody costs as much as some thousand others.
        self.share = {EVERYONE: 5, "clients": 8, "client": 30, "uid": 35,
                      "group": 22}
        self.finish = threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.finish.wait(self.random.expovariate(
                    1 / self.pause)):
                self.request()
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def request(self):
        plan = Plan(self)
        for _ in range(self.random.randint(1, 6)):
            plan.add()
        if self.random.random() < FLUSHES:
            plan.operations.append(("flush",))
        if plan.operations:
            self.desk.perform(plan.operations, plan.messages)
