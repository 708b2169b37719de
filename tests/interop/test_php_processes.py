"""PHP processes on the command line: forked, interrupted, long-lived, with
several clusters and keys, and compiled to machine code."""

import json
import re
import unittest
from pathlib import Path

from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, GatewaydCluster,
                             make_cluster)
from harness.php import (NATIVE_EXCEPTION, OWN_MEMORY, Php, introduce,
                         run_php)
from harness.process import PATIENCE, wait_until
from harness.websocket import text_frame
from harness.worker import TRACING, TwoClusters, faults_of, has_jit

SCRIPTS = Path(__file__).parent / "scripts/life"
STALL = 3     # seconds: gatewayclient.timeout of a call that has to wait
PATIENT = 30  # what signals.php has for the calls beside it
ROUNDS = 30
# Memory is not looked at with a sanitizer, which is slow.
MANY, SOME = (50000, 10000) if OWN_MEMORY else (5000, 2000)


class Forked:
    """pcntl_fork() after use."""

    def setUp(self):
        self.cluster = make_cluster(self.server, 2)
        self.addCleanup(self.cluster.close)
        self.clients = [self.cluster.connect(i) for i in range(2)]
        for client in self.clients:
            self.addCleanup(client.close)
        introduce(self.cluster, self.clients, [{"n": 0}, {"n": 1}])
        self.ids = [client.client_id for client in self.clients]

    def test_every_process_has_connections_of_its_own(self):
        done = run_php(SCRIPTS / "fork.php", [
            self.cluster.register_address, str(ROUNDS), *self.ids],
            timeout=12 * PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        names = {report["name"] for report in found}
        self.assertEqual(names, {
            "parent", "exit", "killed", "throws", "becomes another program",
            "forks", "grandchild"})
        self.assertEqual(len(found), len(names))
        sockets = [inode for report in found for inode in report["sockets"]]
        self.assertEqual(len(sockets), 2 * len(found), found)
        self.assertEqual(len(set(sockets)), len(sockets), found)
        for report in found:
            self.assertEqual((report["wrong"], report["flushed"]), ([], True))
        for client in self.clients:
            self.expect_messages(client, names)

    def expect_messages(self, client, names):
        """Each process's, in order and once."""
        want = {name: ROUNDS for name in names}
        want["parent"] += 1
        frames = [text_frame(f"{name} {i}") for name, count in want.items()
                  for i in range(count)]
        size = sum(map(len, frames))
        wait_until(lambda: len(client.read()) >= size, "all messages")
        got = re.findall(rb"\x81.([a-z ]+?) (\d+)(?=\x81|$)",
                         client.received, re.DOTALL)
        for name in names:
            self.assertEqual(
                [int(n) for who, n in got if who == name.encode()],
                list(range(want[name])), name)
        self.assertEqual(len(client.received), size)


class ForkedOnGatewayd(Forked, unittest.TestCase):
    server = "gatewayd"

    def test_signals_do_not_lengthen_a_call(self):
        self.cluster.gateways[1].process.pause()
        self.addCleanup(self.cluster.gateways[1].process.resume)
        done = run_php(SCRIPTS / "signals.php", [
            self.cluster.register_address, str(STALL), *self.ids])
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        found = json.loads(done.stdout)
        self.assertIs(found["thrown"], True)
        self.assertEqual(found["wrong"], 0)
        self.assertGreater(found["signals"], 0)
        self.assertGreater(found["waits"], 2)  # as often was it woken
        self.assertGreaterEqual(found["seconds"], STALL - 0.01)
        self.assertLess(found["seconds"], PATIENT)


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class ForkedOnGatewayWorker(Forked, unittest.TestCase):
    server = "gatewayworker"


class LongLived(unittest.TestCase):
    server = "gatewayd"
    long = True

    def check(self, calls, ini=None):
        with TwoClusters() as two:
            report = two.run_worker(calls, ini)
        self.assertEqual(faults_of(report), [], report)
        return report

    def test_memory_stays_flat(self):
        self.assertIs(self.check(MANY)["jit"], False)

    def test_traces_of_machine_code_give_the_same(self):
        if not has_jit():
            self.skipTest("this PHP has no JIT")
        self.assertIs(self.check(SOME, TRACING)["jit"], True)


class Keys(unittest.TestCase):
    """Two keys to one address: each has connections of its own."""

    server = "gatewayd"

    def setUp(self):
        self.cluster = GatewaydCluster(1, "right key")
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.connect()
        self.addCleanup(self.client.close)
        # Else the Register already refuses the wrong key.
        self.php = Php(True, self.cluster,
                       ini={"gatewayclient.trust_client_ids": 1})
        self.addCleanup(self.php.close)

    def call(self, key, code):
        self.php.call("Gateway::$secretKey = $key", key=key)
        return self.php.call(f"Gateway::{code}", id=self.client.client_id)

    def opened(self):
        """Connections that the process has made so far."""
        self.php.call("ob_start()")
        self.php.call("phpinfo(INFO_MODULES)")
        text = self.php.call("phpinfo(INFO_MODULES)").echoes
        return int(re.search(r"Connections opened => (\d+)", text)[1])

    def test_a_wrong_key_leaves_the_right_one_s_connection_alone(self):
        self.assertEqual(self.call("right key", "isOnline($id)").value, 1)
        opened = self.opened()
        for i in range(5):
            self.call("right key", f"sendToClient($id, 'message {i}')")
            refused = self.call("wrong key", "isOnline($id)")
            self.assertEqual(refused.throws["class"], NATIVE_EXCEPTION)
            self.assertNotIn("key", refused.throws["message"].replace(
                "wrong secret key?", ""))
            refused = self.call("wrong key", "getAllClientCount()")
            self.assertEqual(refused.throws["class"], NATIVE_EXCEPTION)
            self.assertTrue(self.call("right key", "flush()").value)
            self.client.expect_text(f"message {i}")
        self.client.expect_silence()
        # Each question under the wrong key needed one; the right key none.
        self.assertEqual(self.opened() - opened, 5)

    def test_a_message_under_a_wrong_key_is_not_silent(self):
        self.call("wrong key", "sendToClient($id, 'lost')")
        self.call("right key", "sendToClient($id, 'arrives')")
        self.assertTrue(self.call("right key", "flush()").value)
        told = self.call("wrong key", "flush()")
        self.assertIs(told.value, False)
        self.assertEqual(len(told.warnings), 1)
        told = self.call("wrong key", "sendToClient($id, 'lost')")
        self.assertEqual((told.value, len(told.warnings)), (False, 1))
        told = self.call("right key", "sendToClient($id, 'too')")
        self.assertEqual((told.value, told.warnings), (True, []))
        for message in ("arrives", "too"):
            self.client.expect_text(message)
        self.client.expect_silence()
