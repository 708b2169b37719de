"""php-fpm with many children: connections at the gateways, what is delivered
under load, and what ends with a child."""

import json
import os
import re
import threading
import unittest
from pathlib import Path
from urllib.parse import urlencode

from harness.children import connections
from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, GatewaydCluster,
                             make_cluster)
from harness.fpm import Fpm
from harness.inner import split_address
from harness.php import Php, introduce
from harness.process import PATIENCE, wait_until
from harness.worker import TwoClusters

SCRIPTS = Path(__file__).parent / "scripts/life"
CHILDREN = 20
NUMBERED = re.compile(rb"\x81.n(\d+)(?=\x81|$)", re.DOTALL)


class Books:
    """Numbered requests, made by many at a time, and what came of each."""

    def __init__(self, fpm, query, parallel):
        self.fpm = fpm
        self.query = query
        self.parallel = parallel
        self.lock = threading.Lock()
        self.next = 0
        self.answered = {}     # number: the answer
        self.unanswered = set()  # php-fpm ended the connection

    def _one(self):
        with self.lock:
            number = self.next
            self.next += 1
        try:
            reply = self.fpm.ask(SCRIPTS / "push.php", urlencode(
                {**self.query, "number": number}))
        except OSError:
            with self.lock:
                self.unanswered.add(number)
            return
        with self.lock:
            self.answered[number] = (json.loads(reply.body)
                                     if not reply.errors else reply)

    def run(self, enough, meanwhile=lambda: None):
        """Requests until `enough()`; `meanwhile` is called all the time."""
        def work():
            while not enough():
                self._one()

        threads = [threading.Thread(target=work, daemon=True)
                   for _ in range(self.parallel)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            meanwhile()
            threads[0].join(0.02)

    def faults(self):
        return {number: answer for number, answer in self.answered.items()
                if not isinstance(answer, dict) or not answer["right"]}

    def pids(self):
        with self.lock:
            return {answer["pid"] for answer in self.answered.values()
                    if isinstance(answer, dict)}


class Children:
    """Two gateways with a client each."""

    workers = 0

    def setUp(self):
        self.cluster = make_cluster(self.server, 2)
        self.addCleanup(self.cluster.close)
        self.clients = [self.cluster.connect(i) for i in range(2)]
        for client in self.clients:
            self.addCleanup(client.close)
        introduce(self.cluster, self.clients, [{"n": 0}, {"n": 1}])
        self.ports = [split_address(g.inner_address)[1]
                      for g in self.cluster.gateways]
        self.wait_connections(0)
        self.query = {
            "register": self.cluster.register_address,
            "ids": ",".join(c.client_id for c in self.clients)}

    def start(self, children, pool="", ini=None):
        fpm = Fpm(child_count=children, pool=pool, ini={
            "gatewayclient.timeout": 3 * PATIENCE, **(ini or {})})
        self.addCleanup(fpm.close)
        return fpm

    def connections(self):
        return [connections(port) - self.workers for port in self.ports]

    def wait_connections(self, most):
        wait_until(lambda: max(self.connections()) <= most,
                   f"at most {most} connections")

    def expect_books(self, books):
        """Everybody received what was confirmed, once, and nothing twice."""
        self.assertEqual(books.faults(), {})
        for client in self.clients:
            wanted = set(books.answered)
            wait_until(lambda c=client, w=wanted: w <= {
                int(n) for n in NUMBERED.findall(c.read())},
                "what was confirmed")
            got = [int(n) for n in NUMBERED.findall(client.received)]
            self.assertEqual(len(got), len(set(got)))
            self.assertLessEqual(set(got), wanted | books.unanswered)
            client.received = b""

    def test_each_child_has_one_connection_to_each_gateway(self):
        fpm = self.start(CHILDREN)
        books = Books(fpm, self.query, 2 * CHILDREN)
        most = [0, 0]

        def look():
            nonlocal most
            most = list(map(max, most, self.connections()))

        books.run(lambda: len(books.answered) >= 400
                  and len(books.pids()) == CHILDREN, look)
        look()  # some may have had their first request just now
        self.assertEqual(books.unanswered, set())
        self.expect_books(books)
        self.assertEqual(most, [CHILDREN] * 2)
        self.assertEqual(self.connections(), [CHILDREN] * 2)
        fpm.close()
        self.wait_connections(0)

    def test_a_child_that_ends_leaves_no_connection(self):
        fpm = self.start(3, "pm.max_requests = 7")
        books = Books(fpm, self.query, 6)
        # A gateway may hear of an end after it has heard of the successor.
        books.run(lambda: len(books.answered) >= 150)
        self.assertGreater(len(books.pids()), 15)
        self.assertEqual(books.unanswered, set())
        self.expect_books(books)
        self.wait_connections(3)

    def test_a_reload_under_load_loses_nothing_that_was_confirmed(self):
        fpm = self.start(4)
        books = Books(fpm, self.query, 8)
        before = set(fpm.children())
        reloads = 0

        def seen():
            return len(books.pids() - before)

        def reload():
            nonlocal reloads
            if (reloads < 2 and seen() == 4 * reloads
                    and len(books.answered) > 60 * (reloads + 1)):
                reloads += 1
                fpm.reload()

        # On a busy machine a child may have its first request late.
        books.run(lambda: reloads == 2 and seen() == 2 * 4
                  and len(books.answered) > 240, reload)
        self.expect_books(books)
        self.assertFalse(before & set(fpm.children()))
        self.wait_connections(4)


class ChildrenOnGatewayd(Children, unittest.TestCase):
    server = "gatewayd"


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class ChildrenOnGatewayWorker(Children, unittest.TestCase):
    server = "gatewayworker"
    workers = 1


class Preloaded(unittest.TestCase):
    """opcache.preload runs in the process that all children are forked from,
    and may use the class there."""

    server = "gatewayd"

    def setUp(self):
        self.cluster = GatewaydCluster(1)
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.connect()
        self.addCleanup(self.client.close)
        with Php(True, self.cluster) as php:
            php.call("Gateway::bindUid($id, 'ann')", id=self.client.client_id)
            self.assertTrue(php.call("Gateway::flush()").value)
        self.port = split_address(self.cluster.gateways[0].inner_address)[1]

    def start(self):
        ini = {"opcache.preload": SCRIPTS / "preload.php",
               "gatewayclient.secret_key": "",
               "opcache.jit": "tracing", "opcache.jit_buffer_size": "16M"}
        if os.getuid() == 0:
            ini["opcache.preload_user"] = "root"
        fpm = Fpm(child_count=3, ini=ini, env={
            "PRELOAD_REGISTER": self.cluster.register_address})
        self.addCleanup(fpm.close)
        return fpm

    def check(self, fpm):
        """Requests until every child had some."""
        pids = []
        while len(set(pids)) < 3 or len(pids) < 12:
            found = json.loads(fpm.request(
                SCRIPTS / "preloaded.php",
                urlencode({"register": self.cluster.register_address})))
            pids.append(found.pop("pid"))
            self.assertEqual(found, {
                "first": ["preloaded:1", "", "127.0.0.1:1236"], "online": 1,
                "flushed": True, "base": "127.0.0.1:1236", "preloaded": True})
            self.client.expect_text("hello")
            self.assertLess(len(pids), 1000)
        self.client.expect_silence()

    def test_children_do_not_use_what_the_preloading_opened(self):
        fpm = self.start()
        self.client.expect_text("preloading")
        self.check(fpm)
        # One for each child; PHP preloads in the master, or as root in a
        # process that ends.
        wait_until(lambda: connections(self.port) in (3, 4), "what is left")
        fpm.reload()
        self.client.expect_text("preloading")
        self.check(fpm)
        wait_until(lambda: connections(self.port) in (3, 4), "what is left")


class ClustersInTurn(unittest.TestCase):
    """A subclass per cluster, in turn, in the requests of one child."""

    server = "gatewayd"

    def test_answers_are_never_mixed(self):
        two = TwoClusters()
        self.addCleanup(two.close)
        fpm = Fpm(ini={"gatewayclient.register_address": "base.invalid:1",
                       "gatewayclient.secret_key": "base key"})
        self.addCleanup(fpm.close)
        clusters = [{"register": cluster.register_address,
                     "key": cluster.secret_key, "id": client.client_id}
                    for cluster, client in zip(two.clusters, two.clients)]
        for turn in range(4):
            places = [(turn + i) % 2 for i in range(2)]
            found = json.loads(fpm.request(
                SCRIPTS / "clusters.php", urlencode({"clusters": json.dumps(
                    [clusters[place] for place in places])})))
            self.assertEqual(found["flushed"], [True, True])
            self.assertEqual(found["base"], ["base.invalid:1", "base key"])
            for name, place in zip(("First", "Second"), places):
                want = [{"cluster": two.NAMES[place]},
                        [clusters[place]["id"]], 1, ["room"], None]
                self.assertEqual(
                    [json.loads(a) for a in found["answers"][name]], [want])
                for i in range(20):
                    two.clients[place].expect_text(f"{name} {i}")
                two.clients[place].expect_silence()
        for cluster in two.clusters:
            port = split_address(cluster.gateways[0].inner_address)[1]
            self.assertEqual(connections(port), 1)
