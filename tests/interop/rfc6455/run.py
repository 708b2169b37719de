#!/usr/bin/env python3
"""Runs the RFC 6455 cases against gatewayd; ends with `N passed, N failed`.

    run.py [--check | --write] [--times] [NUMBER...]

NUMBER is a case or the beginning of some: 6.4 is 6.4.1 to 6.4.4. --write puts
the results into docs/rfc6455.md; --check fails when they are not what is
written there. GW_PREFIX names the folder with bin/ (default: out/).
"""

import argparse
import difflib
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from harness.process import ROOT
from rfc6455 import (cases_close, cases_framing, cases_limits, cases_own,
                     cases_utf8, report)
from rfc6455.client import Violation
from rfc6455.runner import Gateway, run_case

DOCUMENT = ROOT / "docs/rfc6455.md"
SECTIONS = [section for module in (cases_framing, cases_utf8, cases_close,
                                   cases_limits, cases_own)
            for section in module.SECTIONS]


def is_chosen(case, numbers):
    return not numbers or any((case.number + ".").startswith(n + ".")
                              for n in numbers)


def run_all(numbers):
    """Number -> remark or None, Violation, seconds."""
    results, times = {}, {}
    gateway = Gateway()
    try:
        for _, cases in SECTIONS:
            for case in cases:
                if not is_chosen(case, numbers):
                    continue
                started = time.monotonic()
                try:
                    results[case.number] = run_case(gateway, case)
                except (Violation, OSError, AssertionError) as failure:
                    results[case.number] = failure
                    print(f"FAIL {case.number} ({case.what}): {failure}",
                          flush=True)
                times[case.number] = time.monotonic() - started
    finally:
        status, log = gateway.close()
    if status != 0:
        print(f"FAIL gatewayd ended with {status}:\n{log[-20000:]}")
    return results, times, status == 0


def check_document(wanted):
    have = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    if have == wanted:
        return True
    print("FAIL docs/rfc6455.md is not what the run gave (run.py --write):")
    sys.stdout.writelines(difflib.unified_diff(
        have.splitlines(True), wanted.splitlines(True), "written", "found",
        n=0))
    return False


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupt)
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("numbers", nargs="*")
    options = parser.parse_args()
    if options.numbers and (options.check or options.write):
        parser.error("the document is about all cases")
    results, times, clean = run_all(options.numbers)
    failed = sum(isinstance(r, Exception) for r in results.values())
    passed = len(results) - failed
    failed += not clean
    document = report.document(SECTIONS, results)
    if options.times:
        for number in sorted(times, key=times.get)[-20:]:
            print(f"{times[number]:7.3f} s  {number}")
    for number, remark in results.items():
        if isinstance(remark, str):
            print(f"NON-STRICT {number}: {remark}")
    if options.write:
        DOCUMENT.write_text(document, encoding="utf-8")
    if options.check:
        good = check_document(document)
        passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
