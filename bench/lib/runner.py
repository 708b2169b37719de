"""Runs the rows and writes the report; bench/run calls it."""

import datetime
import json
import os
import subprocess
import sys
import time

from . import machine, report, results
from .row import BENCH, QUICK, ROOT

FOLDER = ROOT / "out/bench/quick" if QUICK else ROOT / "out/bench"
DOCS = FOLDER if QUICK else ROOT / "docs"


def programs():
    """Number to program, of all rows there are."""
    found = (BENCH / "rows").glob("[0-9][0-9]_*")
    return {int(path.name[:2]): path for path in sorted(found)}


def measure(number, program):
    """A row's lines, with one about the run itself; None: it failed."""
    print(f"{program.name}", file=sys.stderr, flush=True)
    start = time.monotonic()
    env = {**os.environ, "PYTHONPATH": str(BENCH)}
    done = subprocess.run([program], stdin=subprocess.DEVNULL, env=env,
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(f"{program.name} failed ({done.returncode})", file=sys.stderr)
        return None
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    lines.append({"row": number, "run": {
        "date": datetime.datetime.now(datetime.timezone.utc)
                .strftime("%Y-%m-%d %H:%M UTC"),
        "seconds": round(time.monotonic() - start),
        "commit": machine.commit(),
        "quick": QUICK}})
    return lines


def main():
    known = programs()
    wanted = [int(word) for word in sys.argv[1:]] or list(known)
    unknown = [number for number in wanted if number not in known]
    if unknown:
        sys.exit(f"no such row: {unknown} (there are {list(known)})")
    stored = FOLDER / "results.jsonl"
    failed = []
    for number in wanted:
        lines = measure(number, known[number])
        if lines is None:
            failed.append(number)
        else:
            results.merge(stored, number, lines)
            report.write(results.Results(results.load(stored)), DOCS)
    if failed:
        sys.exit(f"rows that failed: {failed}")
    print(f"{(DOCS / 'benchmarks.md').relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()
