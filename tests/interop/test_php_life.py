"""What may happen to a request of php-fpm in the middle of a call, and that
the next request of the same process knows nothing of it."""

import json
import os
import re
import signal
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode

from harness.children import connections, unread
from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, AbsentGateway,
                             make_cluster)
from harness.fpm import Fpm
from harness.inner import split_address
from harness.php import OWN_MEMORY, Php, introduce, php_version_id
from harness.process import PATIENCE, wait_until

SCRIPTS = Path(__file__).parent / "scripts/life"
NAMES = ["Ann", "Bob"]
# Seconds: gatewayclient.timeout of a call that has to wait, and in which the
# test has to notice that it does; more of them if it did not.
STALLS = (2, 20)
TOLERANCE = 5.0  # later than that no call returns, on a busy machine either
# Where a call runs the application's code: see request.php.
ARGUMENTS = ["uid", "list of uids", "list of groups", "body", "exclude list",
             "question", "session", "last words", "configuration"]
limited = unittest.skipUnless(OWN_MEMORY, "no memory limit with a sanitizer")
LIMIT = r"Allowed memory size of \d+ bytes exhausted"


def port_of(gateway):
    return split_address(gateway.inner_address)[1]


class Life:
    """Two gateways with a client each, and one child of php-fpm."""

    # Inner connections of the gateway's own cluster.
    workers = 0

    @classmethod
    def setUpClass(cls):
        cls.clients, cls.fpm, cls.cluster = [], None, None
        try:
            cls.cluster = make_cluster(cls.server, 2)
            cls.clients = [cls.cluster.connect(i) for i in range(2)]
            cls.greet()
            cls.fpm = Fpm(ini={"gatewayclient.timeout": 2 * PATIENCE,
                               "gatewayclient.allowed_classes": "Note",
                               "display_errors": 0, "log_errors": 1})
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def greet(cls):
        introduce(cls.cluster, cls.clients,
                  [{"name": name} for name in NAMES], "room")

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients:
            client.close()
        try:
            if cls.fpm:
                cls.fpm.close()
        finally:
            if cls.cluster:
                cls.cluster.close()

    def setUp(self):
        for client in self.clients:
            client.read()
            client.received = b""  # of a test that failed
        self.pid = self.check()

    def query(self, **more):
        return urlencode({
            "register": self.cluster.register_address,
            "ids": ",".join(c.client_id for c in self.clients), **more})

    def check(self):
        """A request that must be answered rightly; returns its process."""
        found = json.loads(self.fpm.request(SCRIPTS / "check.php",
                                            self.query()))
        ids = [client.client_id for client in self.clients]
        want = [["ann", "ann"], [{"name": name} for name in NAMES], 1,
                sorted(ids), {"ann": 1, "nobody": 0}, sorted(ids), 2,
                {"room": "room"}, [1, 1]]
        self.assertEqual(found["answers"], want)
        self.assertIs(found["flushed"], True)
        self.expect("checked")
        self.expect_one_connection()
        return found["pid"]

    def expect_one_connection(self):
        """Or none more as soon as a gateway has heard of an end."""
        for gateway in self.cluster.gateways:
            port = port_of(gateway)
            wait_until(lambda p=port: connections(p) == self.workers + 1,
                       "one connection")

    def expect(self, *messages):
        for client in self.clients:
            for message in messages:
                client.expect_text(message)
            client.expect_silence()

    def ask(self, do, **more):
        return self.fpm.ask(SCRIPTS / "request.php", self.query(do=do, **more))

    def ask_wrong(self, do, error=None, received=(), **more):
        reply = self.ask(do, **more)
        self.assertNotIn("not reached", reply.body)
        if error is None:
            self.assertEqual(reply.errors, "")
        else:
            self.assertRegex(reply.errors, error)
        self.expect(*received)
        return reply

    def go_wrong(self, *arguments, **more):
        """The request, and a good one in the same process after it."""
        reply = self.ask_wrong(*arguments, **more)
        self.assertEqual(self.check(), self.pid)
        return reply


