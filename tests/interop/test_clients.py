"""What clients of every protocol get, who is let in, and when they are closed.
"""

import concurrent.futures
import json
import socket
import struct
import time
import unittest

from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, GatewaydCluster,
                             ReferenceCluster)
from harness.inner import (CMD_SEND_TO_ONE, CMD_WORKER_CONNECT, Frame, Peer,
                           php_json)
from harness.php import Php
from harness.process import PATIENCE, wait_until
from harness.websocket import Connection, WebSocket, text_frame

OPCODE_TEXT, OPCODE_PONG = 1, 10
CMD_ON_CONNECT, CMD_ON_MESSAGE, CMD_ON_WEBSOCKET_CONNECT = 1, 3, 205
PROXY_2 = b"\r\n\r\n\0\r\nQUIT\n"


def option(name, *values):
    return [word for value in values for word in (f"--{name}", str(value))]


class ClientTest(unittest.TestCase):
    server = "gatewayd"

    def start(self, *options):
        """A gateway with these options; `listen` ones are added to its first
        WebSocket listener."""
        self.cluster = GatewaydCluster(options=options)
        self.addCleanup(self.cluster.close)
        self.gateway = self.cluster.gateways[0]
        return self.gateway

    def start_php(self):
        self.php = Php(True, self.cluster)
        self.addCleanup(self.php.close)

    def call(self, code, **variables):
        result = self.php.call(code, **variables)
        self.assertFalse(result.throws or result.warnings, result)
        return result.value

    def connect(self, scheme="websocket", index=0, **options):
        """A client, without a look at the greeting."""
        port = self.gateway.ports_of(scheme)[index]
        if scheme == "websocket":
            client = WebSocket(port, greeting=False, **options)
        else:
            client = Connection(port, **options)
        self.addCleanup(client.close)
        return client

    def status(self, **options):
        """The status that a handshake gets."""
        return int(self.connect(**options).response.split()[1])


# ---- protocols --------------------------------------------------------------

def line(message):
    return message + b"\n"


def frame(message):
    return struct.pack(">I", len(message) + 4) + message


def as_it_is(message):
    return message


def binary(message):
    return b"\x82" + text_frame(message)[1:]


class Protocols(ClientTest):
    def setUp(self):
        self.start(*option("listen", "text://127.0.0.1:0",
                           "frame://127.0.0.1:0", "tcp://127.0.0.1:0",
                           "websocket://127.0.0.1:0 binary"),
                   *option("max-package-size", 1000))
        self.start_php()
        self.clients = [
            (self.connect("websocket"), text_frame),
            (self.connect("text"), line),
            (self.connect("frame"), frame),
            (self.connect("tcp"), as_it_is),
            (self.connect("websocket", 1), binary)]
        self.ids = [self.greeted(*pair) for pair in self.clients]

    def greeted(self, client, encode):
        """The client_id that the greeting tells."""
        length = len(encode(json.dumps(
            {"type": "init", "client_id": 20 * "0"},
            separators=(",", ":")).encode()))
        wait_until(lambda: len(client.read()) >= length, "a greeting")
        start = client.received.index(b"{")
        told = json.loads(client.received[start:client.received.index(b"}") + 1])
        client.expect(encode(client.received[start:][:len(json.dumps(
            told, separators=(",", ":")))]))
        return told["client_id"]

    def test_pushes_arrive_in_each_protocols_words(self):
        message = b'{"n":1}\r\nsecond line'
        self.call("Gateway::sendToAll($m)", m=message.decode())
        for (client, encode), client_id in zip(self.clients, self.ids):
            client.expect(encode(message))
            self.call("Gateway::sendToClient($id, 'for you')", id=client_id)
            client.expect(encode(b"for you"))
            self.assertEqual(
                self.call("Gateway::isOnline($id)", id=client_id), 1)
        for (client, encode), client_id in zip(self.clients, self.ids):
            self.call("Gateway::closeClient($id, 'bye')", id=client_id)
            client.expect(encode(b"bye"))
            client.expect_eof()
        self.assertEqual(self.call("Gateway::getAllClientIdCount()"), 0)

    def test_messages_reach_a_worker_without_their_framing(self):
        worker = Peer(self.gateway.inner_address)
        self.addCleanup(worker.close)
        worker.send(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "Test:0", "secret_key": ""})))
        worker.fence()
        _, text, frames, tcp, _ = (client for client, _ in self.clients)
        text.socket.sendall(b"one\r\ntwo")
        text.socket.sendall(b"\n")
        frames.socket.sendall(frame(b"three") + frame(b"four")[:5])
        frames.socket.sendall(frame(b"four")[5:])
        tcp.socket.sendall(b"five\r\n")
        got = []
        while len(got) < 5:
            told = read_frame(worker)
            if told.cmd == CMD_ON_MESSAGE:
                got.append(told.body)
        self.assertEqual(sorted(got), sorted(
            [b"one", b"two", b"three", b"four", b"five\r\n"]))

    def test_what_is_no_message_closes(self):
        for (client, _), bad in zip(self.clients[1:3],
                                    (b"x" * 1000, b"\0\0\0\3")):
            client.socket.sendall(bad)
            client.expect_eof()
        wait_until(lambda: self.call("Gateway::getAllClientIdCount()") == 3,
                   "two clients less")


