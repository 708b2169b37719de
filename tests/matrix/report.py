#!/usr/bin/env python3
"""Writes docs/matrix.md from what tests/matrix/run has counted.

    report.py RESULTS >FILE

RESULTS has lines of words that tabs separate:

    php   NAME  VERSION  WHERE-FROM
    cell  NAME  SUITE  PASSED  FAILED  SKIPPED
    skip  NAME  SUITE  TEST (WHY)
"""

import re
import sys

# Where a file is differs between machines; its name does not.
PATH = re.compile(r"(?<![\w/])/(?:[\w.@+-]+/)+")

SUITES = {
    "build": "with the compiler of that Debian release, warnings as errors",
    "phpt": "PHP's own test runner",
    "vectors": "calls that were recorded with the pure PHP class",
    "interop": "the whole API beside the pure PHP class, failures, pooling,\n"
               "  php-fpm, forked processes",
    "threads": "many threads of one process, each of which serves requests",
}

HEAD = """\
# Which PHP

The extension on the PHP of Debian 11, 12 and 13, and on a thread-safe one. It takes
any from 7.4 on; others, like 8.0, 8.1 and 8.3, were not run. `tests/matrix/run
--report` builds it with `-Wall -Wextra -Werror` against each, runs its tests there with
one gatewayd for all, and writes this page; the numbers of tests are those of that day.

"""

TAIL = """
PHP 7.4 lacks some of what the newer ones do for the extension:

- Arguments of calls, such as messages, can show in stack traces; PHP 8.2 hides
  them. `zend.exception_ignore_args=1` does so in exceptions of every version.
- `opcache.file_cache` does not know that the extension was there when a file was
  compiled: a folder of its own is needed for PHP processes without it.
"""


def read(path):
    phps, cells, skips = {}, {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            kind, name, *rest = line.rstrip("\n").split("\t")
            if kind == "php":
                phps[name] = rest
            elif kind == "cell":
                cells[name, rest[0]] = [int(number) for number in rest[1:]]
            else:
                skips.setdefault((name, rest[0]), []).append(rest[1])
    return phps, cells, skips


def cell_text(cell):
    if cell is None:
        return "–"
    passed, failed, skipped = cell
    if cell == [1, 0, 0]:  # what counts as one is not a number of tests
        return "passed"
    words = [f"{passed} passed"] if passed else []
    words += [f"**{failed} failed**"] if failed else []
    words += [f"{skipped} skipped"] if skipped else []
    return ", ".join(words)


def table(phps, cells):
    suites = [suite for suite in SUITES if any(s == suite for _, s in cells)]
    for suite in suites:
        yield f"- **{suite}**: {SUITES[suite]}."
    yield ""
    yield "| PHP | from | " + " | ".join(suites) + " |"
    yield "|---" * (2 + len(suites)) + "|"
    for name in dict.fromkeys(name for name, _ in cells):
        version, origin = phps.get(name, (name, "not to be had"))
        kind = " ZTS" if name == "zts" else ""
        words = [cell_text(cells.get((name, suite))) for suite in suites]
        yield f"| {version}{kind} | {origin} | " + " | ".join(words) + " |"


def reasons(phps, skips):
    """Tests that are skipped for one reason stand together."""
    yield "## What is skipped"
    yield ""
    found = {}
    for (name, suite), texts in skips.items():
        version = phps.get(name, [name])[0] + (" ZTS" if name == "zts" else "")
        for text in texts:
            test, why = re.fullmatch(r"(.*?) \((.*)\)", text).groups()
            why = PATH.sub("", why)
            places = found.setdefault((suite, why), {})
            places.setdefault(test, []).append(version)
    for (suite, why), tests in sorted(found.items()):
        versions = sorted({v for places in tests.values() for v in places})
        yield f"- {suite}, on {', '.join(versions)}: {why}."
        for test in sorted(tests):
            yield f"  - {test}"


def main():
    phps, cells, skips = read(sys.argv[1])
    print(HEAD, end="")
    print("\n".join(table(phps, cells)))
    if skips:
        print()
        print("\n".join(reasons(phps, skips)))
    print(TAIL, end="")


if __name__ == "__main__":
    main()
