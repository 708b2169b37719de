#!/usr/bin/env python3
"""What `run` runs in namespaces of its own: the parts, by name."""

import importlib
import signal
import sys

import chroots
from debs import copy_sources
from report import Report


def main():
    # The first process of a namespace is not ended by what it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    lock = chroots.prepare()
    base = chroots.base()
    chroots.refresh(base)
    sources = copy_sources()
    for name in sys.argv[1:]:
        part = importlib.import_module(f"part_{name}")
        # What goes wrong between the checks ends the part, not the others.
        with report.check(f"{name}, to its end"):
            part.run(report, base, sources)
    lock.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