def read_frame(worker):
    head = worker.file.read(28)
    length = struct.unpack(">I", head[:4])[0]
    return Frame.parse(head + worker.file.read(length - 28))[0]


# ---- who is let in ----------------------------------------------------------

class Handshakes(ClientTest):
    def test_a_subprotocol_is_chosen_by_the_client(self):
        self.start(*option("websocket-protocols", "chat", "push"))
        header = "Sec-WebSocket-Protocol: "
        client = self.connect(headers=[header + "x, push, chat"])
        self.assertIn(b"\r\n" + header.encode() + b"push\r\n",
                      client.response)
        client = self.connect(headers=[header + "x"])
        self.assertNotIn(header.encode(), client.response)

    def test_other_pages_are_refused(self):
        self.start(*option("allowed-origins", "https://example.com",
                           "https://*.example.org", "file://"))

        def status(origin):
            return self.status(headers=[f"Origin: {origin}"])

        self.assertEqual(status("https://example.com"), 101)
        self.assertEqual(status("https://EXAMPLE.com:443"), 101)
        self.assertEqual(status("https://a.b.example.org"), 101)
        self.assertEqual(status("http://example.com"), 403)
        self.assertEqual(status("https://example.org"), 403)
        self.assertEqual(status("https://example.com.evil.net"), 403)
        self.assertEqual(status("file://"), 101)
        self.assertEqual(status("null"), 403)
        self.assertEqual(self.status(), 101)  # no browser


class Proxies(ClientTest):
    """A worker is told where each client is."""

    def begin(self, *options):
        self.start(*option("listen", "text://127.0.0.1:0 proxy_protocol",
                           "websocket://127.0.0.1:0 proxy_protocol"),
                   *options)
        self.worker = Peer(self.gateway.inner_address)
        self.addCleanup(self.worker.close)
        self.worker.send(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "Test:0", "secret_key": ""})))
        self.worker.fence()

    def told(self, cmd):
        """Address and port of the client in the next such frame."""
        while True:
            got = read_frame(self.worker)
            if got.cmd == cmd:
                ip, port = got.rest[2:4]
                return socket.inet_ntoa(struct.pack(">I", ip)), port, got.body

    def test_x_forwarded_for_of_a_trusted_proxy(self):
        self.begin(*option("trusted-proxies", "127.0.0.1", "10.0.0.0/8"))
        client = self.connect(headers=[
            "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.1.1"])
        self.assertEqual(self.told(CMD_ON_CONNECT)[0], "127.0.0.1")
        ip, port, body = self.told(CMD_ON_WEBSOCKET_CONNECT)
        self.assertEqual((ip, port),
                         ("203.0.113.9", client.socket.getsockname()[1]))
        self.connect(headers=["X-Forwarded-For: 203.0.113.9"],
                     source="127.0.0.2")
        self.assertEqual(self.told(CMD_ON_WEBSOCKET_CONNECT)[0], "127.0.0.2")

    def test_proxy_protocol(self):
        self.begin()
        version_2 = PROXY_2 + b"\x21\x11\0\x0f" + socket.inet_aton(
            "203.0.113.8") + bytes(4) + struct.pack(">HH", 777, 80) + b"\4\0\0"
        text = self.connect(
            "text", first=b"PROXY TCP4 203.0.113.7 1.1.1.1 999 80\r\nhello\n")
        self.assertEqual(self.told(CMD_ON_CONNECT)[:2], ("203.0.113.7", 999))
        self.assertEqual(self.told(CMD_ON_MESSAGE)[2], b"hello")
        self.connect("text", first=version_2 + b"hello\n")
        self.assertEqual(self.told(CMD_ON_CONNECT)[:2], ("203.0.113.8", 777))
        self.connect("websocket", 1, first=version_2)
        self.assertEqual(self.told(CMD_ON_WEBSOCKET_CONNECT)[:2],
                         ("203.0.113.8", 777))
        local = self.connect("text", first=PROXY_2 + b"\x20\0\0\0")
        self.assertEqual(self.told(CMD_ON_CONNECT)[:2],
                         ("127.0.0.1", local.socket.getsockname()[1]))
        text.expect_silence()
        for bad in (b"hello\n", b"GET / HTTP/1.1\r\n"):
            self.connect("text", first=bad).expect_eof()

    def test_only_trusted_proxies_may_send_a_header(self):
        self.begin(*option("trusted-proxies", "127.0.0.2"))
        header = b"PROXY TCP4 203.0.113.7 1.1.1.1 999 80\r\n"
        self.connect("text", first=header).expect_eof()
        self.connect("text", first=header, source="127.0.0.2")
        self.assertEqual(self.told(CMD_ON_CONNECT)[:2], ("203.0.113.7", 999))


