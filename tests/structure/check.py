#!/usr/bin/env python3
"""Checks what the compiler does not: that #include lines run one way only,
that only the files named in portable.py know the system, that the scripts which
build the extension agree, that every file states the same version and the same
oldest PHP and the same day of its release, that the library exports the same symbols everywhere, that the explained
differences in the docs are those that the conformance tests allow, that the demo
says the same in both languages, and that everything public is in the references.

Prints one line per finding and ends with `N passed, N failed`.
"""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime
from pathlib import Path

import build_scripts
import portable
import references

ROOT = Path(__file__).resolve().parents[2]

# Where an #include "…" is looked for after its own folder; <…> only means the
# public headers or something foreign.
PUBLIC_ROOT = "libgwclient/include"
LIBRARY_ROOTS = ["libgwclient/wire", "libgwclient/src", PUBLIC_ROOT]
PROGRAM_ROOTS = {"gatewayd": ["gatewayd/src"], "gwctl": ["gwctl/src"],
                 "ext": ["ext"]}

# The longest prefix names a file's component. A browser's connection is a
# stream of core that has a place in the hub: the only part of core that knows
# the hub, so it is a component of its own.
COMPONENTS = {
    "libgwclient/include/": "api",
    "libgwclient/wire/": "wire",
    "libgwclient/src/": "library",
    "ext/": "ext",
    "gwctl/src/": "gwctl",
    "gwctl/src/ws/": "gwctl codec",
    "gwctl/src/net/tls": "gwctl tls",
    "gatewayd/src/core/": "core",
    "gatewayd/src/core/client": "clients",
    "gatewayd/src/core/waiting": "clients",
    "gatewayd/src/client/": "client",
    "gatewayd/src/hub/": "hub",
    "gatewayd/src/inner/": "inner",
    "gatewayd/src/process/": "process",
    "gatewayd/src/register/": "register",
    "gatewayd/src/status/": "status",
    "gatewayd/src/tls/": "tls",
    "gatewayd/src/conf/": "conf",
    "gatewayd/src/": "main",
}

# Headers that a component shares beyond itself: the codec's public leaves,
# the reference-counted message, which is all that the hub knows of core, and
# the journal, which conf tells what it dislikes before there is a log.
LEAVES = {
    "libgwclient/include/gwclient/" + name: "leaf"
    for name in ("error.h", "types.h", "frame.h", "protocol.h", "version.h")
}
LEAVES["gatewayd/src/core/message.h"] = "message"
LEAVES["gatewayd/src/core/journal.h"] = "journal"
# What the WebSocket codec, without any input or output, and TLS share with the
# rest of gwctl.
LEAVES["gwctl/src/core/ascii.h"] = "ascii"
LEAVES["gwctl/src/core/base64.h"] = "base64"
LEAVES["gwctl/src/core/memory.h"] = "memory"

DAEMON = {"wire", "leaf"}
ALLOWED = {
    "api": {"leaf"},
    "wire": {"leaf"},
    "library": {"api", "leaf", "wire"},
    "ext": {"api", "leaf"},
    "gwctl": {"api", "leaf", "ascii", "base64", "memory", "gwctl codec",
              "gwctl tls"},
    "gwctl codec": {"leaf", "ascii", "base64"},
    "gwctl tls": {"memory"},
    "core": DAEMON | {"message", "client", "tls", "conf"},
    "clients": DAEMON | {"message", "core", "client", "hub", "tls"},
    "client": DAEMON | {"tls"},
    "hub": DAEMON | {"message"},
    "inner": DAEMON | {"message", "hub", "core", "clients", "client"},
    "register": DAEMON | {"message", "hub", "core"},
    "process": DAEMON | {"core", "conf"},
    "status": DAEMON | {"message", "core", "client"},
    "tls": DAEMON,
    "conf": DAEMON | {"journal"},
    "main": DAEMON | {"message", "core", "clients", "client", "hub",
                      "inner", "process", "register", "status", "tls", "conf",
                      "journal"},
}

