"""Everything public has its place in the references, in both languages, and
they have nothing else. What is public is asked of those who know: clang, the
linker, PHP itself, and the help of the programs. `checks()` is for check.py; it
also takes each name off its page and sees that this is noticed.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))

from reference import php_page  # noqa: E402

VARIANT = os.environ.get("GW_VARIANT", "release")
PREFIX = ROOT / "out" if VARIANT == "release" else ROOT / "out" / VARIANT
INCLUDE = ROOT / "libgwclient/include"
OURS = re.compile(r"(?:gw|GW|GWCLIENT)_\w+")
GUARD = re.compile(r"GWCLIENT_\w+_H")
LANGUAGES = ("", ".zh-CN")
OPTION = re.compile(r"^  (--[\w-]+)", re.MULTILINE)


def output(*command, stdin=""):
    return subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True,
        text=True, encoding="utf-8", timeout=60, check=True).stdout


def page(name, language):
    return (ROOT / f"docs/{name}{language}.md").read_text(encoding="utf-8")


def entries(text):
    """Heading to what is below it, of the third depth."""
    parts = re.split(r"^### (.*)\n", text, flags=re.MULTILINE)
    return {head.strip(): body.split("\n## ")[0]
            for head, body in zip(parts[1::2], parts[2::2])}


def first_cells(text):
    """The names that lines of tables begin with."""
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def difference(have, told, what):
    yield from (f"{what}: no entry: {name}" for name in sorted(have - told))
    yield from (f"{what}: there is no {name}" for name in sorted(told - have))


# ---- C ----------------------------------------------------------------------

def declared():
    """What clang finds in the headers: heading to the names of its parts."""
    tree = json.loads(output(
        "clang", "-xc", "-", "-I", INCLUDE, "-fsyntax-only", "-Xclang",
        "-ast-dump=json", stdin="#include <gwclient/gwclient.h>\n"))
    found = {}
    records = {}
    for node in tree["inner"]:
        name = node.get("name", "")
        if not OURS.fullmatch(name):
            continue
        kind, parts = node["kind"], node.get("inner", [])
        if kind == "FunctionDecl":
            found[name + "()"] = set()
        elif kind == "EnumDecl":
            records[name] = {part["name"] for part in parts
                             if part["kind"] == "EnumConstantDecl"}
        elif kind == "RecordDecl":
            records.setdefault(name, set()).update(
                part["name"] for part in parts if part["kind"] == "FieldDecl")
        elif kind in ("TypedefDecl", "VarDecl"):
            found[name] = records.get(name, set())
    return found


def macros():
    for line in output("clang", "-xc", "-", "-I", INCLUDE, "-dM", "-E",
                       stdin="#include <gwclient/gwclient.h>\n").splitlines():
        head = line.split(" ", 2)[1]
        if OURS.match(head) and not GUARD.fullmatch(head):
            yield head


def c_faults(text, known, exported):
    told = entries(text)
    yield from difference(set(known), set(told), "C reference")
    for head, parts in known.items():
        body = told.get(head, "")
        for part in sorted(parts):
            if not re.search(rf"\b{part}\b", body):
                yield f"C reference: {head}: no {part}"
    for name in sorted(exported):
        if name + "()" not in told and name not in told:
            yield f"C reference: {name} is exported and has no entry"


def exported_symbols():
    return {line.split()[-1] for line in output(
        "nm", "-D", "--defined-only", PREFIX / "lib/libgwclient.so").splitlines()
            if " gw_" in line}


# ---- PHP --------------------------------------------------------------------

def php_known():
    """Headings and constants, as the extension has them."""
    heads, constants = set(), set()
    classes = php_page.classes(
        os.environ.get("PHP", "php"),
        ["-n", "-d", f"extension={PREFIX}/ext/gatewayclient.so"], stub=None)
    for owner, members in classes.items():
        heads |= {php_page.title(owner, name + "()")
                  for name in members["methods"]}
        heads |= {php_page.title(owner, "$" + name)
                  for name in members["properties"]}
        constants |= set(members["constants"])
    return heads, constants


def php_faults(text, heads, constants):
    told = entries(text)
    tables = [head for head, body in told.items() if first_cells(body)]
    yield from difference(heads, set(told) - set(tables), "PHP reference")
    listed = set().union(*(first_cells(told[head]) for head in tables))
    yield from difference(constants, listed, "PHP reference")


# ---- settings of php.ini ----------------------------------------------------

def settings_known():
    names = output(os.environ.get("PHP", "php"), "-n", "-d",
                   f"extension={PREFIX}/ext/gatewayclient.so", "-r",
                   "echo implode(' ', array_keys("
                   "ini_get_all('gatewayclient')));").split()
    return ({name.removeprefix("gatewayclient.") for name in names},)


def settings_faults(text, names):
    told = {name for name in first_cells(text) if re.fullmatch(r"\w+", name)}
    yield from difference(names, told, "php.ini")


# ---- options ----------------------------------------------------------------

def gatewayd_options():
    """As --help has them, and the keys of the sample file."""
    names = set(OPTION.findall(output(PREFIX / "bin/gatewayd", "--help")))
    sample = (ROOT / "gatewayd/gatewayd.conf").read_text(encoding="utf-8")
    keys = set(re.findall(r"^;? ?(\w+) =", sample, re.MULTILINE))
    return names, keys


def gatewayd_faults(text, names, keys):
    told = set(re.findall(r"^\|[^|]*\| `(--[\w-]+)[^`]*` \|", text,
                          re.MULTILINE))
    yield from difference(names, told, "gatewayd")
    yield from (f"gatewayd: no entry: {key}"
                for key in sorted(keys - first_cells(text)))


def gwctl_known():
    program = PREFIX / "bin/gwctl"
    listed = output(program, "--help").split("\nCommands:\n")[1] \
        .split("\n\n")[0]
    commands = {match.strip() for match in re.findall(
        r"^  ([a-z][a-z-]*(?: (?:get|set|update))?)(?= |$)", listed,
        re.MULTILINE)}
    options = set()
    for command in commands:
        options |= set(OPTION.findall(output(program, "help",
                                             *command.split())))
    return commands, options


def gwctl_faults(text, commands, options):
    cells = first_cells(text)
    yield from (f"gwctl: no entry: {name}" for name in sorted(commands)
                if not any(cell == name or cell.startswith(name + " ")
                           for cell in cells))
    told = {cell.split(" ")[0] for cell in cells if cell.startswith("--")}
    yield from difference(options, told, "gwctl")


def comparisons():
    """Name, page, its comparison, what is known."""
    known = declared()
    known.update({name: set() for name in macros()})
    return [("C", "c-reference", c_faults, (known, exported_symbols())),
            ("PHP", "php-reference", php_faults, php_known()),
            ("php.ini", "settings", settings_faults, settings_known()),
            ("gatewayd's options", "options", gatewayd_faults,
             gatewayd_options()),
            ("gwctl", "gwctl", gwctl_faults, gwctl_known())]


def unnoticed(text, faults, known, names):
    """Names that could vanish from the page."""
    for name in names:
        damaged = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "x", text)
        if damaged == text or not list(faults(damaged, *known)):
            yield f"nobody misses {name}"


def names_of(known):
    for part in known:
        for name in part:
            yield name.removesuffix("()").split("::")[-1]
            if isinstance(part, dict):
                yield from part[name]


def checks():
    """(name, faults) of each."""
    for name, about, faults, known in comparisons():
        for language in LANGUAGES:
            yield (f"{name}: all of it is on docs/{about}{language}.md",
                   list(faults(page(about, language), *known)))
        if not all(known):
            yield f"{name}: what is public", ["nothing was found"]
        yield (f"{name}: what is missing is noticed",
               list(unnoticed(page(about, ""), faults, known,
                              names_of(known))))
