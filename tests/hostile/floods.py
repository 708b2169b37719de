"""What an application with the key may do to the others: much, but memory stays
bounded, and the rest is served."""

import itertools
import socket

from harness.inner import CMD_WORKER_CONNECT, Frame, Peer, php_json
from harness.process import wait_until
from harness.websocket import client_frame

from .sockets import PLACE
from .target import SANITIZED, SECRET, UPGRADE, connection_of

CMD_JOIN, CMD_LEAVE, CMD_COUNT, CMD_UNGROUP = 20, 21, 24, 27
CMD_SET_SESSION, CMD_UPDATE_SESSION = 204, 9
BATCH = 2000
# Bytes of malloc(): what a group of one connection may cost, and what may be
# left of it, its place in a table. And of a buffer that is kept.
GROUP, GROUP_PLACE, BUFFER = 256, 32, 256 << 10


def colliding(count):
    """Names that are all one to PHP's hash (DJBX33A), and to others that
    multiply by 33."""
    length = 1
    while 3 ** length < count:
        length += 1
    names = itertools.product(("Ez", "FY", "G8"), repeat=length)
    return ["".join(name).encode() for name in itertools.islice(names, count)]


def ordinary(count):
    length = len(colliding(count)[0])
    return [b"%0*d" % (length, i * 7919) + b"x" for i in range(count)]


def in_batches(frames):
    frames = iter(frames)
    while batch := list(itertools.islice(frames, BATCH)):
        yield batch


def join_all(target, peer, number, names):
    """Seconds of processor time that joining costs the gateway. Fails when it
    costs much memory."""
    before, heap = target.cpu(), target.heap()
    for batch in in_batches(Frame(CMD_JOIN, number, name) for name in names):
        peer.send(*batch)
        peer.fence()
    used = target.heap() - heap
    if used > GROUP * len(names) + BUFFER:
        raise AssertionError(f"{used / len(names):.0f} bytes for a group")
    return target.cpu() - before


def count_of(peer, group):
    peer.send(Frame(CMD_COUNT, ext=group))
    return int(peer.reply()[2:-1])


