"""Conversations of a gateway with its workers and clients, recorded from the
reference and replayed: the steps, and what each party received after each.

A step is what one party does:

    {"worker": "V", "do": "connect"}                a connection to the inner port
    {"worker": "V", "do": "send", "frames": [HEX]}
    {"client": "A", "do": "connect"}                TCP, no handshake yet
    {"client": "A", "do": "send", "bytes": HEX}
    {"client": "A", "do": "close"}                  or of a worker

and `then` what came of it, by party: a client's {"bytes": HEX, "eof": true}, a
worker's list of {"frame": HEX, ...}, {"reply": TEXT} and {"eof": true}.

Each run has its own ports and connection_ids. A frame's header fields and the
ports in an upgrade's body are compared after recorded ones are replaced.
"""

import json
import socket
import struct
import time

from . import serialize
from .inner import HEAD, Frame, Peer, php_json, split_address
from .process import wait_until

CMD_ON_WEBSOCKET_CONNECT = 205


class Party:
    """One connection to the gateway; keeps all that comes."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), 10)
        self.port = self.socket.getsockname()[1]
        self.socket.setblocking(False)
        self.received = b""
        self.eof = False

    def read(self):
        try:
            while not self.eof:
                data = self.socket.recv(1 << 20)
                self.eof = not data
                self.received += data
        except BlockingIOError:
            pass
        except ConnectionResetError:
            self.eof = True

    def send(self, data):
        self.socket.setblocking(True)
        self.socket.sendall(data)
        self.socket.setblocking(False)

    def close(self):
        self.socket.close()


class Client(Party):
    told_end = False

    def take(self):
        """What came since the last time, or None."""
        self.read()
        got = {}
        if self.received:
            got["bytes"] = self.received.hex()
            self.received = b""
        if self.eof and not self.told_end:
            got["eof"] = self.told_end = True
        return got or None


class Worker(Party):
    told_end = False

    def take(self):
        """Whole frames and replies. A reply's length is below a header's, as
        no question is asked here whose reply is longer."""
        self.read()
        items = []
        while len(self.received) >= 4:
            length = struct.unpack_from(">I", self.received)[0]
            is_reply = length < HEAD.size
            end = length + 4 if is_reply else length
            if len(self.received) < end:
                break
            data, self.received = self.received[:end], self.received[end:]
            items.append({"reply": data[4:].decode()} if is_reply
                         else describe(data))
        if self.eof and not self.told_end:
            self.told_end = True
            items.append({"eof": True})
        return items or None


def describe(data):
    frame, _ = Frame.parse(data)
    return {"frame": data.hex(), "cmd": frame.cmd, "flag": frame.flag,
            "body": frame.body.decode("utf-8", "replace")}


class Hall:
    """Where the parties meet: one gateway, and a connection that tells when
    the gateway has handled what was sent before."""

    def __init__(self, gateway, secret_key=""):
        self.gateway = gateway
        self.control = Peer(gateway.inner_address, secret_key)
        self.parties = {}

    @property
    def inner_port(self):
        return split_address(self.gateway.inner_address)[1]

    def step(self, step):
        """Does it, and returns when the gateway has."""
        name = step.get("client") or step.get("worker")
        getattr(self, step["do"])(name, step)
        for _ in range(2):  # twice: what the first turn sent is on its way
            if self.control.fence() != b"i:0;":
                raise AssertionError("the gateway does not answer any more")

    def connect(self, name, step):
        if "client" in step:
            party = Client("127.0.0.1", self.gateway.websocket_port)
        else:
            party = Worker(*split_address(self.gateway.inner_address))
        self.parties[name] = party

    def send(self, name, step):
        if "bytes" in step:
            data = bytes.fromhex(step["bytes"])
        else:
            data = bytes.fromhex("".join(step["frames"]))
        self.parties[name].send(data)

    def close(self, name, _step=None):
        self.parties.pop(name).close()

    def take(self):
        """What each party got since the last time."""
        taken = {name: party.take() for name, party in self.parties.items()}
        return {name: got for name, got in taken.items() if got}

    def leave(self):
        """Ends all, and returns when the gateway has noticed."""
        for name in list(self.parties):
            self.close(name)
        for _ in range(2):
            self.control.fence()
        self.control.close()


class Recorder(Hall):
    """Does the steps of a scenario and writes down what came of them."""

    def __init__(self, gateway, name, secret_key=""):
        super().__init__(gateway, secret_key)
        self.secret_key = secret_key
        self.steps = []
        self.record = {"conversation": name, "secret_key": secret_key,
                       "websocket_port": gateway.websocket_port,
                       "inner_port": self.inner_port, "clients": {},
                       "steps": self.steps}

    def do(self, **step):
        self.step(step)
        time.sleep(0.05)  # what is on its way to us arrives
        then = self.take()
        self.steps.append({**step, "then": then} if then else step)
        if "client" in step and step["do"] == "connect":
            self._note_client(step["client"], then)
        return then

    def _note_client(self, name, then):
        """Its port, and its id as a worker was told it."""
        client = {"port": self.parties[name].port}
        for items in then.values():
            for item in items if isinstance(items, list) else ():
                if "frame" in item:
                    frame, _ = Frame.parse(bytes.fromhex(item["frame"]))
                    client["connection_id"] = frame.connection_id
        self.record["clients"][name] = client

    def id_of(self, name):
        return self.record["clients"][name]["connection_id"]


class Replay(Hall):
    """Does recorded steps and compares."""

    def __init__(self, gateway, record):
        super().__init__(gateway, record["secret_key"])
        self.record = record
        self.ids = {}    # recorded connection_id: this run's
        self.ports = {}  # recorded port of a client: this run's

    def run(self):
        for number, step in enumerate(self.record["steps"], 1):
            try:
                self.step(self.translated(step))
                self.check(step)
            except AssertionError as fault:
                doing = {k: v for k, v in step.items() if k != "then"}
                raise AssertionError(f"step {number}, {doing}: {fault}") \
                    from None

    def connect(self, name, step):
        super().connect(name, step)
        if "client" in step:
            recorded = self.record["clients"][name]["port"]
            self.ports[recorded] = self.parties[name].port

    def translated(self, step):
        """The step with this run's connection_ids."""
        if "frames" not in step:
            return step
        frames = []
        for data in step["frames"]:
            frame, _ = Frame.parse(bytes.fromhex(data))
            frame.connection_id = self.ids.get(frame.connection_id,
                                               frame.connection_id)
            if frame.ext.startswith(b'{"group"'):
                ext = json.loads(frame.ext)
                ids = (self.ids.get(int(i), 0) for i in ext["exclude"])
                ext["exclude"] = {str(i): i for i in ids}
                frame.ext = php_json(ext)
            frames.append(frame.encode().hex())
        return {**step, "frames": frames}

    def check(self, step):
        """Waits for what was recorded; nothing else may come."""
        want = step.get("then", {})
        got = {}

        def all_there():
            for name, new in self.take().items():
                add(got, name, new)
            return all(size_of(got.get(name)) >= size_of(items)
                       for name, items in want.items())

        try:
            wait_until(all_there, "what was recorded")
        except AssertionError:
            pass  # the comparison tells more
        for name in sorted({*want, *got}):
            expected = self.expected(want.get(name), got.get(name))
            if expected != got.get(name):
                raise AssertionError(f"{name} got {got.get(name)}, "
                                     f"expected {expected}")

    def expected(self, want, got):
        """What a party should have got, in this run's numbers."""
        if not isinstance(want, list):
            return want
        pairs = zip(want, (got or []) + [{}] * len(want))
        return [self.expected_frame(item, found) if "frame" in item else item
                for item, found in pairs]

    def expected_frame(self, item, found):
        frame, _ = Frame.parse(bytes.fromhex(item["frame"]))
        recorded_port = frame.rest[3]
        if frame.connection_id not in self.ids and "frame" in found:
            other, _ = Frame.parse(bytes.fromhex(found["frame"]))
            self.ids[frame.connection_id] = other.connection_id
        port = self.ports.get(recorded_port, recorded_port)
        frame.connection_id = self.ids.get(frame.connection_id, 0)
        frame.rest = (frame.rest[0], self.inner_port, frame.rest[2], port,
                      self.gateway.websocket_port)
        if frame.cmd == CMD_ON_WEBSOCKET_CONNECT:
            frame.body = self.expected_upgrade(frame.body, port)
        return describe(frame.encode())

    def expected_upgrade(self, body, port):
        told = dict(serialize.loads(body))
        server = serialize.PhpArray(
            (key, {b"REMOTE_PORT": port,
                   b"SERVER_PORT": self.gateway.websocket_port}.get(key, value))
            for key, value in told[b"server"])
        told[b"server"] = server
        return serialize.dumps(serialize.PhpArray(told.items()))


def size_of(got):
    """How much a party got, so that one can wait for it."""
    if isinstance(got, dict):
        return len(got.get("bytes", "")) + got.get("eof", False)
    return len(got or ())


def add(got, name, new):
    if isinstance(new, list):
        got.setdefault(name, []).extend(new)
        return
    before = got.setdefault(name, {})
    for key, value in new.items():
        before[key] = before[key] + value if key in before else value