class Limits(ClientTest):
    def test_max_connections(self):
        self.start(*option("max-connections", 2),
                   *option("listen", "text://127.0.0.1:0"))
        first, _ = self.connect(), self.connect("text")
        self.assertEqual(self.status(), 503)
        self.connect("text").expect_eof()
        first.close()
        wait_until(lambda: self.status() == 101, "room for another")

    def test_max_connections_per_ip(self):
        self.start(*option("max-connections-per-ip", 2),
                   *option("listen", "text://127.0.0.1:0"))
        for _ in range(2):
            self.assertEqual(self.status(), 101)
        self.assertEqual(self.status(), 429)
        self.connect("text").expect_eof()
        self.assertEqual(self.status(source="127.0.0.9"), 101)

    def test_behind_a_proxy_each_address_counts(self):
        self.start(*option("max-connections-per-ip", 1),
                   *option("trusted-proxies", "127.0.0.1"))

        def status(address):
            return self.status(headers=[f"X-Forwarded-For: {address}"])

        self.assertEqual(status("203.0.113.1"), 101)
        self.assertEqual(status("203.0.113.2"), 101)
        self.assertEqual(status("203.0.113.1"), 429)
        self.assertEqual(status("2001:db8::1"), 101)
        self.assertEqual(status("2001:db8::2"), 429)

    def test_a_full_client_is_closed_or_loses_messages(self):
        for policy in ("drop", "close"):
            with self.subTest(policy):
                self.start(*option("send-to-client-full", policy),
                           *option("send-to-client-buffer-size", 100000))
                self.start_php()
                client = self.cluster.connect()
                self.addCleanup(client.close)
                # Nobody reads: more than the kernel takes for it.
                for _ in range(20):
                    self.call("Gateway::sendToAll(str_repeat('x', 1000000))")
                self.call("Gateway::flush()")
                online = self.call("Gateway::isOnline($id)",
                                   id=client.client_id)
                self.assertEqual(online, int(policy == "drop"))
                if policy == "close":
                    wait_until(lambda c=client: c.read() and c.eof, "its end")


    def test_who_reads_is_not_full(self):
        """However much comes for it in one piece."""
        for policy in ("drop", "close"):
            with self.subTest(policy):
                self.start(*option("send-to-client-full", policy),
                           *option("send-to-client-buffer-size", 1000))
                client = self.cluster.connect()
                self.addCleanup(client.close)
                peer = Peer(self.gateway.inner_address)
                self.addCleanup(peer.close)
                number = int(client.client_id[12:], 16)
                texts = [str(i).zfill(1500) for i in range(20)]
                peer.send(*[Frame(CMD_SEND_TO_ONE, number, b"", text.encode())
                            for text in texts])
                for text in texts:
                    client.expect_text(text)