# Foreign headers and the only components that may include them.
FOREIGN = [
    (re.compile(r"openssl/"), {"tls", "gwctl tls"}),
    (re.compile(r"event2?/|event\.h|evutil"),
     {"core", "clients", "register", "inner", "status", "tls", "main"}),
    (re.compile(r"(php|zend|SAPI)\w*\.h|Zend/|main/|ext/standard/"), {"ext"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def component(path):
    """The component of a repository path, or None."""
    if path in LEAVES:
        return LEAVES[path]
    prefixes = [p for p in COMPONENTS if path.startswith(p)]
    return COMPONENTS[max(prefixes, key=len)] if prefixes else None


def home(path):
    """The component whose rules a file obeys: a leaf obeys its folder's."""
    prefixes = [p for p in COMPONENTS if path.startswith(p)]
    return COMPONENTS[max(prefixes, key=len)]


def resolve(path, name, quoted):
    """The repository path that an include line means, or None if foreign."""
    folders = [PUBLIC_ROOT]
    if quoted:
        own = PROGRAM_ROOTS.get(path.split("/")[0], [])
        folders = [str(Path(path).parent), *own, *LIBRARY_ROOTS]
    for folder in folders:
        candidate = (ROOT / folder / name).resolve()
        if candidate.is_file() and candidate.is_relative_to(ROOT):
            return str(candidate.relative_to(ROOT))
    return None


def include_faults(path):
    own = home(path)
    text = (ROOT / path).read_text(encoding="utf-8")
    for bracket, name in INCLUDE.findall(text):
        target = resolve(path, name, bracket == '"')
        if target is None:
            for pattern, owners in FOREIGN:
                if pattern.match(name) and own not in owners:
                    yield f"{path}: {own} must not include <{name}>"
            continue
        other = component(target)
        if other in (own, None) or home(target) == own:
            continue
        if other not in ALLOWED[own]:
            yield f"{path}: {own} must not include {target} ({other})"


def check_includes():
    """One check per component that has sources."""
    sources = {}
    for prefix in ("libgwclient/", "gatewayd/src/", "gwctl/src/", "ext/"):
        for suffix in ("*.c", "*.h"):
            for file in (ROOT / prefix).rglob(suffix):
                path = str(file.relative_to(ROOT))
                if component(path):
                    sources.setdefault(home(path), []).append(path)
    for name, paths in sorted(sources.items()):
        yield (f"includes of {name}",
               [f for path in sorted(paths) for f in include_faults(path)])


def header_version():
    text = (ROOT / "libgwclient/include/gwclient/version.h").read_text()
    return re.search(r'#define GW_VERSION "([^"]+)"', text).group(1)


def package_xml_versions():
    tree = ElementTree.parse(ROOT / "package.xml")
    for element in tree.iter():
        if element.tag.endswith("}version") or element.tag == "version":
            for child in element:
                tag = child.tag.rsplit("}", 1)[-1]
                if tag == "release":
                    yield f"package.xml {tag}", child.text.strip()
            return


def composer_versions():
    data = json.loads((ROOT / "composer.json").read_text())
    if "version" in data:
        yield "composer.json", data["version"]


def changelog_versions():
    """The newest heading that is a version; "Unreleased" may stand above."""
    text = (ROOT / "CHANGELOG.md").read_text()
    found = re.search(r"^## \[?v?(\d[\w.]*)", text, re.MULTILINE)
    if found:
        yield "CHANGELOG.md", found.group(1)


def debian_versions():
    """The newest entry, less the revision that a distribution may add."""
    text = (ROOT / "debian/changelog").read_text()
    yield ("debian/changelog",
           re.match(r"[\w-]+ \(([^)-]+)", text).group(1))


def literal_versions(folder, pattern):
    """Version literals in sources, which ought to come from version.h."""
    for file in sorted((ROOT / folder).rglob("*.[ch]")):
        for found in re.finditer(pattern, file.read_text(encoding="utf-8")):
            yield str(file.relative_to(ROOT)), found.group(1)


def check_versions():
    want = header_version()
    sources = [
        ("package.xml", package_xml_versions),
        ("composer.json", composer_versions),
        ("CHANGELOG.md", changelog_versions),
        ("debian", debian_versions),
        ("ext", lambda: literal_versions(
            "ext", r'#define PHP_\w+_VERSION\s+"([^"]+)"')),
        ("gatewayd", lambda: literal_versions(
            "gatewayd/src", r'#define \w*VERSION\s+"([^"]+)"')),
        ("gwctl", lambda: literal_versions(
            "gwctl/src", r'#define \w*VERSION\s+"([^"]+)"')),
    ]
    for name, read in sources:
        if (ROOT / name).exists():
            yield (f"version in {name}",
                   [f"{where} says {got}, version.h says {want}"
                    for where, got in read() if got != want])


def oldest_php_of(path, pattern):
    found = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))
    return found and found.group(1)


def check_php_versions():
    """The oldest PHP is the same in what builds, packs and tells."""
    oldest = oldest_php_of("tests/matrix/lib.sh", r"ALL_PHPS=\((\d+\.\d+) ")
    major, minor = oldest.split(".")
    sources = {
        "composer.json": (r'"php": ">=([^"]+)"', oldest),
        "package.xml": (r"<php>\s*<min>([^<]+)</min>", f"{oldest}.0"),
        "ext/compat.h": (r"PHP_VERSION_ID < (\d+)\n#error",
                         f"{major}{int(minor):02}00"),
        "README.md": (r"needs PHP (\S+) or later", oldest),
    }
    for path, (pattern, want) in sources.items():
        got = oldest_php_of(path, pattern)
        yield (f"oldest PHP in {path}",
               [] if got == want else [f"{path} says {got}, not {want}"])


def check_release():
    """Both changelogs say that the version is not released, or its day."""
    day = re.search(r"^## \[\d[\w.]*\] - (.*)$",
                    (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    text = (ROOT / "debian/changelog").read_text()
    debian = "unreleased"
    if not re.match(r".*\) UNRELEASED;", text):
        written = re.search(r"^ -- .*>  (.*)$", text, re.MULTILINE)[1]
        debian = parsedate_to_datetime(written).date().isoformat()
    yield ("the day of the release",
           [] if day == debian else
           [f"CHANGELOG.md says {day}, debian/changelog {debian}"])


def check_symbols():
    """Debian's list of symbols is the linker's."""
    exported = re.findall(r"^ +(gw_\w+);$",
                          (ROOT / "libgwclient/gwclient.map").read_text(),
                          re.MULTILINE)
    listed = re.findall(r"^ (gw_\w+)@Base ",
                        (ROOT / "debian/libgwclient0.symbols").read_text(),
                        re.MULTILINE)
    yield ("symbols of libgwclient0",
           [f"{name} is in one of gwclient.map, libgwclient0.symbols"
            for name in sorted(set(exported) ^ set(listed))]
           + ([] if exported else ["gwclient.map has none"]))


def check_conformance_document():
    """docs/conformance.md has the rules of tests/conformance/allowed.py."""
    document = ROOT / "docs/conformance.md"
    rules = subprocess.run(
        [sys.executable, ROOT / "tests/conformance/run", "--list"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    found = document.read_text(encoding="utf-8")
    yield ("explained differences in docs/conformance.md",
           [] if rules.stdout in found else
           ["not what `tests/conformance/run --list` prints"])


LIST_WORDS = """source "$1"
for language in ENGLISH CHINESE; do
    declare -n words=$language
    for key in "${!words[@]}"; do
        printf '%s\\0%s\\0%s\\0' "$language" "$key" "${words[$key]}"
    done
done"""


def check_stub_types():
    """PHPStan takes no array of which nobody says what it holds."""
    path = ROOT / "stubs/GatewayClient.php"
    types = re.findall(r"@(?:param|return|var) (\S+)(.*)",
                       path.read_text(encoding="utf-8"))
    yield (f"types of {path.relative_to(ROOT)}",
           [f"{path}: array of what? {name}{rest}" for name, rest in types
            if re.search(r"\barray\b(?!<)", name)]
           + ([] if types else [f"{path} has no types"]))


def check_demo_words():
    """What scripts/demo says takes the same arguments in both languages."""
    path = ROOT / "scripts/lib/demo-words.sh"
    listed = subprocess.run(
        ["bash", "-euc", LIST_WORDS, "bash", path],
        stdin=subprocess.DEVNULL, capture_output=True, check=True)
    fields = listed.stdout.decode().split("\0")[:-1]
    takes = {"ENGLISH": {}, "CHINESE": {}}
    for language, key, text in zip(fields[::3], fields[1::3], fields[2::3]):
        takes[language][key] = re.findall(r"%.", text)
    keys = takes["ENGLISH"].keys() | takes["CHINESE"].keys()
    yield (f"languages of {path.relative_to(ROOT)}",
           [f"{path}: [{key}] is not the same in both languages"
            for key in sorted(keys) if takes["ENGLISH"].get(key)
            != takes["CHINESE"].get(key)]
           + ([] if keys else [f"{path} has no words"]))


def main():
    return build_scripts.report(
        [*check_includes(), *portable.checks(), *build_scripts.checks(),
         *check_versions(), *check_php_versions(), *check_release(),
         *check_symbols(),
         *check_conformance_document(), *check_stub_types(),
         *check_demo_words(),
         *references.checks()])


if __name__ == "__main__":
    sys.exit(main())