def many_groups(target, count, figures):
    """One connection in very many groups: others are served in between, all is
    given back with the connection. (That the last cost no more time than the
    first is for the figures to show.)"""
    peer = target.peer(120)
    _, memory, heap = target.costs()
    client = target.websocket()
    half = ordinary(count)
    first = join_all(target, peer, connection_of(client), half[:count // 2])
    second = join_all(target, peer, connection_of(client), half[count // 2:])
    used = target.memory() - memory
    target.serves()
    if count_of(peer, half[-1]) != 1:
        raise AssertionError("it is not in its last group")
    before = target.cpu()
    client.close()
    wait_until(lambda: count_of(peer, half[-1]) == 0, "the groups' end", 60)
    figures += [("groups joined by one connection", f"{count:,}"),
                ("… processor time, first and second half",
                 f"{first:.2f} s, {second:.2f} s"),
                ("… memory for each", f"{used / count:.0f} bytes"),
                ("… processor time of leaving them all",
                 f"{target.cpu() - before:.2f} s")]
    peer.close()
    target.wait_heap(heap, GROUP_PLACE * count + BUFFER)
    target.wait_memory(memory, 48 << 20)


def one_group(target, count, figures):
    """Very many connections in one group; each leaves without a walk."""
    peer = target.peer(120)
    heap = target.heap()
    clients = [target.websocket() for _ in range(count)]
    numbers = [connection_of(client) for client in clients]
    before = target.cpu()
    for batch in in_batches(Frame(CMD_JOIN, n, b"all") for n in numbers):
        peer.send(*batch)
    if count_of(peer, b"all") != count:
        raise AssertionError("not everybody is in the group")
    joined = target.cpu()
    for batch in in_batches(Frame(CMD_LEAVE, n, b"all")
                            for n in reversed(numbers)):
        peer.send(*batch)
    if count_of(peer, b"all") != 0:
        raise AssertionError("not everybody has left the group")
    figures += [("connections that joined one group", f"{count:,}"),
                ("… processor time of joining, of leaving",
                 f"{joined - before:.2f} s, {target.cpu() - joined:.2f} s")]
    for client in clients:
        client.close()
    peer.close()
    target.wait_heap(heap, PLACE * count + BUFFER)


def colliding_groups(target, count, figures):
    """Names chosen to collide cost what others cost. (That no chain is long
    is tests/unit/daemon/test_party.c's to say; this is the figure.)"""
    peer = target.peer(120)
    heap = target.heap()
    times = []
    for names in (ordinary(count), colliding(count)):
        with target.websocket() as client:
            times.append(join_all(target, peer, connection_of(client), names))
            if count_of(peer, names[-1]) != 1:
                raise AssertionError("a group is not there")
    figures += [("groups with colliding names", f"{count:,}"),
                ("… processor time, ordinary and colliding names",
                 f"{times[0]:.2f} s, {times[1]:.2f} s")]
    peer.close()
    target.wait_heap(heap, GROUP_PLACE * count + BUFFER)


def large_session(size, shift):
    """Unsorted; half of the keys are those of another `shift`."""
    count = size // 16
    pairs = b"".join(b"i:%d;i:1;" % ((i + shift) * 2654435761 % (1 << 32))
                     for i in range(count))
    return b"a:%d:{%s}" % (count, pairs)


def session_merges(target, size, rounds, figures):
    """Sessions of the largest size, merged again and again."""
    with target.websocket() as client:
        number = connection_of(client)
        peer = target.peer(120)
        base = large_session(size, 0)
        patch = large_session(size, size // 32)
        peer.send(Frame(CMD_SET_SESSION, number, base))
        peer.fence()
        memory, cpu = [], target.cpu()
        for _ in range(rounds):
            peer.send(Frame(CMD_UPDATE_SESSION, number, patch))
            peer.fence()
            memory.append(target.memory())
        each = (target.cpu() - cpu) / rounds
        peer.close()
    figures += [(f"two sessions of {len(base) / 1e6:.0f} MB merged, "
                 "processor time", f"{each:.2f} s")]
    if not SANITIZED and max(memory[1:]) > 2 * memory[0] + (64 << 20):
        raise AssertionError(f"memory grows: {memory}")


def growing_session(target):
    """Merges that add to a session for ever meet a limit, and the session is
    kept as it was."""
    with target.websocket() as client:
        number = connection_of(client)
        peer = target.peer(120)
        peer.send(Frame(CMD_SET_SESSION, number, b"a:0:{}"))
        for part in range(20):
            value = b"x" * 5000000
            peer.send(Frame(CMD_UPDATE_SESSION, number,
                            b'a:1:{i:%d;s:%d:"%s";}' % (part, len(value),
                                                       value)))
            peer.fence()
        peer.send(Frame(203, number))
        length = len(peer.reply())
        peer.close()
    if not 40000000 < length <= 64 << 20:
        raise AssertionError(f"the session has grown to {length} bytes")


# ---- who does not read --------------------------------------------------------

def deaf_peer(target):
    """Asks for ever and reads no answer: it is cut off."""
    memory = target.memory()
    with target.websocket() as client:
        number = connection_of(client)
        peer = target.peer()
        peer.send(Frame(CMD_SET_SESSION, number,
                        b'a:1:{i:0;s:99990:"%s";}' % (b"x" * 99990)))
        peer.fence()
        question = b"".join(Frame(203, number).encode() for _ in range(100))
        sent = 0
        try:
            while sent < 4000 * len(question):
                sent += peer.socket.send(question)
        except OSError:
            pass
        else:
            raise AssertionError("its questions are answered for ever")
        most = target.memory() - memory
        peer.close()
    if not SANITIZED and most > 64 << 20:
        raise AssertionError(f"{most} bytes for one that does not read")
    target.serves()


def deaf_worker(target):
    """A BusinessWorker that does not read: events beyond its limit are lost,
    the clients are kept."""
    memory = target.memory()
    worker = Peer(target.inner_address)
    worker.send(Frame(CMD_WORKER_CONNECT, body=php_json(
        {"worker_key": "Deaf:0", "secret_key": SECRET})))
    worker.fence()
    with target.websocket(greeting=False) as client:
        client.socket.setblocking(True)
        message = client_frame(2, bytes(100000))
        for _ in range(400):
            client.socket.sendall(message)
        client.socket.setblocking(False)
        wait_until(lambda: "dropped" in target.log,
                   "a line about dropped events", 30)
        most = target.memory() - memory
        if client.read() or client.eof:
            raise AssertionError("the client was closed")
        worker.close()
    if not SANITIZED and most > 64 << 20:
        raise AssertionError(f"{most} bytes for a worker that does not read")


def deaf_client(target):
    """A socket that holds little itself; it has read the greeting."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(30)
    sock.connect(("127.0.0.1", target.ports["websocket"]))
    sock.sendall(UPGRADE)
    got = b""
    while b"client_id" not in got:
        data = sock.recv(1024)
        if not data:
            raise AssertionError("closed instead of a greeting")
        got += data
    return sock


def deaf_clients(target, count, figures):
    """Clients that never read, while much is sent to all: a full queue costs
    not much more than what is in it, however small its messages are."""
    clients = [deaf_client(target) for _ in range(count)]
    peer = target.peer(120)
    _, memory, heap = target.costs()
    for size, rounds in ((5, 900000), (100000, 60)):
        frame = Frame(6, body=b"x" * size).encode()
        batch = max(1, min(rounds, 2000000 // (size + 28)))
        for _ in range(0, rounds, batch):
            peer.socket.sendall(frame * batch)
            peer.fence()
        used = (target.memory() - memory) / count
        figures.append((f"a client that does not read, messages of {size} "
                        "bytes", f"{used / 1e6:.1f} MB"))
        if not SANITIZED and not 500000 < used < 3000000:
            raise AssertionError(f"{used:.0f} bytes for each full client")
    target.serves()
    peer.close()
    for client in clients:
        client.close()
    target.wait_heap(heap, BUFFER)
    target.wait_memory(memory, 24 << 20)
