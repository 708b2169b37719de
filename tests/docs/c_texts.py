"""The string literals of C sources, and where each one stands."""

import re
from dataclasses import dataclass

from harness.process import ROOT

TOKEN = re.compile(r'''
      (?P<blank>//[^\n]* | /\*.*?\*/ | \\\n | \s+
         | ^[ \t]*\#[ \t]*(?:include|error)\b[^\n]*)
    | (?P<text>(?:u8|[LuU])?"(?:[^"\\\n]|\\.)*")
    | (?P<char>'(?:[^'\\]|\\.)*')
    | (?P<word>\w+)
    | (?P<other>[^\s\w"'/\\()\[\]{}]+ | .)''', re.DOTALL | re.MULTILINE | re.VERBOSE)
DEFINED = re.compile(r'^#define (\w+)\s+"((?:[^"\\\n]|\\.)*)"\s*$',
                     re.MULTILINE)
# Of a function that takes what printf() takes, or anything else that varies.
VARIADIC = re.compile(r"\b(\w+)\((?:[^;{}()]|\([^()]*\))*,\s*\.\.\.\)")
PLACEHOLDER = re.compile(
    r"%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]"
    r"|%\x01\w+\x01|\x01\w+\x01")
ESCAPE = re.compile(r'\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)')
SAYS = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
MARK = "…"  # stands for what is put in


@dataclass(frozen=True)
class Literal:
    """`calls`: the functions among whose arguments it is, the nearest first.
    `text`: as a user sees it, with MARKs for what varies."""
    path: str
    line: int
    text: str
    calls: tuple

    def __str__(self):
        return f"{self.path}:{self.line} {self.text!r}"


def unescaped(text):
    return ESCAPE.sub(lambda found: SAYS.get(found[1], MARK), text)


def shown(raw, macros):
    """What a user sees of a literal. Names of macros in it lie between \\1."""
    text = re.sub("\x01(\\w+)\x01",
                  lambda found: macros.get(found[1], found[0]), raw)
    text = unescaped(PLACEHOLDER.sub(MARK, text).replace("%%", "%"))
    text = re.sub(f"{MARK}+", MARK, re.sub(r"\s+", " ", text)).strip()
    return text


def pieces(source):
    """(line, literals in a row as one, enclosing calls) of a C source. A macro
    between two of them is put between \\1."""
    line, calls, word, row = 1, [], "", None
    for found in TOKEN.finditer(source):
        kind, token = found.lastgroup, found[0]
        if kind == "text":
            row = row or [line, "", tuple(reversed([c for c in calls if c]))]
            row[1] += token[token.index('"') + 1:-1]
        elif kind == "word" and row and token.isupper() or \
                kind == "word" and row and token.startswith("PRI"):
            row[1] += f"\x01{token}\x01"
        elif kind != "blank":
            if row:
                yield tuple(row)
                row = None
            if token in ("(", "[", "{"):
                calls.append(word if token == "(" else "")
            elif token in (")", "]", "}") and calls:
                calls.pop()
        if kind != "blank":
            word = token if kind == "word" else ""
        line += token.count("\n")


class Sources:
    """All C files below some folders."""

    def __init__(self, *folders):
        self.files = {}
        for folder in folders:
            for file in sorted((ROOT / folder).rglob("*.[ch]")):
                self.files[str(file.relative_to(ROOT))] = \
                    file.read_text(encoding="utf-8")
        self.macros = {}
        for source in self.files.values():
            self.macros.update(DEFINED.findall(source))
        self.macros.pop("GW_VERSION", None)

    def literals(self):
        for path, source in self.files.items():
            for line, raw, calls in pieces(source):
                yield Literal(path, line, shown(raw, self.macros), calls)

    def variadic_functions(self):
        """{(path, name)}; a function that is declared in a header is the
        header's."""
        found = set()
        for path, source in self.files.items():
            if "..." not in source:
                continue
            code = "".join(
                " " if token.lastgroup in ("blank", "text") else token[0]
                for token in TOKEN.finditer(re.sub(
                    r"(?m)^#\s*define(?:.*\\\n)*.*$", "", source)))
            found |= {(path, name) for name in VARIADIC.findall(code)}
        headers = {name for path, name in found if path.endswith(".h")}
        return {(path, name) for path, name in found
                if path.endswith(".h") or name not in headers}
