"""Every recorded call replayed against gatewayd: the same frames in give the
same replies and the same bytes at the clients.

A recorded connection_id is 1 or 2; gatewayd's are random. Ids are replaced by
gatewayd's in what is sent, and back in what is received.
"""

import json
import socket
import unittest

from harness import inner, serialize
from harness.cluster import GatewaydCluster
from harness.inner import Peer
from harness.vectors import check_client, read_vectors
from harness.websocket import WebSocket

ID_COMMANDS = {inner.CMD_SEND_TO_ALL: ("connections", "exclude"),
               inner.CMD_SEND_TO_GROUP: ("exclude",),
               inner.CMD_SELECT: ("connection_id",)}


class Ids:
    """The recorded and the real ids of one gateway's connections."""

    def __init__(self):
        self.real = {}
        self.recorded = {}

    def add(self, recorded, client_id):
        real = int(client_id[12:], 16)
        self.real[recorded] = real
        self.recorded[real] = recorded

    def frame(self, frame):
        """The recorded frame, meant for gatewayd's ids."""
        frame.connection_id = self.real.get(frame.connection_id,
                                            frame.connection_id)
        members = ID_COMMANDS.get(frame.cmd, ())
        if frame.ext and members:
            ext = json.loads(frame.ext)
            self._replace(ext, members)
            frame.ext = inner.php_json(ext)
        return frame

    def _replace(self, ext, members):
        for holder in (ext, ext.get("where")):
            for name in members:
                if isinstance(holder, dict) and holder.get(name):
                    ids = (self.real.get(int(i), int(i)) for i in holder[name])
                    holder[name] = {str(i): i for i in ids}

    def reply(self, value):
        """A reply in which gatewayd's ids are the recorded ones again."""
        if isinstance(value, serialize.PhpArray):
            return serialize.PhpArray(
                (self.reply(key), self.reply(item)) for key, item in value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.recorded.get(value, value)
        return value


class Stage:
    """Two gatewayds with three clients, as when the vectors were recorded."""

    def __init__(self, name, secret_key=""):
        lines = read_vectors(name)
        self.client_ids = lines[0]["client_ids"]
        self.calls = lines[1:]
        self.cluster = GatewaydCluster(2, secret_key)
        self.gateway_of = {"A": 0, "B": 0, "C": 1}
        self.clients = {}
        self.ids = [Ids(), Ids()]
        for letter, gateway in self.gateway_of.items():
            client = self.cluster.connect(gateway, path="/?room=7")
            self.clients[letter] = client
            self.ids[gateway].add(int(self.client_ids[letter][12:], 16),
                                  client.client_id)

    def gateway_at(self, recorded_address):
        """The recorded port is the one in a recorded client_id."""
        port = recorded_address.split(":")[1]
        for letter, client_id in self.client_ids.items():
            if int(client_id[8:12], 16) == int(port):
                return self.gateway_of[letter]
        raise ValueError(recorded_address)

    def replay(self, call):
        """Sends what the recorded client sent. A connection's commands are
        handled in order, so a last cheap query tells that all are done."""
        faults = []
        for wire in call.get("wire", ()):
            index = self.gateway_at(wire["to"])
            gateway, ids = self.cluster.gateways[index], self.ids[index]
            peer = Peer(gateway.inner_address)
            frames = inner.parse_all(bytes.fromhex(wire["send"]))
            peer.send(*map(ids.frame, frames))
            want = bytes.fromhex(wire.get("recv", ""))
            if want:
                reply = serialize.loads(peer.reply())
                got = serialize.dumps(ids.reply(reply))
                if got != want[4:]:
                    faults.append(f"reply {got!r}, recorded {want[4:]!r}")
            if peer.fence() != b"i:0;":
                faults.append("no reply to a query after the command")
            peer.close()
        return faults + self.check_clients(call.get("clients_receive", {}))

    def check_clients(self, expected):
        faults = []
        for letter, client in self.clients.items():
            try:
                check_client(client, expected.get(letter, ""))
            except AssertionError as fault:
                faults.append(f"client {letter}: {fault}")
        return faults

    def close(self):
        for client in self.clients.values():
            client.close()
        self.cluster.close()


class Replay:
    """Lines act on the state that the lines before left, so a file is one
    run; its failures are told apart by the line."""

    stage = None

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(cls.vectors, cls.secret_key)

    @classmethod
    def tearDownClass(cls):
        if cls.stage:
            cls.stage.close()


def add_lines(cls):
    """One test per recorded line, run in the order of the lines."""
    for number, call in enumerate(read_vectors(cls.vectors)[1:], 2):
        def test(self, call=call):
            faults = self.stage.replay(call)
            if faults:
                self.fail("\n".join([call["call"], *faults]))

        setattr(cls, f"test_line_{number:03}", test)
    return cls


@add_lines
class Calls(Replay, unittest.TestCase):
    vectors = "calls.jsonl"
    secret_key = ""


@add_lines
class CallsWithSecretKey(Replay, unittest.TestCase):
    vectors = "calls-secret-key.jsonl"
    secret_key = "s3cret"


class WorkerEvents(unittest.TestCase):
    """What the browser's side of that recording shows."""

    @classmethod
    def setUpClass(cls):
        cls.lines = read_vectors("worker-events.jsonl")
        cls.cluster = GatewaydCluster(1)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def recorded(self, name):
        return next(line[name] for line in self.lines if name in line)

    def connect(self):
        headers = ["Origin: http://example.com", "Cookie: k=v; s=a%20b",
                   "User-Agent: probe", "X-Forwarded-For: 1.2.3.4",
                   "Sec-WebSocket-Protocol: chat"]
        return WebSocket(self.cluster.gateways[0].websocket_port,
                         path="/chat?room=7&a[]=1&a[]=2&x=%E4%BD%A0",
                         headers=headers)

    def test_handshake_response(self):
        client = self.connect()
        self.addCleanup(client.close)
        self.assertEqual(client.response.decode(),
                         self.recorded("handshake_response"))

    def test_ping_is_answered(self):
        client = self.connect()
        self.addCleanup(client.close)
        client.send(9, b"pp")
        client.expect(bytes.fromhex(self.recorded("ping_reply")))

    def test_close_is_answered(self):
        client = self.connect()
        self.addCleanup(client.close)
        client.send(8, b"\x03\xe8")
        client.expect(bytes.fromhex(self.recorded("close_reply")))
        client.expect_eof()

    def test_messages_without_a_worker_are_dropped(self):
        client = self.connect()
        self.addCleanup(client.close)
        client.send(1, b"hello")
        client.send(2, b"\x00\xff")
        client.send(9, b"after")
        client.expect(b"\x8a\x05after")

    def test_register_lists_the_gateway(self):
        request = bytes(self.recorded("register_request"), "ascii")
        host, port = inner.split_address(self.cluster.register_address)
        with socket.create_connection((host, port), 5) as sock:
            sock.sendall(request)
            line = sock.makefile("rb").readline()
        want = self.recorded("register_reply").replace(
            '["127.0.0.1:2950","127.0.0.1:2900"]',
            json.dumps([self.cluster.gateways[0].inner_address]))
        self.assertEqual(line.decode(), want)
