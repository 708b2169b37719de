"""README.md."""

import contextlib
import os
import re

from blocks import read
from claims import claims
from harness.cluster import CLIENT_PHP
from harness.process import PREFIX, ROOT, Process, wait_until
from in_chromium import page_in_chromium
from place import folder, gatewayd, machines, php_environment, run_php

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
            page_in_chromium(host, "http://127.0.0.1/",
                             "http://127.0.0.1/login.php") as chromium:
        chromium.wait_for("POST /bind.php: 200")
        for block in (push, drop_in):
            said = run_php(host.prefix, home, block.text, ini.text)
            if said:
                raise AssertionError(f"it said {said}")
            for text in texts_of(block.text):
                chromium.wait_for(f"console: {text}")
        chromium.expect_no_fault(server)


@claims(PAGE, "sh packages")
def the_packages(block):
    """Type what docs/install/debian.md says, which tests/packages does."""
    typed_there = "\n".join(
        other.text for other in read("docs/install/debian.md")[0])
    *build, install = block.text.splitlines()
    for line in build:
        if f"\n{line}\n" not in f"\n{typed_there}\n":
            raise AssertionError(f"{line!r} is not on debian.md")
    if install != "apt-get install -y ../*.deb":
        raise AssertionError(install)
