"""Malformed input at every port."""

import time

from harness.inner import (CMD_GATEWAY_CLIENT_CONNECT, CMD_WORKER_CONNECT,
                           Frame, php_json)

from .prober import Prober
from .target import (CORPUS, SECRET, UPGRADE, connection_of, throw, thrown)

VICTIMS = 50
MANY = 100000
# What all attacks on a gateway together may leave, however many inputs they had.
# Of its memory: the allocator's holes. Of what malloc() gave: tables that grew,
# for so many connections at once, and what OpenSSL makes when it first needs it.
# A leak of 25 bytes for each of 3000 inputs is more.
MEMORY_KEPT = 24 << 20
HEAP_KEPT = {64: 64 << 10, 512: 128 << 10}


def corpus(*names):
    return sorted(f for name in names for f in (CORPUS / name).iterdir())


def register_lines():
    """Lines with the right key: what is changed gets further with them."""
    for event in ("gateway_connect", "worker_connect", "ping"):
        for address in ("10.1.2.3:2900", "[::1]:1", "a" * 200 + ":80", ""):
            yield php_json({"event": event, "address": address,
                            "secret_key": SECRET}) + b"\n"


def status_requests():
    for path in ("/healthz", "/livez", "/metrics", "/status", "/", "/?x",
                 "/none"):
        for method in ("GET", "HEAD", "POST"):
            yield (f"{method} {path} HTTP/1.1\r\nHost: x\r\n"
                   f"Accept: text/html\r\n\r\n").encode()


def proxied():
    for line in (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
                 b"PROXY TCP6 2001:db8::1 ::1 65535 2\r\n",
                 b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(range(12))):
        yield line + UPGRADE


def introduction(cmd, **members):
    return Frame(cmd, body=php_json({**members, "secret_key": SECRET})).encode()


class Attack:
    """`name` of the attack, the port, and what hostile_throw is told."""

    def __init__(self, name, port, files, made=(), ahead=b"", options=(),
                 weight=1.0, ids=False):
        self.name = name
        self.port = port
        self.files = files
        self.made = list(made)
        self.ahead = ahead
        self.options = options
        self.weight = weight # of a short count: TLS costs both sides a lot
        self.ids = ids

    def samples(self, folder):
        """The corpus, and what is made for the run."""
        own = folder / self.name.replace(" ", "-")
        own.mkdir(exist_ok=True)
        paths = []
        for number, data in enumerate(self.made):
            path = own / str(number)
            path.write_bytes(data)
            paths.append(path)
        return [*self.files, *paths]

    def words(self, folder):
        """What hostile_throw is told."""
        path = folder / "ahead"
        path.write_bytes(self.ahead)
        return [*self.options, *(["--ahead", path] if self.ahead else [])]


def attacks():
    requests = corpus("http_head", "forwarded", "query")
    return [
        Attack("websocket", "websocket", corpus("websocket", "http_head"),
               [UPGRADE], UPGRADE),
        Attack("websocket requests", "websocket", requests, [UPGRADE]),
        Attack("wss, raw bytes", "wss", requests, (), b"", ["--hello"]),
        Attack("wss, inside TLS", "wss", corpus("websocket", "http_head"),
               [UPGRADE], UPGRADE, ["--tls"], 0.1),
        Attack("text", "text", corpus("text")),
        Attack("frame", "frame", corpus("client_frame")),
        Attack("tcp", "tcp", corpus("text", "client_frame")),
        Attack("PROXY", "proxy", corpus("proxy", "http_head"), proxied()),
        Attack("inner, without key", "inner", corpus("inner", "frame")),
        Attack("inner, with key", "inner", corpus("inner", "frame"), (),
               introduction(CMD_GATEWAY_CLIENT_CONNECT), (), 1.0, True),
        Attack("inner, as worker", "inner", corpus("inner", "frame"), (),
               introduction(CMD_WORKER_CONNECT, worker_key="W:1"), (), 1.0,
               True),
        Attack("Register", "register", corpus("register_line"),
               register_lines()),
        Attack("status", "status", corpus("http_head"), status_requests()),
    ]


def victims(target):
    """Clients that frames with a right key are about; and their numbers."""
    clients = [target.websocket() for _ in range(VICTIMS)]
    return clients, " ".join(str(connection_of(c)) for c in clients)


def at_once(count):
    """How many connections."""
    return 512 if count >= MANY else 64


def share_of(attack, count):
    """How many of the inputs at each port are this attack's."""
    return count if count >= MANY else max(1, int(count * attack.weight))


def run_attack(target, attack, count, seed, rate=None):
    options = attack.words(target.folder)
    clients = []
    if attack.ids:
        clients, ids = victims(target)
        options += ["--ids", ids]
    if rate:
        options += ["--rate", rate]
    elif attack.weight == 1: # TLS would not end in time
        options += ["--parallel", at_once(count)]
    try:
        popen = throw(target, attack.port, count, seed,
                      attack.samples(target.folder), *options)
        return thrown(popen, 600 + count / 50)
    finally:
        for client in clients:
            client.close()


def check_unharmed(target, heap_kept):
    """Everything that the attacks cost is given back: this one's, and those of
    the others before it, in whichever round."""
    target.check()
    target.wait_descriptors(target.before.descriptors, 60)
    target.wait_heap(target.before.heap, heap_kept)
    target.wait_memory(target.before.memory, MEMORY_KEPT)
    target.serves()


def check_attack(target, attack, count, seed, figures):
    """One attack, as a test."""
    target.serves()
    if target.before is None:
        target.before = target.costs()
    began = time.monotonic()
    words = run_attack(target, attack, share_of(attack, count), seed)
    seconds = time.monotonic() - began
    check_unharmed(target, HEAP_KEPT[at_once(count)])
    figures.append((attack.name, int(words["thrown"]), seconds,
                    (target.memory() - target.before.memory) / 1048576,
                    (target.heap() - target.before.heap) / 1024))


def probed(target, seconds, attack=None, rate=0, seed=1):
    """What a client that behaves sees, for so long; during the attack, if
    there is one, of so many inputs a second."""
    prober = Prober(target)
    if attack is None:
        time.sleep(seconds)
    else:
        run_attack(target, attack, int(rate * seconds), seed, rate)
    return prober.stop()


def latency(target, attack, seconds, rate, figures):
    """Round trips without and with the attack, in turns."""
    quiet, attacked = [], []
    for turn in range(3):
        quiet.append(probed(target, seconds))
        attacked.append(probed(target, seconds, attack, rate, turn))
    figures.append((attack.name, rate, best(quiet), best(attacked)))


def best(probes):
    """Of each measure the least: what else the machine did is left out."""
    return {key: min(probe[key] for probe in probes)
            for key in ("median", "p99", "max")}
