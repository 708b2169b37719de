"""What the Laravel hosts share: the application of docs/frameworks/laravel.md, on
the skeleton of one version, with examples/laravel as a package."""

import base64
import contextlib
import os
import shlex
import sqlite3

import blocks
import laravel_checks
import packages
from harness.process import ROOT
from host import PHP, Host

PACKAGE = "gatewayclient/laravel"
LINKS = {PACKAGE: "examples/laravel"}
AUTOLOAD = {"psr-4": {"App\\": "app/"}}
FOLDERS = ("storage/framework/sessions", "storage/framework/views",
           "storage/framework/cache/data", "storage/logs", "bootstrap/cache")
# Lines of the page that the harness has done, or does later, in its own way.
INSTALLED = {
    "composer config repositories.gatewayclient path "
    "../gatewayclient/examples/laravel",
    f"composer require {PACKAGE}:@dev",
    "npm install laravel-echo",
}
WORKER = "php artisan queue:work"


class LaravelHost(Host):
    skeleton = ""         # in tests/hosts/apps
    scripts = ("flow.js", "laravel.js")
    browser = {"page": "inbox", "bind": "inbox/bind",
               "pushes": {"uid": "push/uid", "group": "push/group"},
               "guest_token": "token",
               "uids": {"alice": "1", "bob": "2"}}
    ini = {"opcache.enable": 1}
    children = 3
    worker = None         # the queue worker's Process
    cached = False        # configuration and routes, as in production

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.key = "base64:" + base64.b64encode(os.urandom(32)).decode()

    def why_not(self):
        return None if has_sqlite() else "PHP has no SQLite"

    def get_vendor(self):
        """Brings vendor/ with Laravel and the package."""
        raise NotImplementedError

    def assemble(self):
        self.copy("tests/hosts/apps/laravel")
        self.copy(f"tests/hosts/apps/{self.skeleton}")
        blocks.write("laravel", self.app)
        for folder in FOLDERS:
            (self.app / folder).mkdir(parents=True, exist_ok=True)
        (self.app / "database/database.sqlite").touch()
        (self.app / "node_modules").symlink_to(ROOT / "out/node/node_modules")
        self.get_vendor()

    def environment(self):
        return {"APP_KEY": self.key, "LOG_CHANNEL": "errorlog",
                "SESSION_DRIVER": "file", "CACHE_STORE": "file",
                "DB_CONNECTION": "sqlite"}

    def prepare(self):
        found = self.php("artisan", "package:discover")
        if PACKAGE not in found:
            raise AssertionError(f"the package was not discovered:\n{found}")
        lines = blocks.commands("laravel")
        for line in lines:
            if line not in INSTALLED and line != WORKER:
                words = shlex.split(line)
                self.command([*self.php_words(), *words[1:]]
                             if words[0] == "php" else words)
        self.php("artisan", "migrate", "--force")
        if self.cached:
            self.php("artisan", "config:cache")
            self.php("artisan", "route:cache")
        if WORKER not in lines:
            raise AssertionError(f"the page has no line `{WORKER}`")
        self.start_worker()

    def start_worker(self):
        self.worker = self.start([*self.php_words(), self.app / "artisan",
                                  "queue:work", "--sleep=0.1"], "queue")

    def stop_worker(self):
        self.stop(self.worker)

    def count_jobs(self, table="jobs"):
        with contextlib.closing(sqlite3.connect(
                self.app / "database/database.sqlite", 10)) as database:
            return database.execute(
                f"SELECT COUNT(*) FROM {table}").fetchone()[0]

    def checks(self, verdicts):
        laravel_checks.run(self, verdicts)


class ComposerHost(LaravelHost):
    framework = ""        # the version, as Composer writes it

    def get_vendor(self):
        packages.install(self.name, self.app,
                         {"laravel/framework": self.framework}, LINKS,
                         autoload=AUTOLOAD)


def has_sqlite():
    return "pdo_sqlite" in os.popen(f"{PHP} -m").read().split()
