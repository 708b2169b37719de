"""A host under load: what its processes have when they are warm, and at the
end of many calls."""

import statistics
import time
from pathlib import Path

from harness.children import connections, status_of
from harness.inner import split_address
from harness.php import OWN_MEMORY
from harness.process import PATIENCE, wait_until
from harness.worker import RESIDENT_SLACK, ZEND_SLACK

from load import Ledger, Load

WARM = 0.2    # the part of the calls after which a process is warm
FEW = 5       # requests do not tell how a heap is
ENOUGH = 100000  # calls without a process that should have had some
LOOK_INTERVAL = 0.25  # seconds between looks at the connections, which cost
AGREEING_LOOKS = 10


def settled(read):
    """What several looks in a row agree on."""
    seen, times = None, 0

    def agree():
        nonlocal seen, times
        now = read()
        times = times + 1 if now == seen else 0
        seen = now
        return times >= AGREEING_LOOKS

    wait_until(agree, lambda: f"a quiet moment, last seen: {seen}")
    return seen


def compared(heaps):
    """The usual heap in the first and in the last third of a process's
    requests, for the number of connections that is frequent in both."""
    third = len(heaps) // 3
    parts = heaps[:third], heaps[len(heaps) - third:]
    usual = [{number: [heap for n, heap in part if n == number]
              for number in {n for n, _ in part}} for part in parts]
    common = max(set(usual[0]) & set(usual[1]), default=None, key=lambda n:
                 min(len(usual[0][n]), len(usual[1][n])))
    if common is None or min(len(part[common]) for part in usual) < FEW:
        return
    yield tuple(int(statistics.median(part[common])) for part in usual)


