"""ThinkPHP 8: Composer's topthink/framework, or THINKPHP_REFERENCE, a folder with
think-framework, think-orm and think-helper."""

import contextlib
import re

import framework_source
import thinkphp_checks
from framework import FrameworkHost
from host import SECRET_KEY
from visitor import PATIENT


class Application(FrameworkHost):
    title = "ThinkPHP 8"
    page = "thinkphp"
    base = {"topthink/framework": "^8.0"}
    composer = {"autoload": {"psr-4": {"app\\": "app"}}}
    folders = ("runtime",)
    children = 3
    front = "/index.php?s=$uri&$query_string"
    log = "runtime/log/**/*.log"
    console_push = ("think", "gateway:push", "alice", "hello")
    boot = """require 'vendor/autoload.php';
        (new think\\App())->initialize();"""
    console_kick = ("think", "gateway:kick", "alice")

    def install(self, require, links):
        framework_source.install(self.name, self.app, require, links,
                                 variable="THINKPHP_REFERENCE",
                                 main="think-framework", **self.composer)

    @property
    def ini(self):
        return {**super().ini, **PATIENT}

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
    def unset(self):
        file = self.app / ".env"
        kept = file.rename(self.app / "kept.env")
        try:
            yield {}
        finally:
            kept.rename(file)

    @contextlib.contextmanager
    def emptied(self):
        file = self.app / ".env"
        kept = file.read_text()
        file.write_text(re.sub(r"(?m)^(\w+) =.*$", r"\1 =", kept))
        try:
            yield {}
        finally:
            file.write_text(kept)

    @contextlib.contextmanager
    def at_register(self, address):
        self.set_register(address)
        try:
            yield {}
        finally:
            self.set_register(self.gateway.own_register)

    def checks(self, verdicts):
        with verdicts.check("what no route matches is guarded, too"):
            thinkphp_checks.unmatched(self)
        with verdicts.check("a method that is only said is not believed"):
            thinkphp_checks.said_methods(self)
        with verdicts.check("a user whose id is a number"):
            thinkphp_checks.number(self)
        with verdicts.check("a request that ends after the logout does not undo "
                            "it"):
            thinkphp_checks.late_request(self)
        with verdicts.check("a request that ends after the page was opened does "
                            "not take its token"):
            thinkphp_checks.late_save(self)
        with verdicts.check("a bind that is under way when its user signs out"):
            thinkphp_checks.late_bind(self)
        super().checks(verdicts)
