"""The code blocks of docs/frameworks/*.md: the page is the application.

A fenced block's info string is a language, a space, and the file's path in the
application:

    ```php routes/web.php

Such a block is the whole file; several with one path are one file, in their
order. A block without a path is shell (`sh`), which a reader types in the
application's folder, or output (`text`). Anything else is a fault of the page.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.process import ROOT

FENCE = re.compile(r"^(`{3,})\s*(\S*)[ \t]*(.*?)[ \t]*$")
BARE = ("sh", "text")


@dataclass
class Block:
    """One fenced block; `path` is "" where it has none."""
    language: str
    path: str
    text: str
    line: int


class PageError(Exception):
    """The page breaks the convention; says where."""


def _safe(path):
    pure = PurePosixPath(path)
    return (not pure.is_absolute() and ".." not in pure.parts
            and " " not in path)


def read(page):
    """The blocks of a page, in order."""
    blocks = []
    fence = block = None
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        found = FENCE.match(line)
        if fence is None:
            if found:
                fence, language, path = found.groups()
                block = Block(language, path, "", number)
        elif found and found[1].startswith(fence) and not found[2]:
            blocks.append(block)
            fence = None
        else:
            block.text += line + "\n"
    if fence is not None:
        raise PageError(f"{page}:{block.line}: this block has no end")
    for block in blocks:
        if block.path and not _safe(block.path):
            raise PageError(f"{page}:{block.line}: {block.path!r} is no path "
                            "in an application")
        if not block.path and block.language not in BARE:
            raise PageError(f"{page}:{block.line}: a block of "
                            f"{block.language!r} needs a path")
    return blocks


def page_of(name):
    return ROOT / f"docs/frameworks/{name}.md"


def files(name):
    """{path: text} of the page docs/frameworks/NAME.md."""
    found = {}
    for block in read(page_of(name)):
        if block.path:
            found[block.path] = found.get(block.path, "") + block.text
    return found


def commands(name):
    """The lines of the page's shell blocks, in order."""
    return [line for block in read(page_of(name))
            if block.language == "sh" and not block.path
            for line in block.text.splitlines() if line.strip()]


def write(name, app, without=()):
    """Writes the page's files into an application; returns their paths."""
    written = []
    for path, text in files(name).items():
        if path in without:
            continue
        target = app / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(path)
    return written
