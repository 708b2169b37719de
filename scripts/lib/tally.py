#!/usr/bin/env python3
"""Turns the output of ctest or PHP's run-tests into a stage's closing lines.

    tally.py ctest|phpt FILE STATUS

Prints what failed with its output, `skipped: NAME (why)` lines, and
`N passed, N failed, N skipped`; exits 1 when something failed.
"""

import re
import sys


def tally_ctest(text):
    """Counts single cmocka tests; a program without them counts as one."""
    output = {}
    for number, line in re.findall(r"^(\d+): (.*)$", text, re.MULTILINE):
        output.setdefault(number, []).append(line)
    passed = failed = 0
    skips = []
    for number, name, verdict in re.findall(
            r"Test +#(\d+): (\S+) \.*\s*(\**\w+)", text):
        lines = "\n".join(output.get(number, []))
        counts = {kind: sum(map(int, re.findall(
            rf"\[  {kind} *\] (\d+) test\(s\)", lines)))
            for kind in ("PASSED", "FAILED", "SKIPPED")}
        for skipped in re.findall(r"\[  SKIPPED \] ([a-z]\w+)", lines):
            skips.append((f"{name} {skipped}", "skipped by the test"))
        passed += counts["PASSED"]
        failed += counts["FAILED"]
        if verdict == "***Skipped":  # by its exit status; its last line is why
            skips.append((name, lines.splitlines()[-1]))
        elif verdict == "Passed":
            passed += not any(counts.values())
        else:
            failed += not counts["FAILED"]
            print(f"FAIL {name} ({verdict})\n{lines}")
    return passed, failed, sorted(set(skips))


def tally_phpt(text):
    passed = failed = 0
    skips = []
    for verdict, name in re.findall(
            r"^((?:PASS|FAIL|SKIP|LEAK|WARN|BORK|XFAIL|XLEAK)\S*) (.*\[.*)$",
            text, re.MULTILINE):
        name = name.split("\r")[-1]
        if verdict == "PASS":
            passed += 1
        elif verdict == "SKIP":
            title, _, why = name.partition(" reason: ")
            skips.append((title, why or "no reason given"))
        else:
            failed += 1
            print(f"{verdict} {name}")
    if failed:
        print(text)
    return passed, failed, skips


def main():
    kind, path, status = sys.argv[1:]
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    passed, failed, skips = {"ctest": tally_ctest, "phpt": tally_phpt}[kind](
        text)
    if int(status) != 0 and not failed or not passed and not skips:
        failed += 1
        print(text)
    for name, why in skips:
        print(f"skipped: {name} ({why})")
    print(f"{passed} passed, {failed} failed, {len(skips)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
