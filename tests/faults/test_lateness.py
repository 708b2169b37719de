#!/usr/bin/env python3
"""What is too late, and what is not because it was taken; and that it is seen
when somebody stops a process."""

import os
import signal
import subprocess
import sys
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent),
                str(Path(__file__).resolve().parents[1] / "interop")]

# pylint: disable=wrong-import-position
from lateness import SPARE, Helpers, Machine
from matrix import Failure, expect_time
from table import TIMEOUT, TIMES

BEGIN, PID, OTHER = 1000, 17, 18
LATEST = TIMES["deadline"][1] + SPARE


@dataclass
class Call:
    seconds: float
    waited: float = 0
    begin: float = BEGIN
    pid: int = PID

    @property
    def end(self):
        return self.begin + self.seconds


class Watch:
    """Knows what each lost."""

    def __init__(self, **lost):
        self.of = {int(name[3:]): times for name, times in lost.items()}

    def lost(self, _begin, _end, *pids):
        return [(BEGIN + b, BEGIN + e) for pid in (0, *pids)
                for b, e in self.of.get(pid, ())]

    def late(self, begin, end):
        return self.lost(begin, end)


class Lateness(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.close)

    def judge(self, call, needed=None, **lost):
        real, self.machine.canary = self.machine.canary, Watch(**lost)
        try:
            expect_time(call, TIMES["deadline"], self.machine, needed)
        finally:
            self.machine.canary = real

    def refuse(self, *arguments, **lost):
        with self.assertRaises(Failure):
            self.judge(*arguments, **lost)

    def test_a_deadline_is_kept_to_the_tenth(self):
        self.judge(Call(LATEST - 0.01))
        self.refuse(Call(LATEST + 0.01))
        self.refuse(Call(2 * TIMEOUT))
        self.refuse(Call(TIMEOUT - 0.01))

    def test_what_was_taken_is_added(self):
        late = LATEST + 3.9
        self.judge(Call(late, waited=4))
        self.judge(Call(late), pid0=[(3, 7)])
        self.judge(Call(late), pid17=[(0.1, 4.1)])
        self.refuse(Call(late), pid18=[(3, 7)])
        self.judge(Call(late), Helpers(Watch(), [OTHER]), pid18=[(3, 7)])
        self.judge(Call(late), Helpers(Watch(pid0=[(3, 7)]), []))

    def test_what_was_taken_while_it_waited_is_not(self):
        self.refuse(Call(LATEST + 0.5), pid0=[(1, 2.5)])

    def test_strict_adds_nothing(self):
        self.machine.strict = True
        self.judge(Call(LATEST - SPARE))
        self.refuse(Call(LATEST - SPARE + 0.01, waited=4), pid17=[(0, 9)])

    def test_a_stop_is_seen_as_long_as_it_was(self):
        with subprocess.Popen(["sleep", "600"]) as sleeper:
            self.addCleanup(sleeper.kill)
            begin = time.monotonic()
            self.machine.watch(sleeper.pid)
            for _ in range(3):  # looks, and it is among those looked at
                self.machine.canary.lost(begin, time.monotonic())
            sleeper.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED | os.WNOWAIT)
            stopped = time.monotonic()
            time.sleep(0.3)
            going_on = time.monotonic()
            sleeper.send_signal(signal.SIGCONT)
            lost = self.machine.canary.lost(begin, time.monotonic(),
                                            sleeper.pid)
            sleeper.kill()
        self.assertTrue(any(b <= stopped and e >= going_on
                            for b, e in lost), (stopped, going_on, lost))


if __name__ == "__main__":
    unittest.main()
