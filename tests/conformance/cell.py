"""One class and one kind of server: runs sequences, says what came of them.

The outcome of an operation is a dict; members without content are left out:

    returns   serialized          throws   [class, message]
    notes     [[level, text]...]  echoes   text
    session   $_SESSION, serialized
    asked     [a subclass's own method, its arguments...]
    wire      gateway -> frames that the class sent, authorisation left out
    worker    gateway -> frames that went over a worker's connections
    register  what the Register was asked, where the list is not kept
    received  client -> bytes     closed   [client...]
    groups    before getAllGroup...: who is in which group, with which uid

Bytes are as values.of_bytes makes them; client_ids, addresses and connection
numbers are replaced by the names that the sequence gives them.
"""

import base64
import json
import re
import socket
import subprocess
import time

from harness import serialize
from harness.cluster import REFERENCE, make_cluster
from harness.inner import (CMD_IS_ONLINE, CMD_SELECT, CMD_SEND_TO_ALL, Frame,
                           Peer, php_json, split_address)
from harness.php import php_command, php_environment
from harness.process import PATIENCE, ROOT
from harness.websocket import KEY, text_frame

from . import values
from .names import Names, hosts
from .proxy import Loop, Proxy, Register, ServerDied, listing, settle

DRIVER = ROOT / "tests/conformance/driver.php"
SECRET_KEY = "k/ü'y"
GHOST = 0xFFFFFFF0
# Their frames may reach clients; a sentinel behind them ends the reading.
SENDING = {5, 6, 7, 8, 14, 22}
CLOSING = {7, 8}
CMD_GROUP_IDS, CMD_COUNT = 26, 24
TRACE = re.compile(r" in /\S+:\d+\nStack trace:\n.*", re.DOTALL)
FIELDS = php_json({"fields": ["uid", "groups", "session"], "where": []})


