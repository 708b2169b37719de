"""Recorded conversations with workers replayed: what a gateway tells workers
and clients, and where it sends what. On gatewayd, and on the reference where it
can be had, which shows that the recordings are right."""

import unittest

from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, GatewaydCluster,
                             ReferenceCluster)
from harness.conversation import Replay
from harness.vectors import read_vectors

CONVERSATIONS = read_vectors("worker-conversations.jsonl")


def make_strict(secret_key):
    """As the reference: no worker, no clients."""
    return GatewaydCluster(1, secret_key, ("--without-worker", "strict",
                                           "--greeting", ""))


def make_reference(secret_key):
    if REFERENCE is None:
        raise unittest.SkipTest(WHY_NO_REFERENCE)
    return ReferenceCluster(1, secret_key, workers=0)


class Conversations:
    """One cluster for all conversations with a secret key: at the end of each
    nobody is left."""

    clusters = {}

    @classmethod
    def setUpClass(cls):
        cls.clusters = {}

    @classmethod
    def tearDownClass(cls):
        for cluster in cls.clusters.values():
            cluster.close()

    def replay(self, record):
        key = record["secret_key"]
        if key not in self.clusters:
            self.clusters[key] = self.make(key)
        replay = Replay(self.clusters[key].gateways[0], record)
        try:
            replay.run()
        finally:
            replay.leave()


def add_conversations(cls):
    """One test for each."""
    for record in CONVERSATIONS:
        def test(self, record=record):
            self.replay(record)

        name = "".join(c if c.isalnum() else "_"
                       for c in record["conversation"])
        setattr(cls, f"test_{name}", test)
    return cls


@add_conversations
class OnGatewayd(Conversations, unittest.TestCase):
    make = staticmethod(make_strict)


@add_conversations
class OnReference(Conversations, unittest.TestCase):
    server = "gatewayworker"
    make = staticmethod(make_reference)
