#!/usr/bin/env python3
"""Runs the interop tests and ends with `N passed, N failed, N skipped`.

    run.py [--list] [--only SERVER] [--without PATTERN] [PATTERN...]

PATTERN is part of a test's name, e.g. `vectors` or `Api`. SERVER is gatewayd
or gatewayworker: what a test class says in `server`, gatewayd if nothing.
GW_PREFIX names the folder with bin/ and ext/ (default: out/). Another PHP is
named by PHP and GW_PHP_FPM (programs) and GW_EXTENSION (the .so built for it).
Tests that lack their peer are skipped, and named as `skipped: NAME (why)`.
"""

import argparse
import signal
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


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


def interrupt(*_):
    """unittest lets only this one through."""
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupt)
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--without")
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args()
    tests = list(chosen(options))
    if options.list:
        print("\n".join(test.id() for test in tests))
        return 0
    outcome = Outcome()
    unittest.TestSuite(tests).run(outcome)
    for name, reason in outcome.skips:
        print(f"skipped: {name} ({reason})")
    print(f"{outcome.passed} passed, {outcome.broken} failed, "
          f"{len(outcome.skips)} skipped")
    return 1 if outcome.broken or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
