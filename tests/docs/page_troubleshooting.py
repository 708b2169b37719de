"""docs/troubleshooting.md and its translation: every text of the code has its
entry, and every entry its text. texts.py says what the texts are."""

import errno
import os
import re
from functools import lru_cache

from c_texts import MARK
from claims import claims
from harness.process import ROOT
from page_gwctl import cluster, typed_to_its_end
from place import with_files
from texts import Texts, bare

PAGE = "docs/troubleshooting.md"
TRANSLATION = "docs/troubleshooting.zh-CN.md"
# <!-- texts: FOLDERS --> and <!-- names: LIST --> stand above their tables.
NOTE = re.compile(r"^<!-- (texts|names): (.+) -->$")
CODE = re.compile(r"`([^`]+)`")
# Where names come from that are no string literals.
NAMES = {
    "exit": ("gwctl/src/exit.h", r"GWCTL_\w+ = (\d)"),
    "close-codes": ("gatewayd/src/client/websocket.h",
                    r"#define GWD_WS_CODE_\w+ (\d+)"),
    "close-reasons": ("gatewayd/src/core/metrics.h", r'X\([A-Z_]+, "(\w+)"\)'),
}
BROWSERS_OWN = {"1006"}  # a close code that nobody sends
CODES = ("libgwclient/include/gwclient/error.h", r"X\((GW_\w+),")
# Not ours, and part of messages all the same.
FOREIGN = {os.strerror(number) for number in errno.errorcode} | {
    "gatewayclient.register_address", "cmd", "conf"}


class Table:
    """`entries`: the code spans of each first cell."""

    def __init__(self, kind, argument, line):
        self.kind, self.argument, self.line = kind, argument, line
        self.entries = []

    @property
    def spans(self):
        return [span for entry in self.entries for span in entry]


