"""A real GatewayWorker application behind gatewayd and behind the PHP Gateway:
its callbacks see the same, and its clients receive the same. Workers are lost,
come back and are added; both gateways serve in one cluster."""

import unittest

from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, Gatewayd,
                             GatewaydCluster, ReferenceCluster)
from harness.inner import Peer
from harness.process import wait_until
from harness.websocket import WebSocket, text_frame
from harness.workers import PhpParts, Workers, normalised


class Guest:
    """A client of the application, with what it was told."""

    def __init__(self, gateway, path="/", headers=()):
        self.gateway = gateway
        self.socket = WebSocket(gateway.websocket_port, path=path,
                                headers=headers)
        self.client_id = self.socket.client_id
        self.port = self.socket.socket.getsockname()[1]
        self.heard = []

    def hears(self, text):
        self.socket.expect_text(text)
        self.heard.append(text)

    def asks(self, text, answer):
        self.socket.send(1, text.encode())
        self.hears(answer)

    def close(self):
        self.socket.close()


class Stage:
    """A cluster with two processes of the application."""

    def __init__(self, cluster, workers=2):
        self.cluster = cluster
        self.workers = None
        self.guests = []
        try:
            self.workers = Workers(cluster.register_address, workers,
                                   cluster.secret_key)
            self.workers.wait_attached(cluster.gateways)
        except BaseException:
            self.close()
            raise

    def guest(self, gateway=0, **options):
        guest = Guest(self.cluster.gateways[gateway], **options)
        self.guests.append(guest)
        return guest

    def wait_closed(self, guest):
        def closed():
            seen = self.workers.of_client(guest.client_id)
            return seen and seen[-1]["event"] == "close"

        wait_until(closed, "onClose")

    def leaves(self, guest):
        guest.close()
        self.wait_closed(guest)

    def worker_of(self, guest):
        """Which process served its last event."""
        return self.workers.of_client(guest.client_id)[-1]

    def story(self, guest):
        return [normalised(event, guest, guest.port, guest.gateway)
                for event in self.workers.of_client(guest.client_id)]

    def close(self):
        for guest in self.guests:
            guest.close()
        if self.workers:
            self.workers.close()
        self.cluster.close()


def chat(stage):
    """What each client's callbacks saw."""
    anna = stage.guest(
        path="/chat?room=7&a[]=1&a[x]=2&n.m=%E4%BD%A0", headers=[
            "Cookie: user=anna; t=a%20b", "Origin: http://example.com",
            "X-Twice: 1", "x-twice: 2", "User-Agent: test/1 (x)"])
    bert = stage.guest(path="/?room=7")
    carl = stage.guest()
    anna.asks("join lobby", "join: null")
    bert.asks("join lobby", "join: null")
    anna.asks("set color blue", "set: blue")
    anna.asks("session", 'session: {"seen":["connect","websocket"],'
                         '"room":"7","user":"anna","color":"blue"}')
    anna.asks("uid 7", "uid: null")
    bert.asks("online 7", "online: 1")
    bert.socket.send(1, b"to-uid 7 hello anna")
    anna.hears("hello anna")
    bert.hears("to-uid: null")
    bert.socket.send(1, b"group lobby to the lobby")
    for guest in anna, bert:
        guest.hears("to the lobby")
    bert.hears("group: null")
    carl.socket.send(1, b"group 7 to the room")
    for guest in anna, bert:
        guest.hears("to the room")
    carl.hears("group: null")
    bert.asks("count", "count: 3")
    carl.asks("\u4f60\u597d", "\u4f60\u597d: \u4f60\u597d")
    carl.asks("", ": ")
    carl.socket.send(2, b"\x00\xff")
    carl.socket.expect(text_frame(b"\x00\xff: \x00\xff"))
    bert.asks("leave lobby", "leave: null")
    anna.socket.send(1, b"bye goodbye")
    anna.hears("goodbye")
    anna.socket.expect_eof()
    stage.wait_closed(anna)
    bert.asks("online 7", "online: 0")
    bert.socket.send(8, b"\x03\xe8")
    stage.wait_closed(bert)
    for guest in anna, carl:
        guest.socket.expect_silence()
    stage.leaves(carl)
    return [stage.story(guest) for guest in (anna, bert, carl)]


def sets_color(guest):
    """A worker saves the session after its callback, so after the answer; by
    the next answer it has."""
    guest.asks("set color blue", "set: blue")
    guest.asks("saved", "saved: saved")


def wait_noticed(stage):
    """Returns when the gateway has handled what happened before."""
    peer = Peer(stage.cluster.gateways[0].inner_address,
                stage.cluster.secret_key)
    for _ in range(2):
        peer.fence()
    peer.close()