class Client:
    """A browser. `received` is what came since the last sentinel."""

    def __init__(self, loop, port):
        self.loop = loop
        self.received = b""
        self.eof = False
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall((
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        self.client_id = self._greeting()
        loop.add(self.socket, self.read)

    def _greeting(self):
        """The answer to the handshake, then a message with our client_id."""
        found = None
        while not found:
            data = self.socket.recv(65536)
            if not data:
                raise ServerDied("a gateway closed instead of a greeting")
            self.received += data
            found = re.search(rb'"client_id":"([0-9a-f]{20})"}$',
                              self.received)
        self.received = b""
        return found[1].decode()

    def read(self):
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        self.received += data
        if not data:
            self.eof = True
            self.loop.remove(self.socket)

    def take(self, sentinel):
        data, self.received = self.received, b""
        return data.removesuffix(sentinel)

    def close(self):
        if not self.eof:
            self.loop.remove(self.socket)
            self.eof = True


def messages(data):
    """The messages of text frames as a gateway makes them; bytes that are
    none, as a raw message may be, stay as they are."""
    found, at = [], 0
    while at < len(data):
        length, head = 0, data[at + 1:at + 2]
        start = at + {b"\x7e": 4, b"\x7f": 10}.get(head, 2)
        length = int.from_bytes(data[at + 2:start], "big") if start > at + 2 \
            else int.from_bytes(head, "big")
        message = data[start:start + length]
        end = start + length
        if data[at:end] != text_frame(message):
            return [*found, b"raw: " + data[at:]]
        found.append(message)
        at = end
    return found


class Driver:
    """The PHP process with the class."""

    def __init__(self, native):
        listener = socket.create_server(("127.0.0.1", 0))
        command = [*php_command(native), DRIVER,
                   "127.0.0.1:%d" % listener.getsockname()[1]]
        if not native:
            command.append(REFERENCE)
        self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                      env=php_environment(native))
        listener.settimeout(3 * PATIENCE)
        self.socket, _ = listener.accept()
        listener.close()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def read(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise AssertionError(f"php ended with {self.popen.wait()}")
        self.received += data

    def ask(self, loop, request):
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        loop.until(lambda: self.received.endswith(b"\n"), "PHP's answer")
        line, self.received = self.received, b""
        return json.loads(line)

    def close(self):
        self.socket.close()
        try:
            self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class Site:
    """A cluster with proxies, a Register that lists them, and some that are
    broken. Cells of both classes take turns on it."""

    def __init__(self, kind, count):
        self.kind = kind
        self.count = count
        self.key = SECRET_KEY if count > 1 else ""
        self.cluster = make_cluster(kind, count, self.key)
        self.loop = Loop()
        self.sentinels = 0
        addresses = [g.inner_address for g in self.cluster.gateways]
        self.proxies = [Proxy(self.loop, address, host) for address, host
                        in zip(addresses, hosts(count))]
        self.peers = [Peer(address, self.key) for address in addresses]
        for peer in self.peers:
            peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Bound, not listening: nobody else can take the port meanwhile.
        self.place = socket.socket()
        self.place.bind(("127.0.0.1", 0))
        self.dead = "127.0.0.1:%d" % self.place.getsockname()[1]
        lives = [proxy.address for proxy in self.proxies]
        self.registers = {
            name: Register(self.loop, line) for name, line in {
                "list": listing(lives), "object": listing(lives, "object"),
                "one dead": listing([*lives, self.dead]),
                "empty": listing([]), "garbage": b"no JSON\n",
                "closing": None}.items()}

    def register(self, name):
        """The address of a Register by its name; "refused" has none."""
        return self.dead if name == "refused" else self.registers[name].address

    def ask(self, index, cmd, **frame):
        peer = self.peers[index]
        peer.send(Frame(cmd, **frame))
        reply = peer.reply()
        if not reply:
            raise ServerDied(f"gateway {index} closed our connection")
        return serialize.loads(reply)

    def wait_gone(self, index, connection_id):
        deadline = time.monotonic() + 3 * PATIENCE
        while self.ask(index, CMD_IS_ONLINE, connection_id=connection_id):
            if time.monotonic() > deadline:
                raise AssertionError("a client that left is still online")

    def wait_empty(self):
        deadline = time.monotonic() + 3 * PATIENCE
        while any(self.ask(i, CMD_COUNT) for i in range(self.count)):
            if time.monotonic() > deadline:
                raise AssertionError("clients that left are still online")

    def close(self):
        for peer in self.peers:
            peer.close()
        self.loop.close()
        self.place.close()
        self.cluster.close()


class Cell:
    """A class at a site."""

    def __init__(self, site, native):
        self.site = site
        self.native = native
        self.name = ("native" if native else "pure") + " × " + site.kind
        self.driver = Driver(native)
        site.loop.add(self.driver.socket, self.driver.read)

    def close(self):
        self.site.loop.selector.unregister(self.driver.socket)
        self.driver.close()

    def run(self, sequence):
        """(outcomes of the operations, final state)"""
        return Run(self, sequence).run()


class Run:
    """One sequence in one cell."""

    def __init__(self, cell, sequence):
        self.cell = cell
        self.site = cell.site
        self.sequence = sequence
        self.clients = {}
        self.names = Names(self.site)

    def run(self):
        sequence, site = self.sequence, self.site
        register = site.register(sequence["register"])
        self.ask({"start": {
            "registerAddress": register, "secretKey": site.key,
            "connectTimeout": 3,
            "persistentConnection": sequence["pooled"],
            "addressesCacheDisable": sequence["uncached"]}})
        for each in site.registers.values():
            each.requests.clear()
        outcomes = [self.operate(op) for op in sequence["ops"]]
        self.deliver(outcomes[-1] if outcomes else {})
        state = self.state()
        self.leave()
        return outcomes, state

    def leave(self):
        """For the next sequence. After a failure the site is not used any
        more."""
        for client, _ in self.clients.values():
            client.close()
        self.site.wait_empty()
        for proxy in self.site.proxies:
            proxy.take()

    def ask(self, request):
        return self.cell.driver.ask(self.site.loop, request)

    def operate(self, op):
        return getattr(self, "do_" + op[0])(*op[1:])

    def do_connect(self, name, gateway):
        gateway %= self.site.count
        port = self.site.cluster.gateways[gateway].websocket_port
        client = Client(self.site.loop, port)
        self.clients[name] = client, gateway
        self.names.add(name, gateway, client.client_id)
        return {}

    def do_disconnect(self, name):
        if name in self.clients:
            client, gateway = self.clients[name]
            client.close()
            self.names.closed.add(name)
            self.site.wait_gone(gateway, self.names.connection_ids[name])
        return {}

    def do_context(self, name):
        self.ask({"context": self.names.context(name)})
        return {}

    def do_worker(self, on):
        addresses = [proxy.address for proxy in self.site.proxies]
        self.ask({"worker": addresses if on else None})
        return {}

    def do_call(self, call, arguments, properties=None):
        request = {"call": call, "args": [
            values.transform(a, self.names.resolve) for a in arguments]}
        outcome = {}
        if "getAllGroup" in call:
            outcome["groups"] = [self.who(i) for i in range(self.site.count)]
        if properties:
            request["with"] = self.properties(properties)
        answer = self.ask(request)
        settle(self.site.loop, self.site.proxies)
        outcome.update(self.described(answer, call))
        self.note_register(outcome, properties)
        self.note_wire(outcome)
        return outcome

    def properties(self, properties):
        """Those of the sequence, with addresses for the Registers' names."""
        found = dict(properties)
        if "registerAddress" in found:
            names = found["registerAddress"]
            found["registerAddress"] = self.site.register(names) \
                if isinstance(names, str) \
                else [self.site.register(name) for name in names]
        return found

    def described(self, answer, call):
        text, found = self.names.text, {}

        def decoded(name):
            return base64.b64decode(answer[name])

        if "returns" in answer:
            found["returns"] = text(decoded("returns"), call)
        if "throws" in answer:
            name, message = answer["throws"]
            found["throws"] = [name, text(base64.b64decode(message))]
        if answer["notes"]:
            found["notes"] = [[level, text(base64.b64decode(note))]
                              for level, note in answer["notes"]]
        if answer["echoes"]:
            # A printed exception, without its place in the reference.
            found["echoes"] = TRACE.sub("", text(decoded("echoes")))
        if "session" in answer:
            found["session"] = text(decoded("session"))
        if answer["asked"]:
            found["asked"] = [text(base64.b64decode(method))
                              for method in answer["asked"]]
        if answer["worker"]:
            frames = {a: [Frame.parse(base64.b64decode(f))[0] for f in sent]
                      for a, sent in answer["worker"].items()}
            found["worker"] = {
                self.names.gateway_of(address):
                [self.names.frame(f, self.names.index_of(address))
                 for f in sent] for address, sent in frames.items()}
        return found

    def note_register(self, outcome, properties):
        """Without a cache each call asks, so both classes must agree."""
        asked = [request for register in self.site.registers.values()
                 for request in register.requests]
        for register in self.site.registers.values():
            register.requests.clear()
        uncached = (properties or {}).get("addressesCacheDisable",
                                          self.sequence["uncached"])
        if uncached and asked and "registerAddress" not in (properties or {}):
            outcome["register"] = [json.loads(line) for line in asked]

    def note_wire(self, outcome):
        commands = set()
        for index, proxy in enumerate(self.site.proxies):
            frames = proxy.take()
            if frames:
                outcome.setdefault("wire", {})[f"g{index}"] = [
                    self.names.frame(f, index) for f in frames]
            commands |= {frame.cmd for frame in frames}
            for frame in frames:
                if frame.cmd in CLOSING:
                    self.wait_closed(index, frame.connection_id)
        if commands & SENDING:
            self.deliver(outcome)

    def wait_closed(self, index, connection_id):
        for name, (client, gateway) in self.clients.items():
            if gateway == index and not client.eof and \
                    self.names.connection_ids[name] == connection_id:
                self.site.loop.until(lambda c=client: c.eof, "a close")
                self.site.wait_gone(index, connection_id)

    def deliver(self, outcome):
        """Reads what has been sent to the clients, up to a sentinel."""
        self.site.sentinels += 1
        body = b"\0sentinel %d" % self.site.sentinels
        sentinel = text_frame(body)
        for index, peer in enumerate(self.site.peers):
            peer.send(Frame(CMD_SEND_TO_ALL, body=body))
            if not peer.fence():
                raise ServerDied(f"gateway {index} closed our connection")
        waiting = [c for c, _ in self.clients.values()]
        self.site.loop.until(
            lambda: all(c.eof or c.received.endswith(sentinel)
                        for c in waiting), "the sentinel")
        for name, (client, _) in self.clients.items():
            data = client.take(sentinel)
            if data:
                outcome.setdefault("received", {})[name] = [
                    self.names.text(message) for message in messages(data)]
            if client.eof and name not in self.names.closed:
                self.names.closed.add(name)
                outcome.setdefault("closed", []).append(name)

    def who(self, index):
        """Everything about the connections of a gateway."""
        found = self.site.ask(index, CMD_SELECT, ext=FIELDS)
        return [[self.names.connection(index, number)]
                + [self.names.text(serialize.dumps(field))
                   for field in info.values()] for number, info in found]

    def state(self):
        return [{"clients": self.who(i),
                 "groups": self.names.text(serialize.dumps(
                     self.site.ask(i, CMD_GROUP_IDS))),
                 "count": self.site.ask(i, CMD_COUNT)}
                for i in range(self.site.count)]
