#!/usr/bin/env python3
"""Pages in English and in Chinese, side by side (X.md and X.zh-CN.md), in step.

    tests/docs/pairs.py [--fix-links] [PAGE...]

Both have the same headings (number, depth, order), the same blocks of code but
for comments and for strings that are Chinese, the same tables and the same
links; the first line under each title leads to the other page. So what
tests/docs/run does with the blocks of the English page holds for both.

A page has both unless ENGLISH says why not. With --fix-links, links of Chinese
pages lead to Chinese pages and headings where those exist.
"""

import argparse
import posixpath
import re
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "interop")]

from blocks import FENCE, read  # noqa: E402
from harness.process import ROOT  # noqa: E402

RECORD = "a record for developers, written by a test or read with one"
ENGLISH = {
    "CHANGELOG.md": "one list of changes",
    "docs/benchmarks.md": RECORD,
    "docs/benchmarks-profiles.md": RECORD,
    "docs/chaos.md": RECORD,
    "docs/conformance.md": RECORD,
    "docs/design.md": "for those who change the code, whose comments are English",
    "docs/faults.md": RECORD,
    "docs/hostile.md": RECORD,
    "docs/injection.md": RECORD,
    "docs/matrix.md": RECORD,
    "docs/rfc6455.md": RECORD,
    "docs/windows.md": "for those who build the library there, with its sources",
}

CHINESE = ".zh-CN.md"
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
CODE_SPAN = re.compile(r"(`+)(?!`)((?:(?!\n\n).)*?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)[^)]*\)|^\[[^\]]+\]:\s*<?([^\s>]+)"
                  r"|<[a-z]+\s[^>]*?(?:src|srcset|href)=\"([^\"\s]+)\"",
                  re.MULTILINE)
NAMED = re.compile(r"<a\s[^>]*?(?:id|name)=\"([^\"]+)\"")
TABLE_LINE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")

# What begins a comment, and what ends it.
LINE, C, MARKUP = ("#", "\n"), ("/*", "*/"), ("<!--", "-->")
SLASHES, DASHES, SEMICOLON = ("//", "\n"), ("--", "\n"), (";", "\n")
COMMENTS = {
    "php": [SLASHES, C, LINE, MARKUP], "ini": [LINE, SEMICOLON],
    "html": [MARKUP], "xml": [MARKUP], "sql": [DASHES, C], "lua": [DASHES],
    "css": [C], "diff": [], "json": [], "text": [],
    **dict.fromkeys(["c", "cpp", "js", "ts", "jsonc", "go"], [SLASHES, C]),
}
QUOTES = {"html": "", "xml": "", "ini": "\"", "conf": "\"", "diff": "",
          "js": "'\"`"}


def chinese_of(page):
    return page[:-len(".md")] + CHINESE


def pages():
    """Every page for people, by its English name."""
    found = {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")}
    names = {str(path.relative_to(ROOT)) for path in found}
    return sorted({name.replace(CHINESE, ".md") for name in names})


class Page:
    """What is compared of a page; `prose` is the page without its blocks."""

    def __init__(self, name):
        self.name = name
        self.blocks, self.faults = read(name)
        text = (ROOT / name).read_text(encoding="utf-8")
        self.prose = without_blocks(text)
        self.headings = [(len(found[1]), found[2])
                         for found in map(HEADING.match,
                                          self.prose.splitlines()) if found]
        self.anchors = anchors([title for _, title in self.headings])
        self.named = set(NAMED.findall(self.prose))

    def links(self):
        found = LINK.findall(CODE_SPAN.sub("", self.prose))
        return {one or two or three for one, two, three in found}

    def first_line(self):
        """The first line under the title that is no comment."""
        body = re.sub(r"<!--.*?-->", "", self.prose, flags=re.DOTALL)
        lines = [line for line in body.splitlines() if line.strip()]
        return lines[1] if len(lines) > 1 else ""

    def tables(self):
        """The rows of each, as lists of cells."""
        lines = self.prose.splitlines()
        found, number = [], 1
        while number < len(lines):
            if TABLE_LINE.match(lines[number]) and "|" in lines[number] \
                    and "|" in lines[number - 1]:
                rows = [cells(lines[number - 1])]
                number += 1
                while number < len(lines) and "|" in lines[number]:
                    rows.append(cells(lines[number]))
                    number += 1
                found.append(rows)
            number += 1
        return found


def without_blocks(text):
    kept, fence = [], None
    for line in text.splitlines():
        found = FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2]:
                fence = None
        elif found:
            fence = found[1]
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)


