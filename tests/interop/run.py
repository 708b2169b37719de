#!/usr/bin/env python3
"""Runs the interop tests and ends with `N passed, N failed, N skipped`.

    run.py [--list] [--only SERVER] [--without PATTERN] [--jobs N] [PATTERN...]

Tests wait at least half of their time, so N classes of them (default: one more
than twice the processors) run beside each other: first those that say
`long = True`. Before them come, in turn, those whose clock is strict: they say
`alone = True`.
PATTERN is part of a test's name, e.g. `vectors` or `Api`. SERVER is gatewayd
or gatewayworker: what a test class says in `server`, gatewayd if nothing.
GW_PREFIX names the folder with bin/ and ext/ (default: out/). Another PHP is
named by PHP and GW_PHP_FPM (programs) and GW_EXTENSION (the .so built for it).
Tests that lack their peer are skipped, and named as `skipped: NAME (why)`.
"""

import argparse
import contextlib
import itertools
import multiprocessing.connection
import os
import signal
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness.process import discard_all  # noqa: E402

JOBS = 2 * (os.cpu_count() or 1) + 1
CLASS_LIMIT = 600  # seconds in which one of the classes beside each other ends
EXIT_LIMIT = 60    # and a process that has nothing to do


class Outcome(unittest.TestResult):
    """Prints failures as they come; counts what a stage has to report."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.broken = 0
        self.skips = []
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        seconds = time.monotonic() - self.started
        if seconds > 5:
            print(f"  slow: {name_of(test)} {seconds:.1f} s", flush=True)

    def _broken(self, test, error):
        self.broken += 1
        text = self._exc_info_to_string(error, test)
        print(f"FAIL {name_of(test)}\n{text}", flush=True)

    def addFailure(self, test, err):
        self._broken(test, err)

    def addError(self, test, err):
        self._broken(test, err)

    def addSubTest(self, test, subtest, err):
        """One that failed is all that is told of its test."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._broken(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.skips.append((name_of(test), reason))


def name_of(test):
    """`test_pool.Strace.test_one_connect`, or the class for a set-up."""
    return test.id().replace("__main__.", "")


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def server_of(test):
    return getattr(test, "server", "gatewayd")


def chosen(options):
    loader = unittest.defaultTestLoader
    for test in flatten(loader.discover(str(HERE), "test_*.py")):
        if options.only and server_of(test) != options.only:
            continue
        if options.without and options.without in test.id():
            continue
        if not options.patterns or any(p in test.id()
                                       for p in options.patterns):
            yield test


def classes_of(tests):
    """The tests in lists of one class, which has its set-up once."""
    groups = [list(each) for _, each in itertools.groupby(
        tests, lambda test: f"{type(test).__module__}.{type(test).__name__}")]
    return sorted(groups, key=lambda each: not getattr(each[0], "long", False))


def run_class(tests, outcome):
    unittest.TestSuite(tests).run(outcome)


def serve(groups, pipe):
    """Runs the classes whose numbers come, until None does."""
    try:
        while (number := pipe.recv()) is not None:
            outcome = Outcome()
            run_class(groups[number], outcome)
            pipe.send((outcome.passed, outcome.broken, outcome.skips))
    finally:
        discard_all()  # atexit does not do it here


class Worker:
    """A process for one class after another; forked, for what has been found
    out while the tests were imported."""

    context = multiprocessing.get_context("fork")

    def __init__(self, groups):
        self.groups = groups
        self.number = None
        self.pipe, theirs = self.context.Pipe()
        self.process = self.context.Process(target=serve,
                                            args=(groups, theirs))
        self.process.start()
        theirs.close()

    def give(self, number):
        """False when that was the last; collect() tells of one that is gone."""
        self.number = number
        with contextlib.suppress(BrokenPipeError):
            self.pipe.send(number)
        return number is not None

    def collect(self, outcome):
        """False when it has no result, for it is gone: a reset, if it had not
        read all that it was sent."""
        try:
            passed, broken, skips = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(EXIT_LIMIT)
            self.fail(outcome, "its process ended with "
                               f"{self.process.exitcode}")
            return False
        outcome.passed += passed
        outcome.broken += broken
        outcome.skips += skips
        return True

    def fail(self, outcome, why):
        print(f"FAIL {type(self.groups[self.number][0]).__name__}\n{why}",
              flush=True)
        outcome.broken += 1

    def end(self):
        self.process.join(EXIT_LIMIT)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def run_beside(groups, jobs, outcome):
    sys.stdout.flush()
    numbers = iter(range(len(groups)))
    workers = [Worker(groups) for _ in range(min(jobs, len(groups)))]
    try:
        busy = {worker.pipe: worker for worker in workers
                if worker.give(next(numbers))}
        while busy:
            ready = multiprocessing.connection.wait(busy, CLASS_LIMIT)
            if not ready:
                for worker in busy.values():
                    worker.fail(outcome, f"no end after {CLASS_LIMIT} s")
                    worker.process.terminate()
                break
            for pipe in ready:
                worker = busy[pipe]
                if not (worker.collect(outcome)
                        and worker.give(next(numbers, None))):
                    del busy[pipe]
    except BaseException:
        for worker in workers:
            worker.process.terminate()
        raise
    finally:
        for worker in workers:
            worker.end()


def interrupt(*_):
    """unittest lets only this one through."""
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupt)
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--without")
    parser.add_argument("--jobs", metavar="N", type=int, default=JOBS)
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args()
    tests = list(chosen(options))
    if options.list:
        print("\n".join(test.id() for test in tests))
        return 0
    outcome = Outcome()
    groups = classes_of(tests)
    jobs = min(options.jobs, len(groups))
    beside = [] if jobs < 2 else [group for group in groups
                                  if not getattr(group[0], "alone", False)]
    for group in groups:
        if group not in beside:
            run_class(group, outcome)
    if beside:
        run_beside(beside, jobs, outcome)
    for name, reason in sorted(outcome.skips):
        print(f"skipped: {name} ({reason})")
    print(f"{outcome.passed} passed, {outcome.broken} failed, "
          f"{len(outcome.skips)} skipped")
    return 1 if outcome.broken or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
