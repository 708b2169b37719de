"""README.md."""

import contextlib
import os
import re
import shutil

from c_programs import program
from claims import claims
from harness.cache import cache_folder
from harness.process import PREFIX, ROOT
from place import (WORK, browser, expect_one_cluster, folder, gatewayd,
                   installed, machines, run, run_php, run_shell, typed)

PAGE = "README.md"


@claims(PAGE, "sh start")
def the_commands_exist(block):
    """Other stages run them: browser and browser_tls the demo."""
    stages = (ROOT / "scripts/lib/stages.sh").read_text()
    for line in block.text.splitlines():
        command = line.split()[0]
        if not os.access(ROOT / command, os.X_OK):
            raise AssertionError(f"{command} is no program")
        if command != "scripts/test" and f'"$ROOT/{command}"' not in stages:
            raise AssertionError(f"no stage runs {command}")


@claims(PAGE, "ini drop-in", "sh drop-in", "php bind")
def the_drop_in(ini, shell, php):
    """With no option anywhere: the page that sent its client_id receives."""
    with machines(1) as [host], folder() as home, \
            gatewayd(host, shell.text, home), browser(host) as page:
        said = run_php(host.prefix, home, php.text, ini.text,
                       {"client_id": page.client_id, "uid": "alice"})
        if said:
            raise AssertionError(f"it said {said}")
        for message in ("hello", "hello all"):
            page.expect_text(message)
        page.expect_silence()


def parts(text):
    """What is typed on each machine: its part begins with its address."""
    found = re.split(r"^# (10\.0\.0\.\d).*$", text, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))


@claims(PAGE, "sh cluster")
def two_machines(block):
    with machines(2) as both, folder() as home, contextlib.ExitStack() as run_:
        typed_where = parts(block.text)
        if list(typed_where) != [host.address for host in both]:
            raise AssertionError(f"not two machines: {typed_where}")
        for host in both:
            run_.enter_context(typed(host, typed_where[host.address], home))
        expect_one_cluster(both, home)


@claims(PAGE, "c hello", "sh hello")
def from_c(source, shell):
    """Compiled as the page says, it greets alice."""
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), browser(host) as page:
        (home / "hello.c").write_text(program(source.text))
        env = installed()
        run_shell(shell.text, home, env)
        run_php(host.prefix, home, """
            GatewayClient\\Gateway::bindUid($id, 'alice');
            GatewayClient\\Gateway::flush();""",
                variables={"id": page.client_id})
        said = run([*host.prefix, home / "a.out"], env={**os.environ, **env})
        if said:
            raise AssertionError(f"it said {said}")
        page.expect_text("hello")


def checkout(name):
    """The sources, without what was built."""
    tree = WORK / name
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(
        "out", ".git", "corpus", "node_modules", "__pycache__"))
    return tree


def cached_compiler():
    """These builds repeat what others compile: a cache makes them cheap."""
    if not shutil.which("ccache"):
        return {}
    return {"CCACHE_DIR": str(cache_folder("ccache")),
            "CCACHE_BASEDIR": str(WORK), "CCACHE_NOHASHDIR": "1",
            "CC": "ccache cc",
            "CMAKE_C_COMPILER_LAUNCHER": "ccache"}


@claims(PAGE, "sh source-build", slow=True)
def the_extension_from_source(block):
    """`make test` runs one of its tests: stages phpt and package run all."""
    tree, root = checkout("extension"), WORK / "extension-root"
    shutil.rmtree(root, ignore_errors=True)
    with folder() as home:
        said = run_shell(block.text, home, {
            **cached_compiler(), "CFLAGS": "-O1",
            "MAKEFLAGS": "-j2 TESTS=php-tests/002-module.phpt",
            "INSTALL_ROOT": str(root), "NO_INTERACTION": "1",
            "REPORT_EXIT_STATUS": "1"}, cwd=tree, timeout=300)
    if not re.search(r"Tests passed +: +1 ", said):
        raise AssertionError(f"no test passed: {said[-2000:]}")
    if len(list(root.rglob("gatewayclient.so"))) != 1:
        raise AssertionError(f"not installed: {said[-2000:]}")


@claims(PAGE, "sh cmake-build", slow=True)
def the_daemon_from_source(block):
    tree, root = checkout("daemon"), WORK / "daemon-root"
    shutil.rmtree(root, ignore_errors=True)
    with folder() as home:
        env = cached_compiler()
        env.pop("CC", None)
        run_shell(block.text, home, {**env, "DESTDIR": str(root),
                                     "CMAKE_BUILD_PARALLEL_LEVEL": "2"},
                  cwd=tree, timeout=300)
    version = run([PREFIX / "bin/gatewayd", "--version"])
    if run([next(root.rglob("sbin/gatewayd")), "--version"]) != version:
        raise AssertionError("another version was installed")

