"""A reader's page in Chromium, served by PHP's own web server."""

import contextlib
import re
import shutil

from harness.cluster import CLIENT_PHP
from harness.php import extension_environment
from harness.process import PATIENCE, PREFIX, ROOT, Process, wait_until
from place import run, typed

CHROMIUM = ROOT / "tests/browser/run"
CHROMIUM_SECONDS = max(60, PATIENCE)  # its start, on a busy machine
# `php` as the reader has it: the extension is on, and no other php.ini counts.
READERS_PHP = """\
#!/bin/sh
PHP_INI_SCAN_DIR= exec {php} -c {home}/php.ini -d extension_dir={prefix}/ext \\
    -d log_errors=1 -d session.save_path={home}/sessions "$@"
"""


def give_php(home, ini="extension=gatewayclient\n"):
    (home / "sessions").mkdir()
    (home / "tools").mkdir(exist_ok=True)
    (home / "php.ini").write_text(ini, encoding="utf-8")
    (home / "tools/php").write_text(READERS_PHP.format(
        php=shutil.which(CLIENT_PHP), home=home, prefix=PREFIX))
    (home / "tools/php").chmod(0o755)


def web_server(host, text, home):
    """The command, when it serves; give_php() comes before."""
    return typed(host, text, home, "started", extension_environment())


class Page:
    """Its log has what happens on it, see listening_page.js."""

    def __init__(self, process):
        self.process = process

    def wait_for(self, line):
        self.process.expect_running()
        wait_until(lambda: line in self.process.log.splitlines(),
                   lambda: f"{line!r} in: {self.process.log}",
                   CHROMIUM_SECONDS)

    def expect_no_fault(self, server):
        if "error: " in self.process.log or re.search(
                "PHP (Warning|Notice|Deprecated|Fatal)", server.log):
            raise AssertionError(f"{self.process.log}\n{server.log}")


@contextlib.contextmanager
def page_in_chromium(host, url, *login):
    said = run([CHROMIUM, "--chromium"], timeout=300)
    process = Process(
        [*host.prefix, "node", ROOT / "tests/docs/listening_page.js",
         said.strip().splitlines()[-1], url, *login], "docs",
        {"NODE_PATH": str(ROOT / "out/node/node_modules")}).start()
    try:
        yield Page(process)
    finally:
        process.discard()
