"""ThinkPHP 8: Composer's topthink/framework, or where that cannot be had, the
folders think-* beside the other PHP packages that serve in tests (see
tests/reference/find.php); THINKPHP_REFERENCE names another place of theirs."""

import contextlib
import os
import re
import time
from pathlib import Path

import blocks
import framework
import packages
from framework import FrameworkHost
from host import SECRET_KEY, Unavailable

FRAMEWORK = "topthink/framework"
RETRY_AFTER = 3600  # seconds until Composer is asked for it again


def found_folders():
    """The folders think-*, of which one is the framework; or none."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = Path(os.environ.get("THINKPHP_REFERENCE")
                 or base / "gatewayclient-tests/reference")
    folders = [file.parent for file in place.glob("think-*/composer.json")]
    return sorted(folders) if place / "think-framework" in folders else []


class Application(FrameworkHost):
    title = "ThinkPHP 8"
    page = "thinkphp"
    base = {FRAMEWORK: "^8.0"}
    composer = {"autoload": {"psr-4": {"app\\": "app"}}}
    folders = ("runtime",)
    front = "/index.php?s=$uri&$query_string"
    log = "runtime/log/**/*.log"
    console_push = ("think", "gateway:push", "alice", "hello")

    def install(self, require, links):
        refused = packages.CACHE / "thinkphp-refused"
        why = f"Composer had no {FRAMEWORK} within the last hour"
        if not (refused.exists()
                and refused.stat().st_mtime > time.time() - RETRY_AFTER):
            try:
                super().install(require, links)
                return
            except Unavailable as reason:
                refused.touch()
                why = str(reason)
        folders = found_folders()
        if not folders:
            raise Unavailable(why)
        found = [{"type": "path", "url": str(folder),
                  "options": {"symlink": False}} for folder in folders]
        packages.install(f"{self.name}-found", self.app, require, links,
                         repositories=found, **self.composer)

    def prepare(self):
        self.set_register(self.gateway.own_register)
        super().prepare()

    def set_register(self, address):
        """ThinkPHP's .env counts more than the environment."""
        file = self.app / ".env"
        text, count = re.subn(r"(?m)^(REGISTER_ADDRESS|SECRET_KEY) =.*$",
                              lambda line: f"{line[1]} = " + (
                                  address if line[1] == "REGISTER_ADDRESS"
                                  else f'"{SECRET_KEY}"'), file.read_text())
        if count != 2:
            raise AssertionError(f"the page's .env sets {count} of two")
        file.write_text(text)

    @contextlib.contextmanager
    def at_register(self, address):
        self.set_register(address)
        yield {}
        self.set_register(self.gateway.own_register)

    def checks(self, verdicts):
        super().checks(verdicts)
        chinese = "thinkphp.zh-CN"
        verdicts.same("the Chinese page has the same files",
                      blocks.files(chinese), blocks.files(self.page))
        verdicts.same("the Chinese page has the same commands",
                      framework.transcript(chinese),
                      framework.transcript(self.page))