class Requests(Life):
    def go_wrong_with_one_lost(self, *arguments, **more):
        """A gateway is listed that is not there."""
        absent = AbsentGateway(self.cluster)
        try:
            self.cluster.wait_listed(3)
            reply = self.ask_wrong(*arguments, **more)
        finally:
            absent.close()
            self.cluster.wait_listed(2)
        self.assertEqual(self.check(), self.pid)
        return reply

    def test_exit_in_the_handler_of_a_partial_failure(self):
        reply = self.go_wrong_with_one_lost("exit in the handler of a warning",
                              received=["partly"])
        self.assertEqual(reply.body, "left")

    def test_an_exception_in_the_handler_of_a_partial_failure(self):
        self.go_wrong_with_one_lost("throw in the handler of a warning",
                      "Uncaught LogicException: on purpose", ["partly"])

    @limited
    def test_the_memory_limit_in_the_handler_of_a_partial_failure(self):
        self.go_wrong_with_one_lost("die of memory in the handler of a warning", LIMIT,
                      ["partly"])

    def test_a_handler_of_a_partial_failure_that_asks_and_sends(self):
        reply = self.go_wrong_with_one_lost("ask in the handler of a warning",
                              received=["outer", "inner", "inner"])
        self.assertEqual(reply.body.splitlines(),
                         ["ann Bob", "ann Bob", "true"])

    def test_exceptions_in_arguments(self):
        reply = self.go_wrong("throw in arguments")
        self.assertEqual(
            reply.body.splitlines(),
            [f"{where}: LogicException on purpose" for where in ARGUMENTS])

    def test_exit_in_arguments(self):
        for where in ARGUMENTS:
            with self.subTest(where):
                reply = self.go_wrong("exit in an argument", where=where)
                self.assertEqual(reply.body, "left")

    @limited
    def test_the_memory_limit_in_arguments(self):
        for where in ARGUMENTS:
            with self.subTest(where):
                self.go_wrong("die of memory in an argument", LIMIT,
                              where=where)

    def test_arguments_that_ask_and_send(self):
        reply = self.go_wrong("ask in arguments", received=[
            "inner", "inner", "lost", "inner"])
        self.assertEqual(
            reply.body.splitlines(),
            ["ann uid: done", "ann list of uids: done", "ann question: done"])

    def test_exceptions_in_destructors_of_arguments(self):
        reply = self.go_wrong("throw in a destructor", received=["arrives"])
        self.assertEqual(
            reply.body.splitlines(),
            [f"{what}: LogicException on purpose"
             for what in ("of a message", "of a question")])

    def test_an_exception_that_nobody_catches(self):
        self.go_wrong("exception that nobody catches",
                      r"Uncaught GatewayClient\\GatewayException: "
                      "client_id no client_id is invalid", ["arrives"])

    def at_the_end(self, order, **more):
        # What a request leaves at its end is found by the next ones.
        for _ in range(4):
            reply = self.ask("calls at the end", **more)
            self.assertEqual(reply.body, "body")
            self.assertNotIn("refused", reply.errors)
            logged = re.findall(r"PHP message: (\w+) was answered",
                                reply.errors)
            self.expect(*order)
            self.assertEqual(self.check(), self.pid)
        return logged

    def test_calls_at_the_end_of_a_request(self):
        logged = self.at_the_end(
            ["shutdown", "destructor", "buffer", "session"])
        self.assertEqual(logged,
                         ["shutdown", "destructor", "buffer", "session"])

    def test_calls_after_the_response(self):
        self.at_the_end(["buffer", "finished", "shutdown", "destructor",
                         "session"], finish=1)

    def test_max_execution_time_in_the_middle_of_many_calls(self):
        self.go_wrong("burn time", "Maximum execution time of 1 second")


class Limits(Life):
    """Replies that do not fit into memory_limit."""

    GROUPS = 4000

    @classmethod
    def greet(cls):
        super().greet()
        with Php(True, cls.cluster) as php:
            php.call("array_map(fn($i) => Gateway::joinGroup($id, "
                     "str_pad(\"g$i-\", 1000, 'g')), range(1, $count))",
                     id=cls.clients[0].client_id, count=cls.GROUPS)
            php.call("Gateway::setSession($id, ['name' => 'Ann', "
                     "'big' => str_repeat('x', 5000000)])",
                     id=cls.clients[0].client_id)
            if php.call("Gateway::flush()").value is not True:
                raise AssertionError("flush failed")

    def check(self):
        """The groups and the session are too big to ask for each time."""
        found = json.loads(self.fpm.request(SCRIPTS / "small.php",
                                            self.query()))
        ids = [client.client_id for client in self.clients]
        self.assertEqual(found["answers"], [
            ["ann", "ann"], {"name": "Bob"}, sorted(ids), 2,
            {"ann": 1, "nobody": 0}])
        self.expect_one_connection()
        return found["pid"]

    def sweep(self, ask):
        """Limits from where nothing fits to where everything does."""
        outcomes = set()
        for limit in range(2, 33, 5):
            with self.subTest(limit=limit):
                reply = self.ask("big reply", ask=ask, limit=f"{limit}M")
                fits = reply.body == "fits"
                outcomes.add(fits)
                if fits:
                    self.assertEqual(reply.errors, "")
                else:
                    self.assertRegex(reply.errors, LIMIT)
                    self.assertEqual(reply.body, "")
                self.assertEqual(self.check(), self.pid)
        self.assertEqual(outcomes, {True, False})

    def test_a_list_of_groups(self):
        self.sweep("groups")

    def test_a_map_of_groups(self):
        self.sweep("members")

    def test_all_sessions(self):
        self.sweep("sessions")

    def test_one_session(self):
        self.sweep("session")


