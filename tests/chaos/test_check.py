#!/usr/bin/env python3
"""The checker finds what it is there for, in small books made by hand."""

import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]),
                str(Path(__file__).resolve().parents[1] / "interop")]

# pylint: disable=wrong-import-position
from chaos.books import (EVERYONE, EXCEPTION, OK, UNKNOWN, WARNING, Books,
                         Call, Connection, Message)
from chaos.check import Checker
from chaos.parts import TIMEOUT
from chaos.registers import Registers, Watcher
from harness.canary import SPARE

HERE, THERE = "127.0.0.1:1001", "127.0.0.1:1002"
SENDER = "100:1"


class Cluster:
    """As far as the checker asks."""

    stopped = False

    def started(self, _):
        return 1.0

    def was_stopped(self, *_):
        return self.stopped


class CheckTest(unittest.TestCase):
    """One client at each of two gateways; time runs from 10."""

    def setUp(self):
        self.books = Books()
        self.cluster = Cluster()
        self.registers = Registers([], "")
        watcher = Watcher("127.0.0.1:1", "")
        watcher.views = [[2.0, None, frozenset((HERE, THERE))]]
        self.registers.watchers = [watcher]
        self.taken = 0
        self.here = self.add_connection(1, 0, HERE)
        self.there = self.add_connection(2, 2, THERE)

    def add_connection(self, serial, client, gateway):
        connection = Connection(serial, client, gateway, f"id-{serial}", 5, 6)
        self.books.connections[serial] = connection
        return connection

    def send(self, when, kind=EVERYONE, names=(), outcome=OK, named=(),
             exclude=(), to=None):
        """A message, delivered to both or to those in `to`."""
        number = self.books.number()
        message = Message(number, kind, tuple(names), frozenset(exclude))
        self.books._record_message(message, self.call(  # pylint: disable=W0212
            "send", when, outcome, named))
        for connection in (self.here, self.there) if to is None else to:
            connection.got.append((when + 0.01, number))
        return message

    def call(self, method, when, outcome=OK, named=(), seconds=0.01):
        call = Call(method, SENDER, when, when + seconds, 0, outcome,
                    frozenset(named), "", TIMEOUT)
        self.books.calls.append(call)
        return call

    def flush(self, when, outcome=OK, named=()):
        self.call("flush", when, outcome, named)

    def kinds(self):
        self.books.settle()
        result = Checker(self.books, self.registers, self.cluster,
                         lambda *_: self.taken).run()
        return [v.kind for v in result.violations]

    def sentinel(self):
        self.send(99)

    def test_complete_books_are_good(self):
        self.send(10)
        self.send(11, "uid", ["user-0"], to=[self.here])
        self.send(12, "group", ["group-2"], to=[self.there])
        self.flush(13)
        self.sentinel()
        self.assertEqual(self.kinds(), [])

    def test_one_delivery_less_is_found(self):
        for kind, names in ((EVERYONE, ()), ("uid", ["user-0"]),
                            ("group", ["group-0"]), ("client", ["id-1"])):
            with self.subTest(kind):
                self.setUp()
                self.send(10, kind, names, to=[self.there]
                          if kind == EVERYONE else [])
                self.flush(13)
                self.sentinel()
                self.assertEqual(self.kinds(), ["missing"])

    def test_a_life_that_ended_is_judged_by_what_came_later(self):
        self.send(10, to=[self.there])
        self.flush(11)
        self.here.shut = 15
        self.assertEqual(self.kinds(), [])
        self.send(12, to=[self.here])
        self.assertEqual(self.kinds(), ["missing"])

    def test_nothing_is_owed_without_a_flush(self):
        self.send(10, to=[])
        self.sentinel()
        self.assertEqual(self.kinds(), [])

    def test_partial_failure_is_a_result(self):
        self.send(10, outcome=WARNING, named=[HERE], to=[])
        self.flush(11)
        self.sentinel()
        self.assertEqual(self.kinds(), ["missing"])  # there

    def test_a_flush_names_gateways_too(self):
        self.send(10, to=[])
        self.flush(11, WARNING, [HERE, THERE])
        self.flush(12)  # is about what came after the first one
        self.sentinel()
        self.assertEqual(self.kinds(), [])

    def test_a_flush_that_names_nobody_confirms_nothing(self):
        for outcome in (WARNING, EXCEPTION):
            with self.subTest(outcome):
                self.setUp()
                self.send(10, to=[])
                self.flush(11, outcome)
                self.sentinel()
                self.assertEqual(self.kinds(), [])

    def test_exceptions_and_killed_senders_promise_nothing(self):
        self.send(10, outcome=EXCEPTION, to=[])
        self.send(10, outcome=UNKNOWN, to=[])
        self.flush(11)
        self.sentinel()
        self.assertEqual(self.kinds(), [])

    def test_twice_is_never_right(self):
        for outcome in (OK, WARNING, EXCEPTION, UNKNOWN):
            with self.subTest(outcome):
                self.setUp()
                self.send(10, outcome=outcome, to=[self.here, self.here])
                self.assertEqual(self.kinds(), ["duplicate"])

    def test_strangers_get_nothing(self):
        self.send(10, "uid", ["user-0"])  # `there` is user-1
        self.send(11, exclude=["id-1"])
        self.assertEqual(self.kinds(), ["stranger"] * 2)

    def test_a_namesake_may_get_what_the_other_was_bound_to(self):
        """As PHP gateways give out client_ids again."""
        self.send(10, "uid", ["user-0"])
        self.there.client_id = self.here.client_id
        self.assertEqual(self.kinds(), [])
        self.send(11, "uid", ["user-7"], to=[self.there])
        self.send(12, to=[self.there, self.there])
        self.assertEqual(self.kinds(), ["stranger", "duplicate"])

    def test_what_nobody_sent_is_found(self):
        self.here.got.append((10, 0))
        self.assertEqual(self.kinds(), ["corrupt"])

    def test_nothing_is_owed_before_the_binding(self):
        self.here.bound = 12
        self.send(10, "uid", ["user-0"], to=[])
        self.flush(13)
        self.sentinel()
        self.assertEqual(self.kinds(), [])

    def test_a_call_past_its_deadline_is_late(self):
        self.call("sendToAll", 10, seconds=TIMEOUT * 1.3 + SPARE)
        self.assertEqual(self.kinds(), ["late"])
        self.taken = TIMEOUT * 0.3
        self.assertEqual(self.kinds(), [])
        self.taken = 0
        self.books.calls[-1].timeout = TIMEOUT * 1.3
        self.assertEqual(self.kinds(), [])

    def test_who_was_not_listed_is_told_apart(self):
        """From 8 on a Register that was started then lacks one."""
        self.registers.watchers[0].views = [
            [2.0, 7.0, frozenset((HERE, THERE))],
            [7.0, None, frozenset((THERE,))]]
        self.send(10, to=[self.there])
        self.flush(11)
        self.sentinel()
        self.assertEqual(self.kinds(), ["forgotten"])
        self.cluster.stopped = True
        self.assertEqual(self.kinds(), [])
        self.cluster.stopped = False
        self.registers.watchers[0].views[0][2] = frozenset((THERE,))
        self.assertEqual(self.kinds(), [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
