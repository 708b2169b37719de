"""Hostile Registers and gateways, and the extension that asks them: every call
ends in time, as an exception or a warning, within PHP's memory limit."""

import json
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness.php import run_php
from harness.process import ROOT

SCRIPT = ROOT / "tests/hostile/ask.php"
MEMORY_LIMIT = "24M"
TIMEOUT = 2
LATE = 15


class Stranger:
    """Listens, and answers each connection with what `talk` writes."""

    def __init__(self, talk):
        self.talk = talk
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(conn,),
                             daemon=True).start()

    def _talk(self, conn):
        with conn:
            try:
                conn.settimeout(TIMEOUT + LATE)
                conn.recv(65536)
                self.talk(conn)
                while conn.recv(65536): # until the caller goes
                    pass
            except OSError:
                pass

    def close(self):
        self.socket.close()


def says(data):
    return lambda conn: conn.sendall(data)


def says_for_ever(data):
    def talk(conn):
        while True:
            conn.sendall(data)
    return talk


def reply(data, length=None):
    return struct.pack(">I", len(data) if length is None else length) + data


def pieces(head, piece):
    def talk(conn):
        conn.sendall(head)
        while True:
            conn.sendall(piece)
    return talk


DEEP = b"a:1:{i:0;" * 200000

# What a gateway may answer. All are asked for all client_ids, sessions, counts.
GATEWAYS = {
    "a length that does not end": pieces(struct.pack(">I", 0xffffffff),
                                         b"x" * 65536),
    "a length of 1 GiB": pieces(struct.pack(">I", 1 << 30), b"a:9:{" * 10000),
    "a length and silence": says(struct.pack(">I", 1 << 20)),
    "no length": says(b""),
    "deep nesting": says(reply(DEEP)),
    "deep nesting, closed": says(reply(
        b"a:1:{i:1;" + b"a:1:{i:0;" * 20000 + b"N;" + b"}" * 20001)),
    "a count that is a lie": says(reply(b"a:99999999:{i:1;i:1;}")),
    "a string that is a lie": says(reply(b'a:1:{i:1;s:4294967295:"x";}')),
    "objects": says(reply(b'a:1:{i:1;O:8:"stdClass":1:{s:1:"a";R:1;}}')),
    "a session that is deep": says(reply(
        b"a:1:{i:1;s:%d:\"%s\";}" % (len(DEEP), DEEP))),
    "replies that nobody asked for": says_for_ever(reply(b"a:0:{}")),
    "much in one": says(reply(b"a:100000:{%s}" % b"".join(
        b"i:%d;i:%d;" % (i, i) for i in range(1, 100001)))),
    "HTTP": says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
}


def addresses(count, text="10.0.%d.%d:2900"):
    listed = [text % (i // 250, i % 250) for i in range(count)]
    return json.dumps({"event": "broadcast_addresses",
                       "addresses": listed}).encode() + b"\n"


# What a Register may answer.
REGISTERS = {
    "a line that does not end": says_for_ever(b"x" * 65536),
    "JSON that does not end": pieces(b'{"event":"broadcast_addresses",'
                                     b'"addresses":["', b"1" * 65536),
    "deep nesting": says(b'{"event":' + b"[" * 300000 + b"\n"),
    "deep addresses": says(b'{"event":"broadcast_addresses","addresses":'
                           + b"[" * 300000 + b"\n"),
    "too many addresses": says(addresses(60000)),
    "addresses that are none": says(
        b'{"event":"broadcast_addresses","addresses":["","x",":0","[::]:1",'
        b'"' + b"a" * 70000 + b':1"]}\n'),
    "names that are none": says(
        b'{"event":"broadcast_addresses","addresses":["a..b:1","\\u0000:1"]}'
        b'\n'),
    "another event": says(b'{"event":"ping"}\n'),
    "silence": says(b""),
}


def ask(register):
    """Runs ask.php against a Register; fails when it crashes or is late."""
    began = time.monotonic()
    done = run_php(SCRIPT, [register], True, {
        "memory_limit": MEMORY_LIMIT, "gatewayclient.timeout": TIMEOUT,
        "display_errors": "stderr"}, timeout=90)
    took = time.monotonic() - began
    last = done.stdout.strip().splitlines()[-1:]
    if done.returncode == 255 and "Allowed memory size" in done.stderr:
        return took, "memory limit"
    if done.returncode != 0 or last != ["done"]:
        raise AssertionError(f"php ended with {done.returncode}: "
                             f"{done.stdout[-500:]} {done.stderr[-1500:]}")
    return took, done.stdout


ASKED = 4 # calls of ask.php that may each take the whole time
AT_ONCE = 6


def check_one(name, talk, register_of):
    """What is wrong with it, or None."""
    stranger = Stranger(talk)
    others = []
    try:
        took, _ = ask(register_of(stranger, others))
        return (f"{name}: {took:.1f} s" if took > ASKED * TIMEOUT + LATE
                else None)
    except AssertionError as failure:
        return f"{name}: {failure}"
    finally:
        for each in [stranger, *others]:
            each.close()


def check_all(strangers, register_of):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(lambda item: check_one(*item, register_of),
                           strangers.items())
        failures = [result for result in results if result]
    if failures:
        raise AssertionError("\n".join(failures))


def hostile_gateways():
    def register_of(gateway, others):
        register = Stranger(says(json.dumps(
            {"event": "broadcast_addresses",
             "addresses": [gateway.address]}).encode() + b"\n"))
        others.append(register)
        return register.address
    check_all(GATEWAYS, register_of)


def hostile_registers():
    check_all(REGISTERS, lambda register, _: register.address)