def losses(stage):
    """A worker is killed, comes back, and another one is added."""
    anna, bert = stage.guest(path="/?room=1"), stage.guest()
    sets_color(anna)
    bert.asks("hello", "hello: hello")
    first, second = stage.worker_of(anna), stage.worker_of(bert)
    if first["pid"] == second["pid"]:
        raise AssertionError("both clients have the same worker")
    with stage.workers.no_successors():  # that would have the client
        successor = stage.workers.kill(first["pid"])
        wait_noticed(stage)
        anna.asks("session", 'session: {"seen":["connect","websocket"],'
                             '"room":"1","user":null,"color":"blue"}')
        if stage.worker_of(anna)["worker"] == first["worker"]:
            raise AssertionError("the client did not move")
    stage.workers.wait_attached(stage.cluster.gateways,
                                [wait_until(successor, "a new worker"),
                                 second["pid"]])
    anna.asks("still here", "still: still here")
    if stage.worker_of(anna)["pid"] != second["pid"]:
        raise AssertionError("the client moved back")
    carl = stage.guest()
    if stage.worker_of(carl)["worker"] != first["worker"]:
        raise AssertionError("the new worker does not get the next client")
    added = Workers(stage.cluster.register_address, 1,
                    stage.cluster.secret_key, name="Added")
    try:
        added.wait_attached(stage.cluster.gateways)
        dora = stage.guest()
        dora.asks("here", "here: here")
        if len(added.of_client(dora.client_id)) < 2:
            raise AssertionError("the added worker does not get its client")
        dora.close()
        wait_until(lambda: added.of_client(dora.client_id)[-1]["event"]
                   == "close", "onClose at the added worker")
    finally:
        added.close()
    for guest in anna, bert, carl:
        stage.leaves(guest)
    return [stage.story(guest) for guest in (anna, bert, carl)]


def comes_back(stage):
    """The only worker is killed; nobody says anything until it is back."""
    anna = stage.guest(path="/?room=1")
    sets_color(anna)
    successor = stage.workers.kill(stage.worker_of(anna)["pid"])
    stage.workers.wait_attached(stage.cluster.gateways,
                                [wait_until(successor, "a new worker")])
    anna.asks("session", 'session: {"seen":["connect","websocket"],'
                         '"room":"1","user":null,"color":"blue"}')
    stage.leaves(anna)
    return [stage.story(anna)]


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class SameAsReference(unittest.TestCase):
    """Each scenario on both; the stories must be the same."""

    server = "gatewayworker"
    maxDiff = None

    def run_on(self, cluster, scenario, workers):
        stage = Stage(cluster, workers)
        try:
            return scenario(stage)
        finally:
            stage.close()

    def compare(self, scenario, workers=2, secret_key=""):
        want = self.run_on(ReferenceCluster(1, secret_key, workers=0),
                           scenario, workers)
        got = self.run_on(GatewaydCluster(1, secret_key), scenario, workers)
        self.assertTrue(want and all(want))
        self.assertEqual(got, want)

    def test_a_chat(self):
        self.compare(chat)

    def test_a_chat_with_a_secret_key(self):
        self.compare(chat, secret_key="s3cret")

    def test_workers_that_are_lost_and_added(self):
        self.compare(losses)

    def test_a_worker_that_comes_back(self):
        self.compare(comes_back, workers=1)


class Mixed:
    """A gatewayd and a PHP Gateway under one Register, as one cluster."""

    server = "gatewayworker"
    secret_key = "s3cret"

    def setUp(self):
        self.parts = []
        self.addCleanup(self.close_all)
        self.register_address, self.gateways = self.start()
        self.workers = self.keep(Workers(self.register_address, 2,
                                         self.secret_key))
        self.workers.wait_attached(self.gateways)

    def keep(self, part):
        self.parts.append(part)
        return part

    def close_all(self):
        for part in reversed(self.parts):
            part.close()

    def test_one_cluster(self):
        anna, bert = (self.keep(Guest(gateway, path="/?room=7"))
                      for gateway in self.gateways)
        anna.asks("uid u", "uid: null")
        bert.asks("online u", "online: 1")
        bert.asks("count", "count: 2")
        for speaker, other in ((anna, bert), (bert, anna)):
            speaker.socket.send(1, b"group 7 hello room")
            other.hears("hello room")
            speaker.hears("hello room")
            speaker.hears("group: null")
            speaker.socket.send(1, b"all hello all")
            other.hears("hello all")
            speaker.hears("hello all")
            speaker.hears("all: null")
        bert.socket.send(1, b"to-uid u hello anna")
        anna.hears("hello anna")
        bert.hears("to-uid: null")
        stories = []
        for guest in anna, bert:
            guest.close()
            wait_until(lambda g=guest: self.workers.of_client(
                g.client_id)[-1]["event"] == "close", "onClose")
            stories.append([e["event"] for e in
                            self.workers.of_client(guest.client_id)])
        for story in stories:
            self.assertEqual(story[:3],
                             ["connect", "websocket connect", "message"])
            self.assertEqual(story[-1], "close")


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class MixedUnderGatewayd(Mixed, unittest.TestCase):
    def start(self):
        gatewayd = self.keep(Gatewayd(secret_key=self.secret_key))
        php = self.keep(PhpParts(gatewayd.own_register, self.secret_key,
                                 gateways=1))
        return gatewayd.own_register, [gatewayd, *php.gateways]


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class MixedUnderReference(Mixed, unittest.TestCase):
    def start(self):
        php = self.keep(ReferenceCluster(1, self.secret_key, workers=0))
        gatewayd = self.keep(Gatewayd(php.register_address, self.secret_key))
        return php.register_address, [gatewayd, *php.gateways]
