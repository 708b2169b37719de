"""The public headers, read as the manual that their comments are.

A comment right above a declaration belongs to it; one with a blank line below
belongs to its section, which `/* ---- title ---- */` begins. A declaration
without a comment is an error."""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "libgwclient/include/gwclient"
TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/)
  | ^\#(?P<directive>(?:[^\n]*\\\n)*[^\n]*)
  | (?P<blank>\n[ \t]*(?=\n))
  | (?P<code>[A-Za-z][^;{]*(?:\{(?P<body>.*?)^\}[^;\n]*)?;?)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)
CPLUSPLUS = re.compile(r"^#ifdef __cplusplus\n.*?^#endif\n",
                       re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass
class Member:
    """A field, or an enumerator; `type` of the one, `value` of the other."""
    name: str
    type: str = ""
    value: str = ""
    text: str = ""


@dataclass
class Entry:
    """`kind` is function, callback, data, type, struct, enum or macro; what
    `signature` says can be compiled after the header."""
    name: str
    kind: str
    signature: str
    paragraphs: list
    members: list = field(default_factory=list)

    @property
    def title(self):
        return self.name + ("()" if self.kind == "function" else "")


@dataclass
class Section:
    title: str
    paragraphs: list = field(default_factory=list)
    entries: list = field(default_factory=list)


@dataclass
class Item:
    """A line of a list in a comment: "GW_EPROTO  not JSON;"."""
    term: str
    text: str


def paragraphs(comment):
    """The comment's paragraphs and list items."""
    text = re.sub(r"^/\*|\*/$", "", comment)
    lines = [re.sub(r"^ ?\* ?", "", line).rstrip()
             for line in text.strip().split("\n")]
    found, open_item = [], False
    for line in lines:
        item = re.match(r" *((?:another )?GW_\w*…?(?:, GW_\w+)*)  +(\S.*)",
                        line)
        bare = open_item and re.fullmatch(r" *(GW_\w+)\.", line)
        if item:
            found.append(Item(item[1], item[2]))
            open_item = True
        elif bare:
            found.append(Item(bare[1], ""))
        elif not line:
            open_item = False
            found.append("")
        elif open_item and line.startswith("   "):
            found[-1].text += " " + line.strip()
        elif found and isinstance(found[-1], str) and found[-1]:
            found[-1] += " " + line.strip()
        else:
            open_item = False
            found.append(line.strip())
    for part in found:
        if isinstance(part, Item):
            part.text = part.text.rstrip(";.")
    return [part for part in found if part]


def trailing(text):
    return " ".join(re.sub(r"^/\*|\*/$", "", text).split())


def fields(body):
    """`type name; /* text */`, text perhaps over several lines."""
    for found in re.finditer(
            r"([^;]+?);[ \t]*((?:\n?[ \t]*/\*.*?\*/)?)", body, re.DOTALL):
        code = " ".join(COMMENT.sub("", found[1]).split())
        pointer = re.fullmatch(r"(.*?)\(\*(\w+)\)(\(.*\))", code)
        if pointer:
            name, kind = pointer[2], f"{pointer[1].strip()} (*){pointer[3]}"
        else:
            kind, name = re.fullmatch(r"(.*?)(\w+)", code).groups()
        yield Member(name, kind.strip(), "", trailing(found[2].strip()))


def arguments(text):
    """Arguments of an X(…) row; a comma in a string is none."""
    return [part.strip() for part in
            re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^,"])+', text)]


def expand(body, macros):
    """The rows of a table macro by the template that the enum gives it: the
    preprocessor's work, for the one form that the headers use."""
    template = re.search(r"#define (\w+)\(([^)]*)\) (.*)", body)
    if not template:
        return body, {}
    names = arguments(template[2])
    table = re.search(r"^\s*(\w+)\(%s\)" % template[1], body, re.MULTILINE)[1]
    rows, texts = [], {}
    for row in re.findall(r"\bX\(((?:\"[^\"]*\"|[^()])*(?:\([^)]*\)[^()]*)*)\)",
                          macros[table].split(")", 1)[1]):
        values = dict(zip(names, arguments(row)))
        line = re.sub(r"\w+", lambda m: values.get(m[0], m[0]), template[3])
        line = line.replace("##", "")
        rows.append(line)
        if values.get("text"):
            texts[line.split()[0]] = values["text"].strip('"')
    kept = [line for line in body.splitlines()
            if "#" not in line and not re.match(r"\s*%s\(" % table, line)]
    return "\n".join(kept + rows), texts


def enumerators(body, macros):
    body, texts = expand(body, macros)
    for found in re.finditer(
            r"(\w+) = ([^,\n/]+?),?[ \t]*(/\*.*?\*/|$)", body,
            re.DOTALL | re.MULTILINE):
        yield Member(found[1], "", found[2].strip(),
                     texts.get(found[1]) or trailing(found[3]))


class Header:
    def __init__(self, name, macros):
        self.name = name
        self.macros = macros  # of all headers, to expand tables
        self.sections = []
        self.comment = None
        self.text = CPLUSPLUS.sub(
            "", (FOLDER / name).read_text(encoding="utf-8"))
        self.read()

    def fail(self, what):
        sys.exit(f"libgwclient/include/gwclient/{self.name}: {what}")

    def read(self):
        for found in TOKEN.finditer(self.text):
            if found["comment"]:
                self.take_comment(found["comment"])
            elif found["blank"] is not None:
                self.end_comment()
            elif found["directive"]:
                self.take_directive(found["directive"])
            elif found["code"]:
                self.take_code(found["code"].strip(), found["body"])
        self.end_comment()

    def section(self):
        if not self.sections:
            self.sections.append(Section(""))
        return self.sections[-1]

    def take_comment(self, comment):
        title = re.fullmatch(r"/\* ---- (.*?) -+ \*/", comment)
        if title:
            self.sections.append(Section(title[1]))
            return
        self.end_comment()
        self.comment = paragraphs(comment)

    def end_comment(self):
        """What has no declaration below is about the section."""
        if self.comment:
            self.section().paragraphs += self.comment
        self.comment = None

    def add(self, entry):
        if not self.comment:
            self.fail(f"{entry.name} has no comment right above it")
        entry.paragraphs = self.comment
        self.section().entries.append(entry)
        self.comment = None

    def take_directive(self, line):
        found = re.match(r"define (\w+)(\([^)]*\))?", line)
        if not found or found[1].endswith("_H"):
            if not re.match(r"(ifndef|endif)", line):
                return
            if re.match(r"ifndef GWCLIENT_\w+_H$", line):
                self.end_comment()  # the header's own comment
            return
        self.macros[found[1]] = line
        table = found[2] == "(X)"
        self.add(Entry(found[1] + (found[2] or ""), "macro",
                       "" if table else "#" + line.rstrip(), []))

    def take_code(self, code, body):
        flat = " ".join(COMMENT.sub("", code).split())
        kinds = [
            (r"typedef struct (\w+) \{.*", self.struct),
            (r"typedef enum (\w+) \{.*", self.enum),
            (r"typedef .*\(\*(\w+)\)\(.*\);", self.plain("callback")),
            (r"typedef struct (\w+) \1;", self.plain("type")),
            (r"extern .*?(\w+);", self.plain("data")),
            (r"[\w *]*?(\w+)\([^{]*\)(?:;| \{.*\})", self.plain("function")),
        ]
        for pattern, make in kinds:
            found = re.fullmatch(pattern, flat)
            if found:
                self.add(make(found[1], code, body))
                return
        self.fail(f"what is this: {flat[:60]}")

    @staticmethod
    def plain(kind):
        def make(name, code, body):
            if body is not None:  # a function that is whole
                code = code.split("{")[0].strip() + ";"
            return Entry(name, kind, code, [])
        return make

    @staticmethod
    def struct(name, code, body):
        lines = [line.rstrip() for line in COMMENT.sub("", code).splitlines()]
        signature = "\n".join(
            re.sub(r"(\w)  +(?=\w|\*)", r"\1 ", line.rstrip())
            if not line.startswith(" ") else line
            for line in lines if line.strip())
        return Entry(name, "struct", signature, [], list(fields(body)))

    def enum(self, name, code, body):
        return Entry(name, "enum", "", [], list(enumerators(body, self.macros)))


def read(names):
    macros = {}
    return [Header(name, macros) for name in names]
