"""README.md."""

import contextlib
import os
import re
import shutil

from claims import claims
from harness.cache import cache_folder
from harness.cluster import CLIENT_PHP
from harness.process import PATIENCE, PREFIX, ROOT, Process, wait_until
from place import (WORK, browser, folder, gatewayd, installed, machines,
                   php_environment, run, run_php, run_shell)

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


LOGIN = "<?php session_start(); $_SESSION['user_id'] = 7;"
CHROMIUM = ROOT / "tests/browser/run"
CHROMIUM_SECONDS = max(60, PATIENCE)  # its start, on a busy machine


@contextlib.contextmanager
def application(host, home, ini, files):
    """Served by PHP's own web server, with the settings of the reader."""
    site = home / "site"
    site.mkdir()
    (home / "sessions").mkdir()
    for name, text in files.items():
        (site / name).write_text(text, encoding="utf-8")
    (home / "php.ini").write_text(ini, encoding="utf-8")
    server = Process(
        [*host.prefix, CLIENT_PHP, "-c", home / "php.ini",
         "-d", f"extension_dir={PREFIX}/ext", "-d", "log_errors=1",
         "-d", f"session.save_path={home}/sessions",
         "-S", "127.0.0.1:80", "-t", site], "docs", php_environment()).start()
    try:
        wait_until(lambda: "started" in server.log,
                   lambda: f"PHP's web server: {server.log}")
        yield server
    finally:
        server.discard()


@contextlib.contextmanager
def page_in_chromium(host):
    """/ there, after the login: a process whose log has what happens."""
    said = run([CHROMIUM, "--chromium"], timeout=300)
    page = Process(
        [*host.prefix, "node", ROOT / "tests/docs/listening_page.js",
         said.strip().splitlines()[-1], "http://127.0.0.1/login.php",
         "http://127.0.0.1/"], "docs",
        {"NODE_PATH": str(ROOT / "out/node/node_modules")}).start()
    try:
        yield page
    finally:
        page.discard()


def texts_of(php):
    """What a block pushes, in order."""
    found = re.findall(r"""['"]text['"](?: => '|:")(.*?)['"]""", php)
    if not found:
        raise AssertionError(f"nothing is pushed: {php}")
    return found


@claims(PAGE, "ini drop-in", "sh drop-in", "php drop-in", "js page",
        "php bind", "php push")
def from_the_page_to_the_push(ini, shell, drop_in, page, bind, push):
    """With no option anywhere, in a browser: the page binds itself, and what is
    pushed to its user, its group and everyone is in its console."""
    files = {"page.js": page.text, "bind.php": bind.text, "login.php": LOGIN,
             "index.html": "<link rel=icon href=data:,>"
                           "<script src=page.js></script>"}
    with machines(1) as [host], folder() as home, \
            gatewayd(host, shell.text, home), \
            application(host, home, ini.text, files) as server, \
            page_in_chromium(host) as chromium:
        def seen(line):
            chromium.expect_running()
            wait_until(lambda: line in chromium.log.splitlines(),
                       lambda: f"{line!r} in: {chromium.log}",
                       CHROMIUM_SECONDS)

        seen("POST /bind.php: 200")
        for block in (push, drop_in):
            said = run_php(host.prefix, home, block.text, ini.text)
            if said:
                raise AssertionError(f"it said {said}")
            for text in texts_of(block.text):
                seen(f"console: {text}")
        if "error: " in chromium.log or re.search(
                "PHP (Warning|Notice|Deprecated|Fatal)", server.log):
            raise AssertionError(f"{chromium.log}\n{server.log}")


@claims(PAGE, "c hello", "sh hello")
def from_c(source, shell):
    """Compiled as the page says, it greets alice."""
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), browser(host) as page:
        (home / "hello.c").write_text(source.text)
        run_php(host.prefix, home, """
            GatewayClient\\Gateway::bindUid($id, 'alice');
            GatewayClient\\Gateway::flush();""",
                variables={"id": page.client_id})
        said = run([*host.prefix, "sh", "-ec", shell.text], cwd=home,
                   env={**os.environ, **installed()})
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