def cells(row):
    inner = CODE_SPAN.sub(lambda span: span[0].replace("|", "\0"),
                          row.strip().replace("\\|", "\0"))
    return [cell.strip() for cell in inner.strip("|").split("|")]


def slug(title):
    """The anchor that GitHub gives a heading, and docs/site."""
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
    plain = re.sub(r"[*`]", "", plain).strip().lower()
    kept = [c for c in plain if c in " -_"
            or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")


def anchors(titles):
    """One for each heading; the second of two alike gets a number."""
    seen, found = {}, []
    for title in titles:
        base = slug(title)
        count = seen.get(base, 0)
        seen[base] = count + 1
        found.append(f"{base}-{count}" if count else base)
    return found


def pieces(text, language):
    """Code without comments and empty lines, cut at its strings: a list of
    (is a string, text)."""
    starts = COMMENTS.get(language, [LINE])
    quotes = QUOTES.get(language, "'\"")
    found, plain, at = [], "", 0
    while at < len(text):
        start = next((s for s in starts if text.startswith(s[0], at)
                      and begins_comment(s, text, at)), None)
        if start:
            end = text.find(start[1], at + len(start[0]))
            end = len(text) if end < 0 else end
            at = end if start[1] == "\n" else end + len(start[1])
            continue
        end = string_end(text, at) if text[at] in quotes else 0
        if end:
            found += [(False, plain), (True, text[at:end])]
            plain, at = "", end
        else:
            plain += text[at]
            at += 1
    found.append((False, plain))
    return [(string, part if string else squeeze(part))
            for string, part in found]


def begins_comment(start, text, at):
    if start == LINE and text.startswith("#[", at):
        return False  # an attribute of PHP
    if start in (LINE, SEMICOLON, SLASHES, DASHES):
        return at == 0 or text[at - 1].isspace()
    return True


def string_end(text, at):
    """Behind a string's last quote; 0 when it does not end."""
    end = at + 1
    while end < len(text):
        if text[end] == "\\":
            end += 1
        elif text[end] == text[at]:
            return end + 1
        end += 1
    return 0


def squeeze(code):
    """Comments of another length leave other room behind them."""
    code = re.sub(r"[ \t]*\n\s*", "\n", code)
    return re.sub(r"[ \t]+", " ", code)


def same_string(english, chinese):
    names = re.compile(r"\$\{?\w+|%[sd]")
    return english == chinese or bool(
        CJK.search(chinese)
        and sorted(names.findall(english)) == sorted(names.findall(chinese)))


def same_code(english, chinese):
    if english.language == "text":  # a drawing's words are Chinese
        return english.text == chinese.text or (
            bool(CJK.search(chinese.text))
            and english.text.count("\n") == chinese.text.count("\n"))
    one = pieces(english.text, english.language)
    two = pieces(chinese.text, chinese.language)
    return len(one) == len(two) and all(
        is_one == is_two and (same_string(a, b) if is_one
                              else a.strip() == b.strip())
        for (is_one, a), (is_two, b) in zip(one, two))


def heading_faults(english, chinese):
    one = [depth for depth, _ in english.headings]
    two = [depth for depth, _ in chinese.headings]
    if one == two:
        return
    at = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b),
              min(len(one), len(two)))
    yield (f"{len(one)} headings in English and {len(two)} in Chinese; the "
           f"first that differs is number {at + 1}: "
           + " / ".join(repr(page.headings[at][1]) if at < len(page.headings)
                        else "none" for page in (english, chinese)))


def block_faults(english, chinese):
    one = [block.info for block in english.blocks]
    two = [block.info for block in chinese.blocks]
    if one != two:
        at = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b),
                  min(len(one), len(two)))
        yield (f"{len(one)} blocks in English and {len(two)} in Chinese; the "
               f"first that differs is number {at + 1}: "
               + " / ".join(str(page.blocks[at]) if at < len(page.blocks)
                            else "none" for page in (english, chinese)))
        return
    for a, b in zip(english.blocks, chinese.blocks):
        if not same_code(a, b):
            yield f"{b}: not the code of {a}"


