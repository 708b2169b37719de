"""The code blocks of a Markdown page."""

import re
from dataclasses import dataclass

from harness.process import ROOT

FENCE = re.compile(r"^(`{3,}|~{3,})\s*(.*?)\s*$")


@dataclass
class Block:
    """`info` is the whole info string: the language, and a name or a path."""
    page: str
    line: int
    info: str
    text: str = ""

    @property
    def language(self):
        return self.info.split(" ")[0]

    def __str__(self):
        return f"{self.page}:{self.line} ({self.info or 'no language'})"


def read(page):
    """The page's blocks, and its faults: a block that is only indented does
    not say its language."""
    blocks, faults = [], []
    block = fence = None
    blank = True
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        found = FENCE.match(line)
        if block is not None:
            if found and found[1].startswith(fence) and not found[2]:
                blocks.append(block)
                block = None
            else:
                block.text += line + "\n"
        elif found:
            fence = found[1]
            block = Block(page, number, found[2])
        elif blank and line.startswith("    ") and line.strip():
            faults.append(f"{page}:{number}: an indented block: it needs a "
                          "fence and a language")
        blank = not line.strip() or (blank and line.startswith("    "))
    if block is not None:
        faults.append(f"{block}: it has no end")
    return blocks, faults