def files_of(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def memory_of(pid):
    """Bytes of its own: what it shares with others, like opcache's, comes in
    page by page."""
    return 1024 * int(status_of(pid)["RssAnon"][0])


class Figures:
    """Of a moment without requests, process by process."""

    def __init__(self, host, ports):
        pids = host.processes()
        self.files = settled(lambda: {pid: files_of(pid) for pid in pids})
        self.memory = {pid: memory_of(pid) for pid in pids}
        self.connections = {name: connections(port)
                            for name, port in ports.items()}

    def __str__(self):
        whole = sum(self.memory.values())
        return (f"{len(self.memory)} processes with {whole // 1024} KiB of "
                f"their own, {sum(self.files.values())} files, connections "
                f"{self.connections}")


class Life:
    """One host from its warming up to its end; `faults` has what was wrong."""

    def __init__(self, host, two, calls):
        self.host = host
        self.calls = calls
        self.load = Load(host.places, {
            name: client.client_id
            for name, client in zip(two.NAMES, two.clients)})
        self.ledgers = [Ledger(client, name)
                        for name, client in zip(two.NAMES, two.clients)]
        self.ports = {
            name: split_address(cluster.gateways[0].inner_address)[1]
            for name, cluster in zip(two.NAMES, two.clusters)}
        self.most = dict.fromkeys(self.ports, 0)
        self.next_look = 0.0
        self.warm = self.end = None
        self.heaps = (0, 0)
        self.seconds = 0.0
        self.faults = []

    def look(self):
        for ledger in self.ledgers:
            ledger.take()
        if time.monotonic() >= self.next_look:
            for name, port in self.ports.items():
                self.most[name] = max(self.most[name], connections(port))
            self.next_look = time.monotonic() + LOOK_INTERVAL

    def made(self, calls, since, requests):
        """So many calls, and so many requests by every worker."""
        busy = sum(len(heaps) >= requests
                   for heaps in list(self.load.heaps.values()))
        return (self.load.calls - since >= calls
                and (busy >= self.host.workers or self.too_many(since)))

    def too_many(self, since):
        """True, and a fault, when it is time to stop waiting for a worker."""
        if self.load.calls - since < max(self.calls, ENOUGH):
            return False
        self.load.fault(f"not all of {self.host.workers} processes answer, "
                        f"only {sorted(self.load.heaps)}")
        return True

    def run(self):
        try:
            self._run()
        except AssertionError as failure:
            self.faults.append(str(failure))
        self.faults += self._faults_so_far()
        return self

    def _run(self):
        start = time.monotonic()
        self._serve(lambda: self.made(self.calls * WARM, 0,
                                      self.host.warm_requests))
        self.host.check()
        self.warm = Figures(self.host, self.ports)
        since = self.load.calls
        self._serve(lambda: self.made(self.calls * (1 - WARM), since,
                                      self.host.telling_requests))
        self.seconds = time.monotonic() - start
        self._compare_heaps()
        self.host.check()
        self.end = Figures(self.host, self.ports)
        self._compare()
        if self.host.reloads:
            self._reload()

    def _faults_so_far(self):
        return self.load.faults + [fault for ledger in self.ledgers
                                   for fault in ledger.faults]

    def _serve(self, enough, keep=None, meanwhile=None, may_lose=False):
        self.load.run(enough, self.host.parallel, keep or self.host.keep,
                      meanwhile or self.look, may_lose)
        for ledger in self.ledgers:
            ledger.settle(self.load.promised[ledger.name],
                          self.load.unanswered)
        if self._faults_so_far():
            raise AssertionError("the load ended early")

    def _compare_heaps(self):
        each = [pair for heaps in self.load.heaps.values()
                for pair in compared(heaps)]
        if not each:
            raise AssertionError("too few requests to tell the heaps")
        self.heaps = max(each)
        for warm, end in each:
            if OWN_MEMORY and end - warm >= ZEND_SLACK:
                self.faults.append(f"Zend's heap grew from {warm} to {end}")

    def _compare(self):
        warm, end = self.warm, self.end
        if set(warm.memory) != set(end.memory):
            self.faults.append(f"the processes were {sorted(warm.memory)} and "
                               f"are {sorted(end.memory)}")
            return
        for pid, files in end.files.items():
            if files > warm.files[pid]:
                self.faults.append(f"{pid}: {files} files are open, not "
                                   f"{warm.files[pid]}")
        for pid, memory in end.memory.items():
            if OWN_MEMORY and memory - warm.memory[pid] >= RESIDENT_SLACK:
                self.faults.append(f"{pid}: its memory grew from "
                                   f"{warm.memory[pid]} to {memory}")
        for name, most in self.most.items():
            allowed = self.host.connections_allowed(name)
            if not 0 < most <= allowed:
                self.faults.append(f"{name}: {most} connections for {allowed} "
                                   "processes")

    def _reload(self):
        """In the middle of requests; nothing confirmed is lost, and the old
        processes leave no connection."""
        before = set(self.host.answering())
        start, wanted = self.load.calls, max(self.calls // 10, 1000)
        reloaded = False

        def meanwhile():
            nonlocal reloaded
            self.look()
            if not reloaded and self.load.calls - start > wanted / 3:
                self.host.reload()
                reloaded = True

        def enough():
            new = set(list(self.load.heaps)) - before
            return (self.load.calls - start >= wanted and reloaded
                    and (len(new) >= self.host.workers
                         or self.too_many(start)))

        self._serve(enough, 1, meanwhile, self.host.reload_may_lose)
        for name, port in self.ports.items():
            allowed = self.host.connections_allowed(name)
            wait_until(lambda p=port, a=allowed: connections(p) <= a,
                       f"{allowed} connections after a reload", 3 * PATIENCE)

    def row(self):
        """For the table of docs/hosting.md."""
        def mib(figures):
            return f"{sum(figures.memory.values()) / 2**20:.1f}"

        allowed = [self.host.connections_allowed(name) for name in self.ports]
        return (f"| {self.host.title} | {self.load.calls:,} "
                f"| {self.load.requests:,} | {len(self.end.memory)} "
                f"| {mib(self.warm)} → {mib(self.end)} "
                f"| {self.heaps[0]:,} → {self.heaps[1]:,} "
                f"| {sum(self.warm.files.values())} → "
                f"{sum(self.end.files.values())} "
                f"| {' + '.join(map(str, self.most.values()))} of "
                f"{' + '.join(map(str, allowed))} |")

    def told(self):
        yield f"warm: {self.warm}"
        if self.end:
            yield f"end: {self.end}"
        yield (f"Zend's heap {self.heaps[0]} and {self.heaps[1]} bytes at the "
               "start of a request")
        messages = sum(len(ledger.numbers) for ledger in self.ledgers)
        yield (f"{self.load.calls} calls in {self.load.requests} requests, "
               f"{self.seconds:.1f} s, {messages} messages received, "
               f"{len(self.load.unanswered)} requests unanswered in a reload")