def tables_of(page):
    found, noted, rows = [], None, 0
    for number, line in enumerate(
            (ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        note = NOTE.match(line)
        if note:
            noted = Table(note[1], note[2], number)
            found.append(noted)
            rows = 0
        elif noted and line.startswith("|"):
            rows += 1
            if rows > 2:
                noted.entries.append(CODE.findall(
                    re.split(r"(?<!\\)\|", line)[1]))
        else:
            noted = None
    return found


@lru_cache(maxsize=None)
def texts():
    return Texts()


@lru_cache(maxsize=None)
def pattern_of(text):
    """Its fixed parts, each a group; words are whole."""
    parts = [part for part in text.split(MARK) if part.strip()]
    found = ".*?".join(f"({re.escape(part)})" for part in parts)
    if parts[0][:1].isalnum() and text.startswith(parts[0]):
        found = r"(?<![\w.])" + found
    if parts[-1][-1:].isalnum() and text.endswith(parts[-1]):
        found += r"(?!\w)"
    return re.compile(found)


def weight(text):
    return len(text.replace(MARK, ""))


def claim(taken, span, text):
    """Whether the text is in the span, in letters that no other one takes."""
    pattern, at = pattern_of(text), 0
    while True:
        found = pattern.search(span, at)
        if not found:
            return False
        letters = [n for group in range(1, pattern.groups + 1)
                   for n in range(*found.span(group))]
        if not any(taken[n] for n in letters):
            for n in letters:
                taken[n] = True
            return True
        at = found.start() + 1


def read_span(span, known):
    """The texts that a span is made of, and what is left of it. The longest
    ones come first; whatever `…` stands for may be written out."""
    taken, found = [False] * len(span), []
    for text in known:
        while claim(taken, span, text):
            found.append(text)
    rest = "".join(char for n, char in enumerate(span) if not taken[n])
    return found, rest


@lru_cache(maxsize=None)
def known_texts():
    """All literals, told or not, and what others say; the longest first."""
    literals = {bare(literal.text)
                for literal in texts().sources.literals()}
    codes = re.findall(CODES[1], (ROOT / CODES[0]).read_text())
    known = {text for text in literals | FOREIGN | set(codes)
             if re.search("[A-Za-z]{2}", text.replace(MARK, ""))}
    return sorted(known, key=lambda text: (-weight(text), text))


@lru_cache(maxsize=None)
def read(span):
    return read_span(span, known_texts())


def refuse(faults):
    if faults:
        raise AssertionError("\n  ".join(faults))


def missing_texts():
    """What users may be told, and the tables of its part do not have."""
    had = {}
    for table in tables_of(PAGE):
        if table.kind != "texts":
            continue
        parts = {folder.split("/")[0] for folder in table.argument.split()}
        for span in table.spans:
            for text in read(span)[0]:
                had.setdefault(text, set()).update(parts)
    for (part, text), literal in sorted(texts().told.items()):
        if part not in had.get(text, ()) and not literal.path.endswith(
                NAMES["close-reasons"][0]):
            yield f"{literal}: has no entry in {PAGE}"


@claims(PAGE)
def every_text_of_the_code_has_an_entry():
    refuse(texts().faults + list(missing_texts()))


@claims(PAGE)
def every_entry_has_its_text():
    faults = []
    for table in tables_of(PAGE):
        for span in table.spans if table.kind == "texts" else ():
            rest = read(span)[1]
            if re.search("[A-Za-z]", rest):
                faults.append(f"{PAGE}: `{span}`: nothing in the code says "
                              f"{rest.strip()!r}")
    refuse(faults)


@claims(PAGE)
def codes_and_reasons_are_those_of_the_code():
    faults = []
    for table in tables_of(PAGE):
        if table.kind == "names":
            path, pattern = NAMES[table.argument]
            want = set(re.findall(pattern, (ROOT / path).read_text()))
            if table.argument == "close-codes":
                want |= BROWSERS_OWN
            faults += [f"{PAGE}: {table.argument}: {name} is in one of the "
                       f"page, {path}" for name in sorted(
                           want ^ set(table.spans))]
    spans = {span for table in tables_of(PAGE) for span in table.spans}
    faults += [f"{PAGE}: {name} has no entry" for name in re.findall(
        CODES[1], (ROOT / CODES[0]).read_text()) if name not in spans]
    refuse(faults)


@claims(PAGE)
def a_missing_and_a_stale_entry_are_noticed():
    """That the checks above can fail."""
    name = "client_id … is invalid"
    found, rest = read_span("client_id 7 is invalid", (name,))
    if found != [name] or rest.strip() != "7":
        raise AssertionError(f"{found} {rest!r}")
    if read_span("client_ids … are invalid", (name,))[0]:
        raise AssertionError("another text was taken for this one")
    if not re.search("[A-Za-z]", read("no such text, …")[1]):
        raise AssertionError("a text that nobody says is found in the code")
    lost = [key for key in texts().told if key[1] == name]
    if lost != [("ext", name)]:
        raise AssertionError(f"{name} is told by {lost}")


@claims(PAGE)
def every_row_says_why_or_what_to_do():
    """And has as many cells as its head."""
    faults = []
    for page in (PAGE, TRANSLATION):
        columns = 0
        for number, line in enumerate(
                (ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("|"):
                columns = 0
                continue
            cells = [cell.strip() for cell in
                     re.split(r"(?<!\\)\|", line)[1:-1]]
            columns = columns or len(cells)
            if len(cells) != columns:
                faults.append(f"{page}:{number}: {len(cells)} cells, not "
                              f"{columns}")
            elif columns > 2 and not all(cells):
                faults.append(f"{page}:{number}: an empty cell")
    refuse(faults)


@claims(PAGE)
def both_languages_have_the_same_entries():
    def entries(page):
        return [(table.kind, table.argument, *map(tuple, table.entries))
                for table in tables_of(page)]

    for ours, theirs in zip(entries(PAGE), entries(TRANSLATION)):
        for one, other in zip(ours, theirs):
            if one != other:
                raise AssertionError(f"{TRANSLATION} has {other}, not {one}")
    if entries(PAGE) != entries(TRANSLATION):
        raise AssertionError(f"{TRANSLATION} has more or fewer entries")


@claims(PAGE, "sh look")
def what_to_look_at_first(block):
    """The configuration, too: a mistake in it is found."""
    with cluster("--uid alice") as (host, home, _):
        lines = with_files(block.text, home)
        conf = home / "etc/gatewayd/gatewayd.conf"
        conf.write_text("start_port = none\n")
        try:
            typed_to_its_end(host, home, lines)
        except AssertionError as error:
            if f"{conf}:1: start_port" not in str(error):
                raise
        else:
            raise AssertionError(f"{conf} was not looked at")
        conf.write_text("")
        said = typed_to_its_end(host, home, lines)
    for word in ("configuration ok", "127.0.0.1:2900", "alice",
                 '"type":"init"'):
        if word not in said:
            raise AssertionError(f"no {word!r} in: {said}")
