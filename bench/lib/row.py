"""What a program in bench/rows needs to say what it measured.

A row prints one JSON object a line to standard output:

    {"row": 6, "subject": "gatewayd", "case": "", "n": 900,
     "metric": "deliveries_per_s", "unit": "/s", "round": 0, "value": 1.5e6}

`case` tells apart what one row measures several of (a method, a port), `n` is
the size. Lines of one round were measured one right after the other: only
within a round are subjects compared. A peer that cannot be had is one line
{"row": 6, "subject": "nchan", "missing": "why"}; a remark for the report is
{"row": 6, "note": "text"}. Prose goes to standard error.
"""

import json
import os
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
ROOT = BENCH.parent
BIN = ROOT / "out/build/release/bin"  # the programs of bench/*.c
QUICK = os.environ.get("QUICK", "") not in ("", "0")

sys.path.insert(0, str(ROOT / "tests/interop"))  # its `harness` is ours, too


def pick(quick, full):
    """One of two, by what kind of run this is."""
    return quick if QUICK else full


class Row:
    """Prints the lines of one row."""

    def __init__(self, number):
        self.number = number

    def _print(self, **fields):
        print(json.dumps({"row": self.number, **fields}), flush=True)

    # pylint: disable-next=too-many-arguments
    def emit(self, subject, metric, value, unit, *, n=0, case="", round=0):
        """One figure. Units: "/s" is better when higher, others (µs, ms, s,
        B, MB, %) when lower."""
        self._print(subject=subject, case=case, n=n, metric=metric, unit=unit,
                    round=round, value=value)
        self.say(f"{subject:14} {case:12} n={n:<7} {metric} "
                 f"{value:,.6g} {unit}")

    def missing(self, subject, why):
        self._print(subject=subject, missing=why)
        self.say(f"{subject}: {why}")

    def note(self, text):
        """A sentence for the report."""
        self._print(note=text)
        self.say(text)

    def say(self, text):
        print(f"  {self.number:2}  {text}", file=sys.stderr, flush=True)
