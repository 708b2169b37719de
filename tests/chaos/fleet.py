"""The clients, as the run sees them: a process of their own, and the requests
that give each connection its uid and groups."""

import collections
import subprocess
import sys
import threading
import time
from pathlib import Path

from harness.process import PATIENCE, wait_until

from .books import OK, Connection
from .text import groups_of, uid_of

BATCH = 32  # connections that one request binds


class Fleet:
    """`present` has the open connection of each client that has one."""

    def __init__(self, cluster, books, count, seed):
        self.cluster, self.books, self.count = cluster, books, count
        self.present = {}
        self.unbound = collections.deque()
        self.answers = collections.deque()
        ports = [str(g.port) for g in cluster.gateways]
        self.popen = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("clients.py"),
             str(seed), str(count), *ports],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.popen.stdout:
            word, *rest = line.split()
            getattr(self, f"_on_{word}")(*rest)

    def _on_open(self, serial, client, port, client_id, when):
        gateway = self.cluster.gateway_at(int(port)).address
        connection = Connection(int(serial), int(client), gateway, client_id,
                                float(when))
        self.books.connections[connection.serial] = connection
        self.present[connection.client] = connection
        self.unbound.append(connection)

    def _on_shut(self, serial, when, why):
        connection = self.books.connections[int(serial)]
        connection.shut, connection.why = float(when), why
        self.present.pop(connection.client, None)

    def _on_lacking(self, count):
        self.answers.append(int(count))

    def _command(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def some(self, random, count, gateways=None):
        """Open connections, at random."""
        found = []
        for _ in range(4 * count):
            connection = self.present.get(random.randrange(self.count))
            if connection and (not gateways or connection.gateway in gateways):
                found.append(connection)
            if len(found) == count:
                break
        return found

    def all_bound(self):
        present = list(self.present.values())
        return (len(present) == self.count
                and all(c.bound for c in present))

    def lacking(self, number):
        """How many have not got that message as their last."""
        self._command(f"await {number}")
        wait_until(lambda: self.answers, "the clients' process", 3 * PATIENCE)
        return self.answers.popleft()

    def finish(self, path):
        """Ends it; the deliveries are in the file then."""
        self._command(f"quit {path}")
        self.popen.wait(6 * PATIENCE)
        self.reader.join()

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()


class Binder(threading.Thread):
    """What the application does when a page tells it its client_id. What no
    flush() confirms is tried again while the connection lives."""

    def __init__(self, fleet, desk):
        super().__init__(name="binder", daemon=True)
        self.fleet, self.desk = fleet, desk
        self.finish = threading.Event()

    def run(self):
        while not self.finish.is_set():
            batch = self._batch()
            if not batch:
                time.sleep(0.01)
                continue
            self._bind(batch)

    def _batch(self):
        batch = []
        while self.fleet.unbound and len(batch) < BATCH:
            connection = self.fleet.unbound.popleft()
            if connection.shut is None:
                batch.append(connection)
        return batch

    def _bind(self, batch):
        operations = []
        for c in batch:
            operations.append(("bindUid", c.client_id, uid_of(c.client)))
            operations += [("joinGroup", c.client_id, group)
                           for group in groups_of(c.client)]
        calls = self.desk.perform([*operations, ("flush",)])
        per_one = len(operations) // len(batch)
        for i, connection in enumerate(batch):
            own = calls[i * per_one:(i + 1) * per_one]
            if own and all(c.outcome == OK for c in own) \
                    and connection.gateway not in calls[-1].named \
                    and (calls[-1].outcome == OK or calls[-1].named):
                connection.bound = calls[-1].end
            else:
                self.fleet.unbound.append(connection)
