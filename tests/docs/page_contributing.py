"""CONTRIBUTING.md: what its walks say is done, in a copy of the sources, which
is built and tried.

A block that names a file is that file, when it is no diff. A diff has, instead
of line numbers, lines that are there once; `@@` lies between its parts, and N is
the number that is there. A translation takes the place of what gettext guessed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from blocks import read
from claims import Skip, claims
from harness.cache import cache_folder
from harness.process import PREFIX, ROOT
from place import run

PAGE = "CONTRIBUTING.md"
COPY = ROOT / "out/docs/contributing"
TREE = COPY / "out/build/release"  # where its scripts/gen-options looks
TARGETS = ["gatewayd", "gwctl", "gen_options", "gen_gwctl"]
# What the page says to run, which is done here by parts of it.
SCRIPTS = {"sh option-docs": "scripts/build\nscripts/gen-options\n",
           "sh method-arginfo": "scripts/gen-arginfo\n"}
# Names of tests, and of no module.
TESTS = [".test_max_handshake_size", ".test_a_zero_byte_ends_a_message",
         ".test_client_ids", ".test_all_connections_of_a_uid_join_a_group"]
OPTION = "max_handshake_size"
COUNT = re.compile(r" N(\+1)?$")

WALKS = [block.info for block in read(PAGE)[0] if block.language != "text"]


def copy_sources():
    """What git has, and what it would have."""
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], stdin=subprocess.DEVNULL, check=True,
        capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = COPY / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


def put(text, part, block):
    """`text` with a part of a diff applied."""
    lines = [line[:1] + line[1:] for line in part.splitlines()]
    old = [line[1:] for line in lines if not line.startswith("+")]
    new = [line[1:] for line in lines if not line.startswith("-")]
    for at, line in enumerate(old):
        if COUNT.search(line):
            there = re.search(
                "^" + re.escape(COUNT.sub(" ", line)) + r"(\d+)$", text,
                re.MULTILINE)
            if not there:
                raise AssertionError(f"{block}: there is no {line}")
            old[at] = there[0]
            new = [COUNT.sub(f" {int(there[1]) + 1}", other) for other in new]
    was, becomes = ("\n".join(part) + "\n" for part in (old, new))
    if ("\n" + text).count("\n" + was) != 1:
        raise AssertionError(f"{block}: not once in the file:\n{was}")
    return ("\n" + text).replace("\n" + was, "\n" + becomes)[1:]


def said_by(entry, keyword):
    """A text of an entry of a catalog, which may be on several lines."""
    found = re.search(rf"^{keyword} ((?:\".*\"\n?)+)", entry, re.MULTILINE)
    return "".join(re.findall(r'"(.*)"', found[1])) if found else None


def translate(block):
    path = COPY / block.info.split()[1]
    entries = path.read_text(encoding="utf-8").split("\n\n")
    wanted = said_by(block.text, "msgid")
    at = [i for i, entry in enumerate(entries)
          if said_by(entry, "msgid") == wanted]
    if len(at) != 1:
        raise AssertionError(f"{block}: {len(at)} entries")
    entries[at[0]] = block.text.strip()
    path.write_text("\n\n".join(entries) + "\n", encoding="utf-8")


def apply(block):
    path = COPY / block.info.split()[1]
    if block.language != "diff":
        if path.exists():
            raise AssertionError(f"{block}: it is there already")
        path.write_text(block.text, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    for part in block.text.split("@@\n"):
        text = put(text, part, block)
    path.write_text(text, encoding="utf-8")


def build():
    """Only what the walks change; with warnings as errors."""
    if not shutil.which("ccache"):
        raise Skip("ccache is missing")
    env = {**os.environ, "CCACHE_DIR": str(cache_folder("ccache")),
           "CCACHE_BASEDIR": str(COPY), "CCACHE_NOHASHDIR": "1"}
    run(["cmake", "-S", COPY, "-B", TREE, "-G", "Ninja",
         "-DBUILD_TESTING=OFF", "-DGW_WERROR=ON", "-DCMAKE_BUILD_TYPE=Debug",
         "-DCMAKE_C_FLAGS=-O0 -g0", "-DCMAKE_C_COMPILER_LAUNCHER=ccache"],
        env=env)
    run(["ninja", "-C", TREE, *TARGETS], timeout=300, env=env)
    prefix = COPY / "out"
    (prefix / "bin").symlink_to(TREE / "bin")
    (prefix / "lib").symlink_to(TREE / "lib")
    (prefix / "ext").symlink_to(PREFIX / "ext")
    return prefix


def generate(script, *arguments):
    run([sys.executable, COPY / "scripts" / script, *arguments],
        env={**os.environ, "GW_VARIANT": "release"})


def write_docs(script, translations):
    """Without the translations it writes what it can, and complains."""
    try:
        generate(script)
    except AssertionError as complaint:
        if "no translation" not in str(complaint):
            raise
    else:
        raise AssertionError(f"{script} misses no translation")
    for block in translations:
        translate(block)
    generate(script)
    generate(script, "--check")


def compile_extension():
    """As far as the method goes. Without PHP-Parser gen-arginfo ends with 77."""
    made = subprocess.run(
        [COPY / "scripts/gen-arginfo"], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False)
    if made.returncode == 77:
        raise Skip(made.stderr.strip())
    if made.returncode != 0:
        raise AssertionError(made.stderr)
    includes = run(["php-config", "--includes"]).split()
    for name in ("gateway_query.c", "gatewayclient.c"):
        run(["cc", "-fsyntax-only", "-Wall", "-Werror", *includes,
             f"-I{COPY}", f"-I{COPY}/ext", f"-I{COPY}/libgwclient/include",
             "-DZEND_ENABLE_STATIC_TSRMLS_CACHE=1", COPY / "ext" / name])


def gatewayd(*words, **env):
    """(its status, what it said)"""
    done = subprocess.run(
        [TREE / "bin/gatewayd", *words], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=60, check=False, env={**os.environ, **env})
    return done.returncode, done.stdout


def expect_option_everywhere():
    """Each source takes it and checks its range; help and pages have it."""
    dashes = f"--{OPTION.replace('_', '-')}"
    variable = f"GATEWAYD_{OPTION.upper()}"
    with tempfile.TemporaryDirectory() as home:
        def file(value):
            path = Path(home, "gatewayd.conf")
            path.write_text(f"{OPTION} = {value}\n", encoding="utf-8")
            return gatewayd("--config", str(path), "--test-config")

        for where, load in (
                ("command line", lambda value: gatewayd(
                    dashes, value, "--test-config")),
                ("environment", lambda value: gatewayd(
                    "--test-config", **{variable: value})),
                ("file", file)):
            for value, good in (("512", True), ("16384", True),
                                ("511", False), ("16385", False), ("x", False)):
                status, said = load(value)
                if (status == 0) != good:
                    raise AssertionError(f"{where}: {value}: {status}: {said}")
                if not good and not ("512" in said and "16384" in said):
                    raise AssertionError(f"{where}: no range in: {said}")
    for name, text in (("--help", gatewayd("--help")[1]),
                       ("docs/options.md", page("docs/options.md")),
                       ("docs/options.zh-CN.md", page("docs/options.zh-CN.md")),
                       ("gatewayd.8", page("gatewayd/gatewayd.8")),
                       ("gatewayd.conf", page("gatewayd/gatewayd.conf"))):
        found = text.replace("\\-", "-")
        if dashes not in found and OPTION not in found:
            raise AssertionError(f"{name} has no {OPTION}")


def page(name):
    return (COPY / name).read_text(encoding="utf-8")


@claims(PAGE, *WALKS, slow=True)
def what_the_walks_say_is_true(*blocks):
    copy_sources()
    method = [block for block in blocks if block.info.endswith(" method")]
    catalogs = [block for block in blocks if block.language == "po"]
    for block in blocks:
        if block.language == "sh":
            if block.text != SCRIPTS[block.info]:
                raise AssertionError(f"{block}: not what is done here")
        elif block not in catalogs and block not in method:
            apply(block)
    prefix = build()
    write_docs("gen-options", [b for b in catalogs if "/options." in b.info])
    write_docs("gen-reference", [b for b in catalogs if "/c-ref" in b.info])
    run([sys.executable, COPY / "tests/structure/check.py"])
    expect_option_everywhere()
    said = run([sys.executable, COPY / "tests/interop/run.py", "--only",
                "gatewayd", *TESTS], env={**os.environ,
                                          "GW_PREFIX": str(prefix)})
    if f"\n{len(TESTS)} passed, 0 failed" not in "\n" + said:
        raise AssertionError(said)
    for block in method:
        if block not in catalogs:
            apply(block)
    compile_extension()
    write_docs("gen-reference", [b for b in catalogs if b in method])
