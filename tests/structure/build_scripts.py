#!/usr/bin/env python3
"""Runs config.m4 and config.w32 with what PHP's build systems give them, and
compares what they ask for with each other, with the files and with CMake.

    build_scripts.py [ENGINE...]

ENGINE is a command that runs JavaScript (default: node); the file's name is put
behind it, for one that is not node as Windows writes it. Ends with `N passed,
N failed`.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
FOLDERS = ["ext", "libgwclient/src", "libgwclient/wire"]

# ext/standard is no option of configure.js, so nothing can depend on it there.
NOT_IN_W32 = {"standard"}
# phpize is for one extension, which is wanted; there one says so.
STANDARD = {"config.m4": "yes", "config.w32": "no"}


class Asked:
    """What a script asked for: the fields of all its calls."""

    def __init__(self, output):
        self.calls = [line.split("\t") for line in
                      output.replace("\r\n", "\n").splitlines() if line]

    def all(self, kind):
        return [call[1:] for call in self.calls if call[0] == kind]

    def sources(self):
        return [fields[0] for fields in self.all("source")]

    def options(self):
        return {(kind, name) for kind, name, _ in self.all("option")}

    def standard(self, option):
        return {name: value for _, name, value in self.all("option")}[option]

    def deps(self):
        return {other for _, other in self.all("dep")}

    def errors(self):
        return [fields[0] for fields in self.all("error")]


def run(command, name):
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120,
                          check=False)
    asked = Asked(done.stdout)
    if done.returncode != 0 and not asked.errors():
        raise RuntimeError(f"{name} does not run: {done.stderr}{done.stdout}")
    return asked


# ---- config.m4 -----------------------------------------------------------------

def ask_m4(gwclient="no"):
    """Under phpize, with the option's value."""
    text = subprocess.run(
        ["m4", "-P", HERE / "config_m4.m4", ROOT / "config.m4"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=True).stdout
    values = (f"PHP_GATEWAYCLIENT=yes PHP_GWCLIENT='{gwclient}' PHP_LIBDIR=lib "
              f"ext_shared=yes ext_srcdir='{ROOT}' ext_builddir=.\n")
    return run(["sh", "-c", values + text], "config.m4")


# ---- config.w32 ----------------------------------------------------------------

ARGUMENT = re.compile(r"^ARG_(?:ENABLE|WITH)\(.*\);$", re.MULTILINE)


def compose(given, found):
    """As PHP's buildconf does it: the options of all scripts come first, and are
    comments where they stood."""
    def literal(values):
        return "{" + ", ".join(f"'{k}': {v}" for k, v in values.items()) + "}"

    script = (ROOT / "config.w32").read_text(encoding="utf-8")
    given = {name: f"'{value}'" for name, value in given.items()}
    found = {name: str(value).lower() for name, value in found.items()}
    return "\n".join([
        "var globals = this;",
        f"var given = {literal(given)}, found = {literal(found)};",
        f"var configure_module_dirname = '{ROOT}';",
        (HERE / "config_w32.js").read_text(encoding="utf-8"),
        *ARGUMENT.findall(script),
        ARGUMENT.sub(lambda call: f"/* {call[0]} */", script), ""])


def ask_w32(engine, gwclient="no", header=True, library=True):
    given = {"gatewayclient": "shared", "gwclient": gwclient}
    found = {"header": header, "library": library}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "configure.js"
        text = compose(given, found)
        if engine[0] == "node":  # where a module's `this` is not the globals
            text = text.replace("var globals = this;",
                                "var globals = globalThis;")
        file.write_text(text, encoding="utf-8")
        name = str(file)
        if engine[0] != "node":
            name = "Z:" + name.replace("/", "\\")
        return run([*engine, name], "config.w32")


# ---- what must hold ------------------------------------------------------------

def files():
    return sorted(str(file.relative_to(ROOT)) for folder in FOLDERS
                  for file in (ROOT / folder).glob("*.c"))


def bundled():
    return [file for file in files() if file.startswith("libgwclient/")]


def list_faults(got, want):
    yield from (f"{name} is missing" for name in set(want) - set(got))
    yield from (f"{name} does not exist" for name in set(got) - set(want))
    yield from (f"{name} is there twice" for name in set(got)
                if got.count(name) > 1)


def w32_names(asked):
    """Windows' names with slashes; a slash in one would make no folder for its
    object."""
    for name in asked.sources():
        if "/" in name:
            raise RuntimeError(f"config.w32: {name} must have backslashes")
    return [name.replace("\\", "/") for name in asked.sources()]


def m4_flags(asked):
    """(include folders, definitions) of the extension's files."""
    words = " ".join(fields[0] for fields in asked.all("cflags")).split()
    return ([w[2:].replace("@ext_srcdir@", str(ROOT)) for w in words
             if w.startswith("-I")],
            [w[2:] for w in words if w.startswith("-D")])


def w32_flags(asked):
    text = " ".join(flags for name, flags in asked.all("flag")
                    if name == "CFLAGS_GATEWAYCLIENT")
    return (re.findall(r'/I "([^"]*)"', text),
            re.findall(r"(?:^|\s)/D ?(\S+)", text))


def w32_libraries(asked):
    return {library.removesuffix(".lib")
            for name, libraries in asked.all("flag")
            if name == "LIBS_GATEWAYCLIENT" for library in libraries.split()}


def cmake():
    return (ROOT / "libgwclient/CMakeLists.txt").read_text(encoding="utf-8")


def cmake_sources():
    return ["libgwclient/" + name
            for name in re.findall(r"\b(?:src|wire)/\w+\.c\b", cmake())]


def cmake_libraries():
    found = re.search(r"if\(WIN32\)\s+set\(GW_SYSTEM_LIBRARIES ([^)]*)\)",
                      cmake())
    return set(found[1].split())


def folder_faults(folders):
    yield from (f"no folder {folder}" for folder in folders
                if not Path(folder).is_dir())


def differ(what, one, other):
    if one != other:
        yield f"{what}: {one} in config.m4, {other} in config.w32"


def check_bundled(m4, w32):
    """With the library in the tree."""
    yield "sources in config.m4", [*list_faults(m4.sources(), files())]
    yield "sources in config.w32", [*list_faults(w32_names(w32), files())]
    yield "sources in CMakeLists.txt", [*list_faults(cmake_sources(),
                                                     bundled())]
    m4_folders, m4_defines = m4_flags(m4)
    w32_folders, w32_defines = w32_flags(w32)
    yield "include folders of the extension", [
        *differ("folders", m4_folders, w32_folders),
        *folder_faults(m4_folders + w32_folders),
        *([] if m4_folders else ["none are named"])]
    yield "definitions for the extension", [
        *differ("definitions", m4_defines, w32_defines)]
    yield "extensions that it needs", [
        *differ("extensions", m4.deps() - NOT_IN_W32, w32.deps())]
    yield "Windows' libraries in config.w32", (
        [] if w32_libraries(w32) == cmake_libraries() else
        [f"{w32_libraries(w32)}, CMake has {cmake_libraries()}"])


def check_options(m4, w32):
    faults = [*differ("options", m4.options(), w32.options())]
    for name, asked in (("config.m4", m4), ("config.w32", w32)):
        if asked.standard("gatewayclient") != STANDARD[name]:
            faults.append(f"{name}: not enabled as it was")
        if asked.standard("gwclient") != "no":
            faults.append(f"{name}: the bundled library is the standard")
    yield "options of config.m4 and config.w32", faults


def check_installed(engine):
    """With a library that is elsewhere."""
    glue = [name for name in files() if name.startswith("ext/")]
    with tempfile.TemporaryDirectory() as folder:
        header = Path(folder, "include/gwclient/gwclient.h")
        header.parent.mkdir(parents=True)
        header.touch()
        m4, w32 = ask_m4(folder), ask_w32(engine, "C:\\\\lib")
        faults = [*list_faults(m4.sources(), glue),
                  *list_faults(w32_names(w32), glue)]
        if m4.all("link") != [["gwclient", f"{folder}/lib"]] or \
                m4.all("include") != [[f"{folder}/include"]]:
            faults.append(f"config.m4 asks for {m4.calls}")
        if w32.all("library") != [["gwclient.lib", "gatewayclient",
                                   "C:\\lib"]] or w32_flags(w32)[0]:
            faults.append(f"config.w32 asks for {w32.calls}")
    yield "an installed library is used alone", faults


def check_missing(engine):
    """The DIR of --with-gwclient is named in the end, whatever is missing."""
    faults = []
    for missing in ({"header": False}, {"library": False}):
        asked = ask_w32(engine, "C:\\\\lib", **missing)
        if len(asked.errors()) != 1 or asked.all("extension"):
            faults.append(f"config.w32 goes on without {missing}")
    yield "config.w32 ends without the library that it was told", faults


def check_itself(m4, w32):
    """With a config.w32 that has each of the faults."""
    damaged = Asked("")
    for call in w32.calls:
        if call == ["source", "ext\\client.c"]:
            call = ["source", "ext\\other.c"]
        elif call[:2] == ["flag", "CFLAGS_GATEWAYCLIENT"]:
            call = [*call[:2], call[2].replace("/wire", "/wires") + " /DX=1"]
        elif call[:2] == ["flag", "LIBS_GATEWAYCLIENT"]:
            call = [*call[:2], "ws2_32.lib"]
        elif call[0] == "dep":
            continue
        damaged.calls.append(call)
    silent = [name for name, faults in check_bundled(m4, damaged)
              if not faults and "config.m4" not in name
              and "CMakeLists" not in name]
    yield "the comparison finds what is wrong", [
        f"nothing found: {name}" for name in silent]


def checks(engine=("node",)):
    """(name, faults) of each; for check.py, too."""
    engine = list(engine)
    m4, w32 = ask_m4(), ask_w32(engine)
    yield from check_bundled(m4, w32)
    yield from check_options(m4, w32)
    yield from check_installed(engine)
    yield from check_missing(engine)
    yield from check_itself(m4, w32)


def report(results):
    """Prints them and the closing line; returns the exit status."""
    failed = passed = 0
    for name, faults in results:
        passed += not faults
        failed += bool(faults)
        if faults:
            print(f"FAIL {name}")
        for fault in faults:
            print(f"  {fault}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(report(checks(sys.argv[1:] or ["node"])))
