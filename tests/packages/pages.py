"""The pages of docs/install: their ```sh blocks, by heading."""

import re

from place import ROOT

FENCE = re.compile(r"^(#{1,6} [^\n]*)$|^```(\w*)[^\n]*\n(.*?)^```$",
                   re.MULTILINE | re.DOTALL)


class Page:
    """`take(heading)` gives the commands under that heading, block by block,
    and notes that they were used; `left()` is what nobody took."""

    def __init__(self, name):
        self.name = name
        text = (ROOT / "docs/install" / name).read_text(encoding="utf-8")
        self.text = text
        self.sections = {}
        heading = ""
        for found in FENCE.finditer(text):
            if found[1]:
                heading = found[1].lstrip("# ")
            elif found[2] == "sh":
                self.sections.setdefault(heading, []).append(found[3])
            elif found[2] not in ("text", "ini", "yaml", "nginx"):
                raise AssertionError(
                    f"{name}: no test runs a block of {found[2] or 'nothing'}")
        self.untaken = set(self.sections)

    def take(self, heading):
        self.untaken.discard(heading)
        return self.sections[heading]

    def left(self):
        return sorted(self.untaken)


def expect_all_taken(report, page):
    with report.check(f"every block of {page.name} was run"):
        assert not page.left(), f"not run: {page.left()}"
