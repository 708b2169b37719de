"""How much time the machine takes away: from processes that only sleep, from
those that want to run, and from those that somebody stops.

Started as a program it writes lines `BEGIN END NAME` (seconds of the monotonic
clock): NAME had nothing of that time. It is `any`, a process that a short sleep
lasted too long for; with --each also `cpuN`, one that can run nowhere else; or
the pid of a process, of those that standard input names, that stood still: it
was stopped, or the kernel did not let go of it. `0 END told` follows when all
up to END is told. Canary reads them.
"""

import bisect
import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

SLEEP = 0.005
WORTH_TELLING = 0.002
GLANCE = 0.02   # between two looks at the processes
# Seconds that may have been lost where nobody looked, such as of a processor
# that another virtual machine had meanwhile.
SPARE = 0.3
HELD = "DTt"    # states: in the kernel, stopped, traced
ENDED = "XZ"
PATIENCE = 60


# ---- the program -------------------------------------------------------------


def tell(begin, end, name):
    os.write(1, f"{begin:.6f} {end:.6f} {name}\n".encode())


def watch(name, seen):
    if name.startswith("cpu"):
        os.sched_setaffinity(0, {int(name[3:])})  # of this thread
    before = time.monotonic()
    while True:
        time.sleep(SLEEP)
        now = time.monotonic()
        if now - before - SLEEP > WORTH_TELLING:
            tell(before + SLEEP, now, name)
        before = seen[name] = now


def state_of(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1")
    except OSError:
        return ENDED
    return stat.rsplit(")", 1)[1].split()[0]


class Glances:
    """At processes: one that is held now or was before had nothing of the time
    between."""

    def __init__(self):
        self.held = {}  # pid -> whether it was
        self.before = time.monotonic()

    def look(self):
        now = time.monotonic()
        for pid, was in list(self.held.items()):
            state = state_of(pid)
            self.held[pid] = state in HELD
            if was or self.held[pid]:
                # Until it was looked at: it may have gone on since `now`.
                tell(self.before, time.monotonic(), pid)
            if state in ENDED:
                del self.held[pid]
        self.before = now


def main(names):
    seen = dict.fromkeys(names, 0)
    for name in names:
        threading.Thread(target=watch, args=(name, seen), daemon=True).start()
    glances = Glances()
    while True:
        glances.look()
        tell(0, min(glances.before, *seen.values()), "told")
        if select.select([0], [], [], GLANCE)[0]:
            words = os.read(0, 4096)
            if not words:  # whoever started it has ended
                return
            for word in words.split():
                glances.held.setdefault(int(word), False)


# ---- its reader --------------------------------------------------------------


def joined(intervals):
    """In their order, those that touch as one."""
    found = []
    for begin, end in sorted(intervals):
        if found and begin <= found[-1][1]:
            found[-1][1] = max(end, found[-1][1])
        else:
            found.append([begin, end])
    return found


class Canary:
    """Runs it; with `each`, on each processor, too."""

    def __init__(self, folder, each=False):
        self.names = ["any"]
        if each:
            self.names += [f"cpu{n}" for n in os.sched_getaffinity(0)]
        path = folder / "canary"
        with open(path, "w", encoding="ascii") as out:
            self.popen = subprocess.Popen(
                [sys.executable, __file__, *self.names],
                stdin=subprocess.PIPE, stdout=out)
        self.lines = open(path, encoding="ascii")
        self.lock = threading.Lock()
        self.times = defaultdict(lambda: ([], []))  # name: begins, ends
        self.told = 0
        self._await(time.monotonic())  # until it looks

    def watch(self, pid):
        """From now on. A line is written whole."""
        os.write(self.popen.stdin.fileno(), f"{pid}\n".encode())

    def _read(self):
        while True:
            place = self.lines.tell()
            line = self.lines.readline()
            if not line.endswith("\n"):
                self.lines.seek(place)
                return
            begin, end, name = line.split()
            if name == "told":
                self.told = float(end)
            else:
                for times, one in zip(self.times[name], (begin, end)):
                    times.append(float(one))

    def _await(self, end):
        """Until all up to then is told; somebody may have stopped it, too."""
        began = time.monotonic()
        while self.told < end:
            self._read()
            if self.popen.poll() is not None or self.told >= end:
                return
            if time.monotonic() - began > PATIENCE:
                raise AssertionError("the canary tells nothing any more")
            time.sleep(GLANCE / 2)

    def _between(self, name, begin, end):
        begins, ends = self.times[name]
        for i in range(bisect.bisect(ends, begin), len(ends)):
            if begins[i] >= end:
                break
            yield max(begin, begins[i]), min(end, ends[i])

    def lost(self, begin, end, *pids):
        """Intervals that processes with nothing to do lost in this time, or
        one of these did."""
        with self.lock:
            self._await(end)
            return joined(interval for name in [*self.names, *map(str, pids)]
                          for interval in self._between(name, begin, end))

    def taken(self, begin, end):
        """Seconds that a process with nothing to do lost in this time."""
        return sum(e - b for b, e in self.lost(begin, end))

    def close(self):
        self.popen.terminate()
        self.popen.wait()
        self.popen.stdin.close()
        self._read()
        self.lines.close()


def waited(pid):
    """Seconds for which a process's threads waited for a processor."""
    nanoseconds = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # it has ended
            nanoseconds += int(path.read_text().split()[1])
    return nanoseconds / 1e9


class Waiting:
    """From now on. `parts` are functions that return the pids of one: its
    processes work beside each other, the parts one after the other."""

    def __init__(self, parts):
        self.parts = parts
        self.before = {pid: waited(pid) for pids in parts for pid in pids()}

    def taken(self):
        """Seconds that the parts lost."""
        return sum(max(max(waited(pid) - self.before.get(pid, 0), 0)
                       for pid in pids()) for pids in self.parts)


if __name__ == "__main__":
    main(sys.argv[1:])