@limited
class Memory(unittest.TestCase):
    """What a process of php-fpm holds of a reply when its request is over."""

    server = "gatewayd"

    @classmethod
    def setUpClass(cls):
        cls.clients, cls.cluster = [], None
        try:
            cls.cluster = make_cluster(cls.server, 1)
            cls.clients = [cls.cluster.connect() for _ in range(4)]
            with Php(True, cls.cluster) as php:
                for client in cls.clients:
                    php.call("Gateway::setSession($id, "
                             "['big' => str_repeat('x', 9 * 1048576)])",
                             id=client.client_id)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients:
            client.close()
        if cls.cluster:
            cls.cluster.close()

    @staticmethod
    def memory(fpm):
        """In MiB."""
        fpm.wait_until_idle()
        status = Path(f"/proc/{fpm.children()[0]}/status").read_text()
        return int(re.search(r"RssAnon:\s*(\d+) kB", status)[1]) / 1024

    def test_sessions_that_do_not_fit_into_the_memory_limit(self):
        """Up to the limit PHP keeps what it had for its next request."""
        fpm = Fpm(ini={"gatewayclient.timeout": 6 * PATIENCE,
                       "display_errors": 0, "log_errors": 1})
        self.addCleanup(fpm.close)

        def ask(do, **more):
            return fpm.ask(SCRIPTS / "request.php", urlencode({
                "register": self.cluster.register_address, "do": do,
                "ids": self.clients[0].client_id, **more}))

        self.assertEqual(ask("uid").body, "null")
        before = self.memory(fpm)
        reply = ask("big reply", ask="sessions", limit="8M")
        self.assertRegex(reply.errors, LIMIT)
        self.assertLess(self.memory(fpm) - before, 16)


class Stalled(Life):
    """A call waits for a gateway that does not answer."""

    def setUp(self):
        super().setUp()
        self.paused = self.cluster.gateways[1]
        self.addCleanup(self.paused.process.resume)

    def waiting(self, ask, meanwhile):
        """Runs `meanwhile` in the middle of a call; returns the reply, how long
        the call may wait and how long it took."""
        for stall in STALLS:
            self.paused.process.pause()
            query = self.query(do="stalled", ask=ask, timeout=stall)
            start = time.monotonic()
            with self.fpm.started(SCRIPTS / "request.php", query) as answer:
                if self.is_seen(start + stall):
                    meanwhile()
                    reply = answer()
                    return reply, stall, time.monotonic() - start
                os.kill(self.pid, signal.SIGKILL)
            self.paused.process.resume()
            self.pid = self.check()
        raise AssertionError("waited in vain for a question that nobody reads")

    def is_seen(self, deadline):
        """Whether there is a question that nobody reads."""
        try:
            wait_until(lambda: unread(port_of(self.paused)) > 0, "a question",
                       deadline - time.monotonic())
        except AssertionError:
            return False
        return time.monotonic() < deadline

    def time_is_up(self):
        """What the kernel does when max_execution_time is over. The processor
        time of a call that waits does not count; where real time does, the
        signal comes like this."""
        os.kill(self.pid, signal.SIGPROF)

    def check_time_limit(self, ask):
        reply, stall, seconds = self.waiting(ask, self.time_is_up)
        error = "Maximum execution time of 30 seconds"
        if php_version_id() < 80000 and ask != "all":
            # It looks at the time limit after the exception.
            error = "Uncaught .*GatewayException: timed out"
        self.assertRegex(reply.errors, error)
        self.assertGreaterEqual(seconds, stall - 0.01)
        self.assertLess(seconds, stall + TOLERANCE)
        self.paused.process.resume()
        self.assertEqual(self.check(), self.pid)

    def test_max_execution_time_while_one_gateway_is_asked(self):
        self.check_time_limit("one")

    def test_max_execution_time_while_all_gateways_are_asked(self):
        self.check_time_limit("all")

    def test_max_execution_time_on_a_fresh_connection(self):
        self.check_time_limit("fresh")

    def test_a_late_reply_is_not_the_next_request_s(self):
        """The gateway comes back when both questions are there."""
        self.waiting("one", self.time_is_up)
        late = unread(port_of(self.paused))
        query = self.query(do="session")
        with self.fpm.started(SCRIPTS / "request.php", query) as answer:
            wait_until(lambda: unread(port_of(self.paused)) > late,
                       "the next question")
            self.paused.process.resume()
            reply = answer()
        self.assertEqual((reply.body, reply.errors), ("Bob", ""))
        self.assertEqual(self.check(), self.pid)


class RequestsOnGatewayd(Requests, unittest.TestCase):
    server = "gatewayd"


@limited
class LimitsOnGatewayd(Limits, unittest.TestCase):
    server = "gatewayd"


class StalledOnGatewayd(Stalled, unittest.TestCase):
    server = "gatewayd"
    long = True


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class RequestsOnGatewayWorker(Requests, unittest.TestCase):
    server = "gatewayworker"
    workers = 1
