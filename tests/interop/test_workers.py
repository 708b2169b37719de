"""gatewayd with and without workers, where it is no copy of the reference:
push mode, workers that do not keep up, messages that no frame can carry."""

import socket
import unittest

from harness.cluster import Gatewayd, GatewaydCluster
from harness.conversation import Hall
from harness.inner import (CMD_WORKER_CONNECT, HEAD, Frame, Peer, php_json,
                           register_addresses)
from harness.process import wait_until
from harness.websocket import WebSocket, client_frame, text_frame

CMD_ON_CONNECT, CMD_ON_MESSAGE, CMD_ON_CLOSE = 1, 3, 4
CMD_SEND_TO_ONE, CMD_SEND_TO_ALL = 5, 6
CMD_JOIN_GROUP, CMD_GET_CLIENT_COUNT_BY_GROUP = 20, 24


class WorkerCase(unittest.TestCase):
    options = ()

    def setUp(self):
        self.cluster = GatewaydCluster(1, options=self.options)
        self.addCleanup(self.cluster.close)
        self.gateway = self.cluster.gateways[0]
        self.hall = Hall(self.gateway)
        self.addCleanup(self.hall.leave)

    def worker(self, name):
        body = php_json({"worker_key": f"{name}:0", "secret_key": ""})
        self.hall.step({"worker": name, "do": "connect"})
        frame = Frame(CMD_WORKER_CONNECT, body=body)
        self.hall.step({"worker": name, "do": "send",
                        "frames": [frame.encode().hex()]})

    def client(self, greeting=False):
        client = WebSocket(self.gateway.websocket_port, greeting=greeting)
        self.addCleanup(client.close)
        return client

    def hears(self, name, count):
        """The next frames for a worker, as (cmd, body)."""
        items = []

        def there():
            items.extend(self.hall.parties[name].take() or ())
            return len(items) >= count

        wait_until(there, f"{count} events at {name}")
        self.assertEqual(len(items), count)
        return [(item["cmd"], item["body"]) for item in items]

    def log_has(self, text):
        wait_until(lambda: text in self.gateway.process.log, text)


class Push(WorkerCase):
    """The default: clients stay when no worker is there."""

    def test_a_client_is_introduced_to_a_worker_that_comes_later(self):
        client = self.client(greeting=True)
        silent = self.client(greeting=True)
        client.send(1, b"nobody hears this")
        client.send(9, b"fence")
        client.expect(b"\x8a\x05fence")
        self.worker("V")
        self.log_has("no worker was there: 1 messages of clients dropped, "
                     "2 handshakes and 0 closes told to nobody")
        client.send(1, b"this is heard")
        self.assertEqual(self.hears("V", 2), [
            (CMD_ON_CONNECT, ""), (CMD_ON_MESSAGE, "this is heard")])
        silent.close()
        client.close()
        self.assertEqual(self.hears("V", 1), [(CMD_ON_CLOSE, "")])

    def test_served_clients_are_not_greeted(self):
        self.worker("V")
        client = self.client()
        client.send(9, b"x")
        client.expect(b"\x8a\x01x")

    def test_clients_outlive_their_worker(self):
        self.worker("V")
        client = self.client()
        self.hall.step({"worker": "V", "do": "close"})
        client.send(1, b"lost")
        client.send(9, b"x")
        client.expect(b"\x8a\x01x")
        self.worker("W")
        client.send(1, b"heard")
        self.assertEqual(self.hears("W", 1), [(CMD_ON_MESSAGE, "heard")])


class RandomRouter(WorkerCase):
    options = ("--router", "random")

    def test_every_worker_gets_clients(self):
        """The first would get them all, for it never has more than others."""
        self.worker("V")
        self.worker("W")

        def whose_client():
            WebSocket(self.gateway.websocket_port, greeting=False).close()
            told = []

            def is_gone():
                told.extend((name, event["cmd"])
                            for name, events in self.hall.take().items()
                            for event in events)
                return told and told[-1][1] == CMD_ON_CLOSE

            wait_until(is_gone, "its end")
            return told[-1][0]

        wait_until(lambda: whose_client() == "W", "a client of the second one")


class Order(WorkerCase):
    """A BusinessWorker tells on one connection and asks on another."""

    def worker_and_another(self):
        """Two connections to the inner port."""
        peers = []
        for _ in range(2):
            peers.append(Peer(self.gateway.inner_address))
            self.addCleanup(peers[-1].close)
        peers[0].send(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "V:0", "secret_key": ""})))
        return peers

    def test_small_pieces_of_a_worker_do_not_wait_for_each_other(self):
        """Its PHP need not have TCP_NODELAY."""
        client = self.client(greeting=True)
        number = int(client.client_id[12:], 16)
        worker, other = self.worker_and_another()
        for _ in range(50):  # the kernel puts acknowledgements into answers
            worker.fence()
        for _ in range(3):
            worker.send(Frame(CMD_SEND_TO_ONE, number, body=b"one"))
            worker.send(Frame(CMD_SEND_TO_ONE, number, body=b"two"))
            client.expect_text("one")
            other.send(Frame(CMD_SEND_TO_ONE, number, body=b"three"))
            client.expect_text("two")
            client.expect_text("three")

    def test_what_was_told_before_a_question_is_in_the_answer(self):
        client = self.client(greeting=True)
        worker, asker = self.worker_and_another()
        worker.fence()
        number = int(client.client_id[12:], 16)
        question = Frame(CMD_GET_CLIENT_COUNT_BY_GROUP, 0, b"room").encode()
        self.gateway.process.pause()
        try:
            # The asker's connection has something to read first.
            asker.socket.sendall(question[:5])
            worker.send(Frame(CMD_JOIN_GROUP, number, b"room"))
            asker.socket.sendall(question[5:])
        finally:
            self.gateway.process.resume()
        self.assertEqual(asker.reply(), b"i:1;")


