"""Two gateways and their browsers, of gatewayd or of the PHP GatewayWorker."""

import selectors
import socket
import struct
import threading
from collections import Counter

from harness.children import children, sockets_of
from harness.cluster import GatewaydCluster, ReferenceCluster
from harness.php import Php
from harness.process import wait_until

BROWSERS = {"zoe": 0, "yan": 0, "ann": 1, "bob": 1}  # uid -> gateway
GROUPS = {"g1": ("zoe", "ann"), "g2": ("yan", "bob")}
NAME_LENGTH = 80  # of what is kept of a message


class Mail(threading.Thread):
    """Reads what browsers receive and counts it by (uid, message)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.selector = selectors.DefaultSelector()
        self.lock = threading.Lock()
        self.counts = Counter()
        self.lost = []
        self.buffers = {}
        self.stopped = False

    def add(self, uid, client):
        self.buffers[uid] = bytearray(client.received)
        client.received = b""
        self.selector.register(client.socket, selectors.EVENT_READ, uid)

    def run(self):
        while not self.stopped:
            for key, _ in self.selector.select(0.1):
                self.read(key)

    def read(self, key):
        try:
            data = key.fileobj.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.lost.append(key.data)
            self.selector.unregister(key.fileobj)
        buffer = self.buffers[key.data]
        buffer += data
        self.take(key.data, buffer)

    def take(self, uid, buffer):
        """The gateway's frames: text, unmasked, whole."""
        while len(buffer) >= 2:
            length, head = buffer[1], 2
            if length == 126:
                length, head = int.from_bytes(buffer[2:4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(buffer[2:10], "big"), 10
            if len(buffer) < head + length or len(buffer) < head:
                return
            text = bytes(buffer[head:head + min(length, NAME_LENGTH)])
            is_text = buffer[0] == 0x81
            del buffer[:head + length]
            if is_text:
                with self.lock:
                    self.counts[uid, text.decode().rstrip(".")] += 1

    def count(self, uid, text):
        with self.lock:
            return self.counts[uid, text]


class Site:
    """`ids` are the browsers' client_ids, by uid."""

    def __init__(self, kind, secret_key=""):
        self.kind = kind
        self.secret_key = secret_key
        if kind == "gatewayd":
            # Nothing is dropped for lack of room while this process is slow.
            self.cluster = GatewaydCluster(2, secret_key, [
                "--send-to-client-buffer-size", "1073741824"])
        else:
            self.cluster = ReferenceCluster(2, secret_key)
        self.register = self.cluster.register_address
        self.pids = self.find_pids()
        self.inner = [g.inner_address for g in self.cluster.gateways]
        self.mail = Mail()
        try:
            self.clients = {uid: self.cluster.connect(index)
                            for uid, index in BROWSERS.items()}
            self.ids = {u: c.client_id for u, c in self.clients.items()}
            self.bind()
            for uid, client in self.clients.items():
                self.mail.add(uid, client)
        except BaseException:
            self.cluster.close()
            raise
        self.mail.start()

    def find_pids(self):
        if self.kind == "gatewayd":
            return [g.process.pid for g in self.cluster.gateways]
        return [self.cluster.process.pid,
                *children(self.cluster.process.pid)]

    def bind(self):
        with Php(True, self.cluster) as php:
            for uid, client_id in self.ids.items():
                php.call("Gateway::bindUid($id, $uid)", id=client_id, uid=uid)
            for group, uids in GROUPS.items():
                for uid in uids:
                    php.call("Gateway::joinGroup($id, $group)",
                             id=self.ids[uid], group=group)
            if php.call("Gateway::flush()").value is not True:
                raise AssertionError("the site could not be prepared")

    def id_behind(self, uid, address):
        """A browser's client_id as if its gateway were at `address`."""
        port = int(address.rsplit(":", 1)[1])
        return f"7f000001{port:04x}{self.ids[uid][12:]}"

    def close(self):
        self.mail.stopped = True
        self.mail.join()
        for client in self.clients.values():
            client.close()
        self.cluster.close()


# ---- what the kernel knows --------------------------------------------------



SOCK_DIAG_BY_FAMILY = 20
REQUEST, DUMP = 1, 0x300      # NLM_F_…
NLMSG_ERROR, NLMSG_DONE = 2, 3
ESTABLISHED, ALL = 1, 0xfff   # a state; a set of all
HEAD = struct.Struct("=IHHII")
WANTED = struct.Struct("=BBxxI")
PORTS = struct.Struct(">HH")
LOOPBACK = socket.inet_aton("127.0.0.1").ljust(16, b"\0")
NO_COOKIE = b"\xff" * 8


def diagnose(flags, states, local, remote, address=bytes(16)):
    """(state, local port, remote port, unread bytes, inode) of IPv4 TCP
    connections, as the kernel's sock_diag tells it; 0 is any port."""
    found = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4) as link:
        body = (WANTED.pack(socket.AF_INET, socket.IPPROTO_TCP, states)
                + PORTS.pack(local, remote) + 2 * address + bytes(4)
                + NO_COOKIE)
        link.send(HEAD.pack(HEAD.size + len(body), SOCK_DIAG_BY_FAMILY,
                            REQUEST | flags, 1, 0) + body)
        while True:
            data = link.recv(1 << 16)
            while data:
                length, kind = HEAD.unpack_from(data)[:2]
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    return found
                unread, _, _, inode = struct.unpack_from("=IIII", data,
                                                         HEAD.size + 56)
                found.append((data[HEAD.size + 1],
                              *PORTS.unpack_from(data, HEAD.size + 4),
                              unread, str(inode)))
                data = data[(length + 3) & ~3:]
            if not flags:
                return found


def established(local=0, remote=0):
    """(local port, remote port, inode) of connections with these ports; looks
    at every connection of the machine."""
    return [(row[1], row[2], row[4])
            for row in diagnose(DUMP, 1 << ESTABLISHED, local, remote)]


def is_quiet(local, remote):
    """Whether that end of a connection on 127.0.0.1 is open, with nothing to
    read: what a pool would use again."""
    found = diagnose(0, ALL, local, remote, LOOPBACK)
    return any(row[0] == ESTABLISHED and row[3] == 0 for row in found)


def ports_of(pid, port):
    """Its own ports of a process's connections to that port."""
    own = set(sockets_of(pid))
    return {local for local, _, inode in established(remote=port)
            if inode in own}


def connections_of(pid, port):
    """How many to that port a process holds."""
    return len(ports_of(pid, port))


def has_unread(pid, port):
    """Whether the server at that port has not read all that a process sent."""
    peers = ports_of(pid, port)
    return any(remote in peers and unread for _, _, remote, unread, _
               in diagnose(DUMP, 1 << ESTABLISHED, port, 0))


def until(condition, what, timeout=None):
    """As wait_until(), for many that wait at once."""
    return wait_until(condition, what, timeout, interval=0.03)