class Times(ClientTest):
    long = True
    limit = 8  # in which a client does its part, on a busy machine, too

    def test_close_unbound_after(self):
        self.start(*option("close-unbound-after", self.limit))
        self.start_php()
        bound, unbound = self.cluster.connect(), self.cluster.connect()
        self.addCleanup(bound.close)
        self.addCleanup(unbound.close)
        self.call("Gateway::bindUid($id, 7)", id=bound.client_id)
        unbound.expect(b"\x88\x02\x03\xf0", 3 * PATIENCE)
        unbound.expect_eof()
        self.call("Gateway::sendToUid(7, 'here')")
        bound.expect_text("here")

    def test_websocket_ping(self):
        self.start(*option("websocket-ping", self.limit))
        alive, silent = self.cluster.connect(), self.cluster.connect()
        self.addCleanup(alive.close)
        self.addCleanup(silent.close)
        for _ in range(2):
            alive.expect(b"\x89\0", 3 * PATIENCE)
            alive.send(OPCODE_PONG, b"")
        silent.expect(b"\x89\0")
        silent.expect_eof(3 * PATIENCE)
        self.assertFalse(alive.eof)

    def test_handshake_timeout(self):
        self.start(*option("handshake-timeout", 1))
        port = self.gateway.websocket_port
        client = Connection(port, b"GET / HTTP/1.1\r\n")
        self.addCleanup(client.close)
        client.expect_eof()


# ---- heartbeat --------------------------------------------------------------

# ping_interval, ping_not_response_limit, ping_data; the ticks after which the
# client says something; at which tick it got "p", or was closed ("x").
# Recorded from the PHP GatewayWorker.
HEARTBEATS = {
    "no limit": (1, 0, "p", (3,), 6,
                 [(2, "p"), (3, "p"), (5, "p"), (6, "p")]),
    "a limit": (2, 2, "p", (4,), 11,
                [(3, "p"), (7, "p"), (9, "p"), (10, "x")]),
    "no data": (2, 1, "", (2,), 7, [(6, "x")]),
}


def heartbeat_options(interval, limit, data):
    return [*option("ping-interval", interval),
            *option("ping-not-response-limit", limit),
            *option("ping-data", data)]


ATTEMPTS = 5  # a busy machine makes an event late by a whole tick


class Timeline:
    """What happens to a client that connects half-way between two ticks. Its
    events are told in ticks, so that when exactly they come does not count."""

    def __init__(self, cluster, interval, limit, says_after, ticks):
        self.cluster = cluster
        self.tick = interval / 2 if limit else interval
        self.says = list(says_after)
        self.ticks = ticks

    def phase(self):
        """When a tick was: at one a first client was pinged, or closed."""
        with self.cluster.connect() as probe:
            wait_until(lambda: probe.read() or probe.eof, "a heartbeat",
                       10 * self.tick + 10)
            return time.monotonic()

    def wait_for_half_tick(self):
        passed = (time.monotonic() - self.phase()) % self.tick
        time.sleep((0.5 * self.tick - passed) % self.tick)

    def run(self):
        self.wait_for_half_tick()
        with self.cluster.connect() as client:
            return list(self.events(client, time.monotonic()))

    def events(self, client, start):
        """Pairs of a tick's number and what it brought."""
        end = start + self.ticks * self.tick
        while time.monotonic() < end:
            now = (time.monotonic() - start) / self.tick
            number = round(now + 0.5)
            if self.says and now >= self.says[0]:
                client.send(OPCODE_TEXT, b"I am here")
                self.says.pop(0)
            if client.read():
                client.expect_text("p")
                yield number, "p"
            if client.eof:
                yield number, "x"
                return
            time.sleep(0.01)


class Heartbeat(unittest.TestCase):
    """All scenarios at once: most of the time is spent waiting."""

    server = "gatewayd"
    alone = True

    def make_cluster(self, options):
        return GatewaydCluster(options=options)

    def observe(self, interval, limit, data, says_after, ticks, wanted):
        options = heartbeat_options(interval, limit, data)
        with self.make_cluster(options) as cluster:
            for _ in range(ATTEMPTS):
                seen = Timeline(cluster, interval, limit, says_after,
                                ticks).run()
                if seen == wanted:
                    break
            return seen

    def test_timelines(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            seen = {name: pool.submit(self.observe, *scenario)
                    for name, scenario in HEARTBEATS.items()}
        for name, scenario in HEARTBEATS.items():
            with self.subTest(name):
                self.assertEqual(seen[name].result(), scenario[-1])


@unittest.skipUnless(REFERENCE, WHY_NO_REFERENCE)
class ReferenceHeartbeat(Heartbeat):
    server = "gatewayworker"

    def make_cluster(self, options):
        return ReferenceCluster(options=options)
