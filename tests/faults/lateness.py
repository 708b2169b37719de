"""How long a call may last: its time, and what was measured to have been taken
from those that it needs meanwhile. So a deadline holds to the tenth on a busy
machine, too, and on one that stands still for seconds."""

import os
import tempfile
import time
from pathlib import Path

from harness.canary import SPARE, Canary, Waiting

# Seconds. What a process lost in smaller pieces it waited for a processor, and
# that is told exactly.
WORTH_COUNTING = 0.1
START = 0.5  # until then every call has looked at the clock
# Who lost so much may have missed more than time: a step that had to come
# before a deadline. What failed meanwhile is played again, so often at most.
DISTURBED = 0.2
TRIES = 5


class Machine:
    """The watch on it; with `strict` it may lose nothing."""

    def __init__(self, strict=False):
        self.strict = strict
        self.folder = tempfile.TemporaryDirectory()
        self.canary = Canary(Path(self.folder.name), each=True)
        self.watch(os.getpid())

    def watch(self, *pids):
        for pid in pids:
            self.canary.watch(pid)

    def disturbed(self, begin, loop, pids):
        """Whether what these, and the proxies and fakes of that loop, did
        since then is not to be judged."""
        end = time.monotonic()
        return not self.strict and DISTURBED <= (
            counted(self.canary.lost(begin, end, os.getpid(), *pids))
            + counted(loop.late(begin, end)))

    def allows(self, result, earliest, needed=None):
        """How much longer a call may have lasted that could not end before so
        many seconds; `needed` are the Helpers that it waited for."""
        if self.strict:
            return 0
        more, pids, late = SPARE + result.waited, [result.pid], []
        if needed is not None:
            more += needed.waiting.taken()
            pids += needed.pids
            late = needed.loop.late(result.begin, result.end)
        lost = self.canary.lost(result.begin, result.end, *pids)
        late, lost = (delaying(of, result.begin + START,
                               result.begin + earliest) for of in (late, lost))
        return more + length(late) + counted(lost)

    def close(self):
        self.canary.close()
        self.folder.cleanup()


class Helpers:
    """Those that a call waits for, from now on: daemons with these pids, and
    the proxies and fakes of that loop, in this process."""

    def __init__(self, loop, pids):
        self.loop = loop
        self.pids = [os.getpid(), *pids]
        self.waiting = Waiting([lambda pid=pid: [pid] for pid in self.pids])


def delaying(intervals, started, due):
    """What is lost between does not make a call late that only waits then."""
    return [(b, e) for b, e in intervals if b < started or e > due]


def length(intervals):
    return sum(end - begin for begin, end in intervals)


def counted(intervals):
    return length((b, e) for b, e in intervals if e - b >= WORTH_COUNTING)