def table_faults(english, chinese):
    one, two = english.tables(), chinese.tables()
    if len(one) != len(two):
        yield f"{len(one)} tables in English and {len(two)} in Chinese"
        return
    for number, (a, b) in enumerate(zip(one, two), 1):
        if [len(row) for row in a] != [len(row) for row in b]:
            yield (f"table {number} has {len(a)} rows in English and {len(b)} "
                   "in Chinese, or other columns")
            continue
        for row, other in zip(a, b):
            if re.fullmatch(r"`[^`]+`", row[0]) and row[0] != other[0]:
                yield f"table {number}: {row[0]} is {other[0]} in Chinese"


def target_in_chinese(link, english, chinese):
    """Where a link of the English page leads in the Chinese one; None when it
    leads nowhere."""
    path, mark, anchor = link.partition("#")
    if re.match(r"[a-z][a-z+.-]*:", link):
        return link
    if path:
        folder = posixpath.dirname(english.name)
        name = posixpath.normpath(posixpath.join(folder, path))
        if not (ROOT / name).exists():
            return None
        if not name.endswith(".md"):  # a picture may have Chinese words
            stem, ending = posixpath.splitext(path)
            its_own = f"{stem}.zh-CN{ending}"
            there = (ROOT / folder / its_own).exists()
            return its_own if there else link
        english = Page(name)
        if (ROOT / chinese_of(name)).exists():
            chinese, path = Page(chinese_of(name)), chinese_of(path)
        else:
            chinese = english
    if not mark or anchor in english.named:
        return path + mark + anchor
    if anchor not in english.anchors:
        return None
    at = english.anchors.index(anchor)
    if at >= len(chinese.anchors):
        return None
    return f"{path}#{chinese.anchors[at]}"


def expected_links(english, chinese):
    """{a link of the English page: that of the Chinese one}."""
    other = posixpath.basename(chinese.name)
    return {link: target_in_chinese(link, english, chinese)
            for link in english.links() if link != other}


def link_faults(english, chinese):
    one = expected_links(english, chinese)
    for link in sorted(link for link, target in one.items() if not target):
        yield f"{english.name}: the link {link} leads nowhere"
    wanted = {target for target in one.values() if target}
    found = chinese.links() - {posixpath.basename(english.name)}
    for link in sorted(wanted - found):
        yield f"{chinese.name}: no link to {link}"
    for link in sorted(found - wanted):
        yield f"{chinese.name}: links to {link}, which the English page has not"


def language_faults(page, word, other):
    link = f"[{word}]({posixpath.basename(other.name)})"
    if link not in page.first_line():
        yield f"{page.name}: the first line under the title is not {link}"


def faults_of(name, chinese_name=None):
    english = Page(name)
    chinese = Page(chinese_name or chinese_of(name))
    return [*chinese.faults,
            *language_faults(english, "中文", chinese),
            *language_faults(chinese, "English", english),
            *heading_faults(english, chinese),
            *block_faults(english, chinese),
            *table_faults(english, chinese),
            *link_faults(english, chinese)]


def check(name):
    """Raises what is wrong with a page and its counterpart."""
    if name in ENGLISH:
        if (ROOT / chinese_of(name)).exists():
            raise AssertionError("it is in ENGLISH and has a Chinese page")
        return
    missing = [page for page in (name, chinese_of(name))
               if not (ROOT / page).is_file()]
    faults = [f"there is no {page}" for page in missing] or faults_of(name)
    if faults:
        raise AssertionError("\n  ".join(faults))


def fix_links(name):
    chinese = ROOT / chinese_of(name)
    if not (ROOT / name).is_file() or not chinese.is_file():
        return
    text = chinese.read_text(encoding="utf-8")
    for link, target in expected_links(Page(name), Page(chinese_of(name))).items():
        if target and target != link:
            text = text.replace(f"]({link})", f"]({target})")
    chinese.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fix-links", action="store_true")
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    options = parser.parse_args()
    failed = 0
    for name in options.pages or pages():
        name = name.replace(CHINESE, ".md")
        if options.fix_links:
            fix_links(name)
        try:
            check(name)
        except AssertionError as fault:
            failed += 1
            print(f"FAIL {name}\n  {fault}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