class Slow(WorkerCase):
    options = ("--send-to-worker-buffer-size", "100000")

    def flood(self, client):
        """What it says is more than its worker takes, and the kernel."""
        client.socket.setblocking(True)
        for _ in range(300):
            client.socket.sendall(client_frame(1, b"x" * 60000))
        client.socket.setblocking(False)
        client.send(9, b"x")
        client.expect(b"\x8a\x01x")

    def test_a_worker_that_does_not_read_stops_nobody(self):
        self.worker("V")
        slow = self.client()
        self.worker("W")
        quick = self.client()
        self.assertEqual([cmd for cmd, _ in self.hears("W", 2)], [1, 205])
        self.flood(slow)
        quick.send(1, b"hello")
        self.assertEqual(self.hears("W", 1), [(CMD_ON_MESSAGE, "hello")])
        self.log_has("worker 127.0.0.1:V:0: does not keep up")

        def caught_up():
            self.hall.parties["V"].take()
            slow.send(1, b"again")
            items = self.hall.parties["V"].take() or [{}]
            return items[-1].get("body") == "again"

        wait_until(caught_up, "an event after the worker has read")

    def test_who_comes_meanwhile_is_greeted_and_introduced_later(self):
        self.worker("V")
        slow = self.client()
        self.hears("V", 2)
        self.flood(slow)
        client = self.client(greeting=True)
        told = []

        def heard():
            client.send(1, b"hello")
            told.extend((item["cmd"], item["body"])
                        for item in self.hall.parties["V"].take() or ()
                        if not item["body"].startswith("x"))
            return len(told) >= 2

        wait_until(heard, "an event after the worker has read")
        self.assertEqual(told[:2],
                         [(CMD_ON_CONNECT, ""), (CMD_ON_MESSAGE, "hello")])


class Named(WorkerCase):
    options = ("--lan-ip", "localhost")

    def setUp(self):
        self.gateway = Gatewayd(options=self.options)
        self.addCleanup(self.gateway.close)

    def test_a_worker_is_told_that_it_cannot_look_up_a_name(self):
        inner = wait_until(lambda: register_addresses(
            self.gateway.own_register), "an announcement")[0]
        self.assertTrue(inner.startswith("localhost:"))
        worker = Peer(inner)
        self.addCleanup(worker.close)
        worker.send(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "V:0", "secret_key": ""})))
        self.log_has("V:0: finds no single client here")


class Big(WorkerCase):
    options = ("--max-package-size", "20000000")

    def test_what_no_frame_can_carry_ends_the_client_and_not_the_worker(self):
        self.worker("V")
        client, other = self.client(), self.client()
        self.hears("V", 4)
        client.socket.setblocking(True)
        fits = 10 * 1024 * 1024 - HEAD.size
        for size in fits, fits + 1:
            client.socket.sendall(client_frame(2, bytes(size)))
        client.socket.setblocking(False)
        events = self.hears("V", 2)
        self.assertEqual([(cmd, len(body)) for cmd, body in events],
                         [(CMD_ON_MESSAGE, fits), (CMD_ON_CLOSE, 0)])
        wait_until(lambda: client.read() is not None and client.eof, "an end")
        self.log_has("more than a worker takes")
        other.send(1, b"hello")
        self.assertEqual(self.hears("V", 1), [(CMD_ON_MESSAGE, "hello")])


class Counted(WorkerCase):
    def test_an_older_connection_with_the_same_key_is_closed(self):
        self.worker("V")
        first = self.hall.parties.pop("V")
        self.worker("V")
        wait_until(lambda: first.take() == [{"eof": True}], "the end")
        first.close()
        self.log_has("is here twice")

    def test_what_the_older_connection_had_sent_is_carried_out(self):
        """A process that has ended, and its successor before all is read."""
        self.worker("V")
        client = self.client()
        first = self.hall.parties["V"]
        messages = [b"%d " % number + b"x" * 1000 for number in range(500)]
        second = Peer(self.gateway.inner_address)
        self.addCleanup(second.close)
        self.gateway.process.pause()
        try:
            first.send(b"".join(
                Frame(CMD_SEND_TO_ALL, body=message).encode()
                for message in messages))
            first.socket.shutdown(socket.SHUT_WR)
            second.send(Frame(CMD_WORKER_CONNECT, body=php_json(
                {"worker_key": "V:0", "secret_key": ""})))
        finally:
            self.gateway.process.resume()
        client.expect(b"".join(map(text_frame, messages)))
        self.log_has("is here twice")
        peer = Peer(self.gateway.inner_address)
        self.addCleanup(peer.close)
        self.assertEqual(peer.fence(), b"i:0;")
