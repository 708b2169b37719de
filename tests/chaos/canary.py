"""How much time the machine takes away: from a process that only sleeps, and
from those that want to run.

Started as a program it writes a line `TIME LATENESS` (seconds, of the monotonic
clock) whenever a short sleep lasted too long. Canary reads them.
"""

import bisect
import contextlib
import subprocess
import sys
import time
from pathlib import Path

SLEEP = 0.005
WORTH_TELLING = 0.002


def watch():
    before = time.monotonic()
    while True:
        time.sleep(SLEEP)
        now = time.monotonic()
        if now - before - SLEEP > WORTH_TELLING:
            print(f"{now:.6f} {now - before - SLEEP:.6f}", flush=True)
        before = now


class Canary:
    """Runs it."""

    def __init__(self, folder):
        self.path = folder / "canary"
        with open(self.path, "w", encoding="ascii") as out:
            self.popen = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.DEVNULL,
                stdout=out)
        self.begins, self.ends = [], []

    def _read(self):
        lines = self.path.read_text(encoding="ascii").splitlines(True)
        for line in lines[len(self.ends):]:
            if line.endswith("\n"):
                end, late = map(float, line.split())
                self.begins.append(end - late)
                self.ends.append(end)

    def taken(self, begin, end):
        """Seconds that a process with nothing to do lost in this time."""
        if not self.ends or self.ends[-1] < end:
            self._read()
        taken = 0
        for i in range(bisect.bisect(self.ends, begin), len(self.ends)):
            if self.begins[i] >= end:
                break
            taken += min(end, self.ends[i]) - max(begin, self.begins[i])
        return taken

    def close(self):
        self.popen.terminate()
        self.popen.wait()
        self._read()


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
    watch()
