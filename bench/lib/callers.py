"""What the rows about callers share: a client that takes what it is sent, the
bytes of a call, and the contestants: extension, pure class, bare C."""

import json
import socket
import subprocess
import sys
import threading

from .row import BENCH, BIN

from harness import inner
from harness.cluster import REFERENCE, WHY_NO_REFERENCE
from harness.php import Php, php_command, run_php

EXTENSION = "extension"
BARE = "bare C"
PURE = "pure class"
PERSISTENT = "pure class, persistent"

UID = "user-42"
GROUP = "room-7"
MESSAGE = json.dumps({"type": "message", "text": "x" * 64})


def output(command, **more):
    """The number that a program prints."""
    done = subprocess.run([str(word) for word in command], check=False,
                          stdin=more.pop("stdin", subprocess.DEVNULL),
                          capture_output=True, text=True, **more)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return float(done.stdout)


class Reader:
    """A WebSocket client that reads and forgets, at the cost of one `cat`."""

    def __init__(self, cluster, index=0):
        client = cluster.connect(index)
        self.client_id = client.client_id
        client.socket.setblocking(True)
        self.popen = subprocess.Popen(["cat"], stdin=client.socket,
                                      stdout=subprocess.DEVNULL)
        client.socket.close()  # cat has its own

    def close(self):
        self.popen.kill()
        self.popen.wait()


def bind(cluster, reader, uid=UID, group=GROUP):
    """Gives the client a uid, a group and a session."""
    with Php(True, cluster) as php:
        php.call("Gateway::bindUid($id, $uid)", id=reader.client_id, uid=uid)
        php.call("Gateway::joinGroup($id, $group)", id=reader.client_id,
                 group=group)
        php.call("Gateway::setSession($id, ['name' => 'Ann', 'room' => 7])",
                 id=reader.client_id)
        if not php.call("Gateway::flush()").value:
            sys.exit("flush failed")


class Recorder:
    """Register and gateway at once, which only keeps what it is sent."""

    def __init__(self):
        self.gateway = socket.create_server(("127.0.0.1", 0))
        self.register = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._register, daemon=True).start()

    @staticmethod
    def _address(server):
        return "%s:%d" % server.getsockname()

    def _register(self):
        connection, _ = self.register.accept()
        with connection:
            connection.makefile("rb").readline()
            line = {"event": "broadcast_addresses",
                    "addresses": [self._address(self.gateway)]}
            connection.sendall(json.dumps(line).encode() + b"\n")

    def frame(self, method, arguments):
        """The frame that the extension sends for a call. Its first member of
        20 digits names a client, whose gateway we are then."""
        ours = socket.inet_aton("127.0.0.1") + \
            self.gateway.getsockname()[1].to_bytes(2, "big")
        named = [ours.hex() + a[12:] if is_client_id(a) else a
                 for a in arguments]
        code = ("GatewayClient\\Gateway::$registerAddress = $argv[1];"
                "try { GatewayClient\\Gateway::{$argv[2]}("
                "...json_decode($argv[3], true));"
                "} catch (Exception) {}")
        popen = subprocess.Popen(
            [*php_command(True, {"gatewayclient.timeout": 5}), "-r", code,
             "--", self._address(self.register), method, json.dumps(named)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)  # no answer comes: that is no news
        self.gateway.settimeout(10)
        connection, _ = self.gateway.accept()
        with connection, connection.makefile("rb") as stream:
            head = stream.read(4)
            frame = head + stream.read(int.from_bytes(head, "big") - 4)
        popen.wait()
        return frame

    def close(self):
        self.gateway.close()
        self.register.close()


def is_client_id(text):
    return isinstance(text, str) and len(text) == 20


def frame_of(method, arguments):
    recorder = Recorder()
    try:
        return recorder.frame(method, arguments)
    finally:
        recorder.close()


def script(cluster, seconds, mode, method, arguments, *pure):
    return [*php_command(not pure), BENCH / "calls.php",
            cluster.register_address, str(seconds), mode, method,
            json.dumps(arguments), *pure]


def contestants(cluster, seconds, mode, method, arguments, *, asks,
                persistent=False):
    """Name to command; each prints microseconds per call."""
    addresses = ",".join(a for g in cluster.gateways
                         for a in g.inner_addresses)
    if any(map(is_client_id, arguments)):
        addresses = cluster.gateways[0].inner_address
    frame = frame_of(method, arguments).hex()
    bare = ([BIN / "bare_roundtrip", addresses, str(seconds), frame] if asks
            else [BIN / "bare_send", addresses, str(seconds), mode, frame])
    found = {EXTENSION: script(cluster, seconds, mode, method, arguments),
             BARE: bare}
    if REFERENCE:
        found[PURE] = script(cluster, seconds, mode, method, arguments,
                             REFERENCE)
    if REFERENCE and persistent:
        found[PERSISTENT] = script(cluster, seconds, mode, method, arguments,
                                   REFERENCE, "persistent")
    return found


def alternate(row, rounds, commands, metric, unit="µs", **where):
    """Every contestant in each round, one right after the other. What only the
    first run pays, such as files that are read, is not measured."""
    for command in commands.values():
        output(command)
    for number in range(rounds):
        for subject, command in commands.items():
            row.emit(subject, metric, output(command), unit, round=number,
                     **where)


def tell_missing(row):
    if not REFERENCE:
        row.missing(PURE, WHY_NO_REFERENCE)
