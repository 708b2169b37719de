"""Connections are made once (the issue's third show)."""

import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode

from harness import strace
from harness.cluster import REFERENCE, WHY_NO_REFERENCE, make_cluster
from harness.fpm import Fpm
from harness.inner import split_address
from harness.php import Php, run_php
from harness.websocket import text_frame

SCRIPTS = Path(__file__).parent / "scripts"


def port_of(address):
    return split_address(address)[1]


class Pool:
    """Two gateways, one client with the uid on each."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = make_cluster(cls.server, 2)
        cls.register_port = port_of(cls.cluster.register_address)
        cls.gateway_ports = [port_of(g.inner_address)
                             for g in cls.cluster.gateways]

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def setUp(self):
        self.clients = [self.cluster.connect(i) for i in range(2)]
        for client in self.clients:
            self.addCleanup(client.close)
        with Php(True, self.cluster) as php:
            for client in self.clients:
                php.call("Gateway::bindUid($id, 'ann')", id=client.client_id)
            self.assertTrue(php.call("Gateway::flush()").value)

    def test_a_thousand_sends_use_one_connection_per_gateway(self):
        with tempfile.TemporaryDirectory() as folder:
            trace = f"{folder}/trace"
            start = time.monotonic()
            done = run_php(SCRIPTS / "many_sends.php",
                           [self.cluster.register_address, "ann"],
                           prefix=[*strace.COMMAND, trace])
            seconds = time.monotonic() - start
            self.assertEqual(
                (done.returncode, done.stdout, done.stderr), (0, "", ""))
            connects = strace.connects(trace)
            sends = strace.sends(trace)
        for port in self.gateway_ports:
            self.assertEqual(connects[port], 1)
            self.assertEqual(sends[port], 1000)
        self.assertLessEqual(connects[self.register_port], seconds + 1)
        everything = b"".join(text_frame(f"m{i}") for i in range(1000))
        for client in self.clients:
            client.expect(everything)
            client.expect_silence()

    def request(self, fpm, message):
        query = urlencode({"register": self.cluster.register_address,
                           "uid": "ann", "message": message})
        self.assertEqual(fpm.request(SCRIPTS / "request.php", query), "1")
        for client in self.clients:
            client.expect_text(message)
            client.expect_silence()

    def test_the_second_web_request_connects_to_nobody(self):
        # On a busy machine more than a second may lie between the two.
        fpm = Fpm(prefix=[*strace.COMMAND, "{folder}/trace"],
                  ini={"gatewayclient.addresses_cache_ttl": 600})
        self.addCleanup(fpm.close)
        trace = fpm.folder / "trace"
        self.request(fpm, "first")
        first = strace.connects(trace)
        for port in (*self.gateway_ports, self.register_port):
            self.assertEqual(first.get(port), 1, first)
        self.request(fpm, "second")
        self.assertEqual(strace.connects(trace), first)

    def test_statics_of_one_request_are_not_seen_by_the_next(self):
        fpm = Fpm()
        self.addCleanup(fpm.close)
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "statics.php"
            script.write_text(
                "<?php use GatewayClient\\Gateway;"
                "echo json_encode([Gateway::$registerAddress,"
                " Gateway::$secretKey]);"
                "Gateway::$registerAddress = 'changed:1';"
                "Gateway::$secretKey = 'changed';", encoding="utf-8")
            bodies = [fpm.request(script) for _ in range(2)]
        self.assertEqual(bodies, ['["127.0.0.1:1236",""]'] * 2)

    def test_a_request_that_exits_leaves_the_pool_usable(self):
        fpm = Fpm(prefix=[*strace.COMMAND, "{folder}/trace"])
        self.addCleanup(fpm.close)
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "exits.php"
            script.write_text(
                "<?php use GatewayClient\\Gateway;"
                "Gateway::$registerAddress = "
                f"'{self.cluster.register_address}';"
                "set_error_handler(function () { exit('left'); });"
                "Gateway::sendToGroup('', 'warns');", encoding="utf-8")
            self.request(fpm, "before")
            self.assertEqual(fpm.request(script), "left")
        self.request(fpm, "after")
        for port in self.gateway_ports:
            self.assertEqual(
                strace.connects(fpm.folder / "trace")[port], 1)


class OnGatewayd(Pool, unittest.TestCase):
    server = "gatewayd"


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class OnGatewayWorker(Pool, unittest.TestCase):
    server = "gatewayworker"
