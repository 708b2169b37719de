#!/usr/bin/env python3
"""Records tests/vectors/worker-conversations.jsonl: what the reference's
Gateway tells workers and clients in the scenarios below, and does with them.
The parties are played by this script; run it again after adding a scenario.

    tests/interop/record_conversations.py
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness.cluster import ReferenceCluster
from harness.conversation import Recorder
from harness.inner import Frame, php_json
from harness.process import ROOT
from harness.websocket import KEY, mask

OUTPUT = ROOT / "tests/vectors/worker-conversations.jsonl"
SCENARIOS = []


def scenario(name, secret_key=""):
    def keep(function):
        SCENARIOS.append((name, secret_key, function))
        return function
    return keep


# ---- what parties do ---------------------------------------------------------

def worker_send(r, name, *frames):
    return r.do(worker=name, do="send",
                frames=[frame.encode().hex() for frame in frames])


def introduce(r, name, body):
    """A worker with this WORKER_CONNECT body; a dict is encoded."""
    if isinstance(body, dict):
        body = php_json(body)
    r.do(worker=name, do="connect")
    worker_send(r, name, Frame(200, body=body))


def worker(r, name, key=None):
    introduce(r, name, {"worker_key": key or f"{name}:0",
                        "secret_key": r.secret_key})


def client(r, name):
    r.do(client=name, do="connect")


def request(path="/", headers=()):
    lines = [f"GET {path} HTTP/1.1", "Host: example.com:7272",
             "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13",
             *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def client_send(r, name, data):
    r.do(client=name, do="send", bytes=data.hex())


def frame(opcode, payload, fin=True):
    key = b"\x01\x02\x03\x04"
    head = bytes([opcode | (0x80 if fin else 0), 0x80 | len(payload)])
    return head + key + mask(payload, key)


def visitor(r, name, path="/", headers=()):
    client(r, name)
    client_send(r, name, request(path, headers))


def says(r, name, text):
    client_send(r, name, frame(1, text.encode()))


def close(r, **who):
    r.do(**who, do="close")


# ---- introductions -----------------------------------------------------------

@scenario("a worker with the right key", "s3cret")
def right_key(r):
    worker(r, "V")
    client(r, "A")


@scenario("a worker with a wrong key", "s3cret")
def wrong_key(r):
    introduce(r, "V", {"worker_key": "V:0", "secret_key": "S3cret"})
    introduce(r, "W", {"worker_key": "W:0", "secret_key": ""})
    introduce(r, "X", {"worker_key": "X:0"})
    introduce(r, "Y", {"worker_key": "Y:0", "secret_key": None})


@scenario("a worker that says something else first", "s3cret")
def not_introduced(r):
    r.do(worker="V", do="connect")
    worker_send(r, "V", Frame(11))


@scenario("introductions that are none")
def not_json(r):
    for name, body in (("V", b""), ("W", b"{"), ("X", b"null"), ("Y", b"5"),
                       ("Z", b"[]"), ("U", b'{"worker_key":"U:0"}')):
        introduce(r, name, body)


@scenario("a worker without a key of its own")
def no_worker_key(r):
    introduce(r, "V", {"secret_key": ""})
    client(r, "A")
    introduce(r, "W", {"secret_key": "", "worker_key": None})
    client(r, "B")


@scenario("worker keys that are no strings")
def odd_worker_keys(r):
    introduce(r, "V", {"secret_key": "", "worker_key": 5})
    introduce(r, "W", {"secret_key": "", "worker_key": "5"})
    introduce(r, "X", {"secret_key": "", "worker_key": True})
    introduce(r, "Y", {"secret_key": "", "worker_key": "1"})
    introduce(r, "Z", {"secret_key": "", "worker_key": [1]})
    client(r, "A")
    client(r, "B")
    client(r, "C")
    client(r, "D")


@scenario("a second worker with the same key")
def same_key(r):
    worker(r, "V", "K:0")
    worker(r, "W")
    client(r, "A")
    client(r, "B")
    worker(r, "X", "K:0")
    says_hello = request()
    client_send(r, "A", says_hello)
    client(r, "C")
    client(r, "D")
    close(r, client="A")
    client(r, "E")


# ---- routing -----------------------------------------------------------------

@scenario("two workers")
def two_workers(r):
    worker(r, "V")
    worker(r, "W")
    for name in "ABCDE":
        visitor(r, name)
    for name in "AB":
        says(r, name, f"from {name}")
    close(r, client="B")
    close(r, client="D")
    visitor(r, "F")
    visitor(r, "G")
    visitor(r, "H")


@scenario("three workers, of which one comes later")
def three_workers(r):
    worker(r, "V")
    worker(r, "W")
    for name in "ABCD":
        client(r, name)
    worker(r, "X")
    for name in "EFGH":
        client(r, name)
    close(r, client="A")
    client(r, "I")
    client_send(r, "H", request())
    says(r, "H", "here")


@scenario("a worker is lost")
def worker_lost(r):
    worker(r, "V")
    worker(r, "W")
    for name in "ABCD":
        visitor(r, name)
    close(r, worker="V")
    says(r, "A", "moved")
    close(r, client="C")
    says(r, "B", "stayed")
    visitor(r, "E")
    close(r, client="A")
    close(r, client="B")


@scenario("a worker comes back before its clients say anything")
def worker_back(r):
    worker(r, "V")
    worker(r, "W")
    visitor(r, "A")
    visitor(r, "B")
    visitor(r, "C")
    close(r, worker="V")
    worker(r, "X", "V:0")
    says(r, "A", "still yours")
    close(r, client="C")
    client(r, "D")
    client(r, "E")


@scenario("a worker comes back after its client has moved")
def worker_back_late(r):
    worker(r, "V")
    worker(r, "W")
    visitor(r, "A")
    close(r, worker="V")
    says(r, "A", "moved")
    worker(r, "X", "V:0")
    says(r, "A", "stays")
    visitor(r, "B")


# ---- without workers ---------------------------------------------------------

@scenario("no worker at all")
def no_worker(r):
    client(r, "A")
    worker(r, "V")
    visitor(r, "B")
    close(r, worker="V")
    says(r, "B", "anybody?")
    client(r, "C")


@scenario("the last worker is lost during the handshake")
def lost_in_handshake(r):
    worker(r, "V")
    client(r, "A")
    client(r, "B")
    close(r, worker="V")
    client_send(r, "A", request())
    worker(r, "W")
    client_send(r, "B", request())


# ---- serving -----------------------------------------------------------------

@scenario("a worker serves: commands and questions on its connection")
def serving(r):
    worker(r, "V")
    visitor(r, "A", "/?room=7")
    visitor(r, "B")
    a, b = r.id_of("A"), r.id_of("B")
    worker_send(r, "V", Frame(5, a, body=b"hello"), Frame(11, a),
                Frame(20, a, b"room"), Frame(20, b, b"room"),
                Frame(24, ext=b"room"))
    says(r, "A", "to all")
    worker_send(r, "V", Frame(22, ext=php_json(
        {"group": ["room"], "exclude": {str(a): a}}), body=b"from A"))
    worker_send(r, "V", Frame(5, a, body=b'a:1:{s:1:"k";s:1:"v";}', flag=0))
    worker_send(r, "V", Frame(7, a, body=b"bye"), Frame(11, a))
    worker_send(r, "V", Frame(8, b), Frame(24))


@scenario("messages of every kind")
def messages(r):
    worker(r, "V")
    visitor(r, "A")
    client_send(r, "A", frame(1, b""))
    client_send(r, "A", frame(2, b"\x00\xff\x00"))
    client_send(r, "A", frame(1, b"one ", False) + frame(0, b"two"))
    client_send(r, "A", frame(1, b"x") + frame(1, b"y") + frame(9, b"ping"))
    client_send(r, "A", frame(1, "\u4f60".encode()))
    client_send(r, "A", frame(8, b"\x03\xe8"))


@scenario("a message together with the handshake")
def eager(r):
    worker(r, "V")
    client(r, "A")
    client_send(r, "A", request() + frame(1, b"at once"))


@scenario("sent before the handshake is finished")
def early(r):
    worker(r, "V")
    client(r, "A")
    worker_send(r, "V", Frame(5, r.id_of("A"), body=b"early"))
    client_send(r, "A", request())


@scenario("sessions travel with each event")
def sessions(r):
    worker(r, "V")
    visitor(r, "A")
    a = r.id_of("A")
    worker_send(r, "V", Frame(204, a, b'a:1:{s:1:"n";i:1;}'))
    says(r, "A", "one")
    worker_send(r, "V", Frame(9, a, b'a:1:{s:1:"m";a:1:{i:0;b:1;}}'))
    says(r, "A", "two")
    worker_send(r, "V", Frame(204, a, b""))
    says(r, "A", "three")
    worker_send(r, "V", Frame(204, a, b'a:0:{}'))
    close(r, client="A")


# ---- requests ----------------------------------------------------------------

def requests(r, *paths_and_headers):
    worker(r, "V")
    for number, (path, headers) in enumerate(paths_and_headers):
        visitor(r, f"C{number}", path, headers)


@scenario("query strings")
def queries(r):
    requests(r, *((path, ()) for path in (
        "/", "/?", "/chat", "/?a", "/?a=", "/?=1", "/?a=1&b=2&a=3", "/?7=x&07=y",
        "/?a[]=1&a[]=2&a[x]=3", "/?a[x][y]=1&a[x][z]=2", "/?a.b=1&c%20d=2&+e=3",
        "/?x=%E4%BD%A0&y=1+2&z=%zz", "/?a[b=1&c]=2&[d]=3", "/?a=%00b",
        "/p?a=1?b=2", "/p?a=1#f?b=2", "/p#f?a=1", "http://example.com/p?a=1",
        "/%2e/?q=%2526", "/?a=1&amp;b=2", "/?a=1;b=2", "/?&&a=1&&",
        "/?a[-3]=1&a[]=2", "/?a[9]=1&a[]=2", "/?\xe9=1")))


@scenario("cookies")
def cookies(r):
    requests(r, *(("/", headers) for headers in (
        (), ("Cookie: ",), ("Cookie: a",), ("Cookie: a=1",),
        ("Cookie: a=1; b=2",), ("Cookie: a=1;b=2;",), ("Cookie:  a = 1 ;b= 2",),
        ("Cookie: a=%20+x; a=2",), ("Cookie: a=b=c; =d; ;",),
        ("Cookie: a.b=1; c[]=2; 7=8; 07=9",), ('Cookie: q="x; y=z"',),
        ("Cookie: a=1", "Cookie: b=2"), ("Cookie: a=1, b=2",),
        ("cOOKIE: a=1\t; \tb=2",), ("Cookie: __Host-a=1; ..Host-b=2",))))


@scenario("headers")
def headers(r):
    requests(r, *(("/", lines) for lines in (
        ("X-A: 1", "x-a: 2", "X-A:3"), ("X-A: 1", "X_A: 2", "x-a: 3"),
        ("X_A: 1", "X-A: 2"), ("X-Empty:", "X-Blank: \t "),
        ("X-Colon: a:b", "X-Blanks:  a  b\t"), ("Content-Type: text/x",),
        ("Content-Type: a", "content-type: b"), ("1: one", "42: two"),
        ("X-Forwarded-For: 1.2.3.4", "X-Real-IP: 5.6.7.8"),
        ("X-Utf8: \xe9\u4f60", "User-Agent: probe/1.0 (x; y)"),
        ("Origin: http://example.com", "Sec-WebSocket-Protocol: chat, x",
         "Sec-WebSocket-Extensions: permessage-deflate"))))


# ------------------------------------------------------------------------------

def record(cluster, name, function):
    r = Recorder(cluster.gateways[0], name, cluster.secret_key)
    try:
        function(r)
    finally:
        r.leave()
    return r.record


def main():
    lines = {}
    for key in sorted({key for _, key, _ in SCENARIOS}):
        with ReferenceCluster(1, key, workers=0) as cluster:
            for name, secret_key, function in SCENARIOS:
                if secret_key == key:
                    lines[name] = record(cluster, name, function)
    with open(OUTPUT, "w", encoding="utf-8") as out:
        for name, _, _ in SCENARIOS:
            out.write(json.dumps(lines[name]) + "\n")
    print(f"{len(lines)} conversations in {OUTPUT}")


if __name__ == "__main__":
    main()
