"""A GatewayWorker application as its manual lays it out, on a host, with the
commands that its operator types."""

import contextlib
import os
import re
import signal
import subprocess

from deployed import program
from harness.cluster import CLIENT_PHP, REFERENCE
from harness.php import EXTENSION, extension_environment
from harness.process import ROOT, wait_until
from place import environment, run, with_files

# Each start file is a service of its own, with its own files.
COMMON = """<?php
require_once %(reference)r;
$own = __DIR__ . '/' . basename($argv[0]);
Workerman\\Worker::$pidFile = "$own.pid";
Workerman\\Worker::$logFile = "$own.log";
Workerman\\Worker::$statusFile = "$own.status";
Workerman\\Worker::$stdoutFile = "$own.stdout";
"""
END = """
if (!defined('GLOBAL_START')) {
    Workerman\\Worker::runAll();
}
"""
HEAD = "<?php\nrequire_once __DIR__ . '/common.php';\n"
WORKER = """$worker->name = 'ChatBusinessWorker';
$worker->registerAddress = '127.0.0.1:1236';
"""
PARTS = {
    "register": "new GatewayWorker\\Register('text://127.0.0.1:1236');\n",
    "gateway": """
$gateway = new GatewayWorker\\Gateway('websocket://127.0.0.1:8282');
$gateway->startPort = 2900;
$gateway->registerAddress = '127.0.0.1:1236';
""",
    "businessworker": """
require_once %(events)r;
$worker = new GatewayWorker\\BusinessWorker();
""" + WORKER,
}
SETTING = re.compile(r"^(\$worker->\w+ = ).*\n", re.MULTILINE)
ALL = HEAD + "define('GLOBAL_START', 1);\n" + "".join(
    f"require __DIR__ . '/start_{part}.php';\n" for part in PARTS) \
    + "Workerman\\Worker::runAll();\n"
PHP = '#!/bin/sh\nexec %(php)s -c %(home)s/php.ini "$@"\n'
# What systemd does with the unit.
SYSTEMCTL = """#!/bin/sh
set -eu
cd %(home)s
case "$*" in
"enable gatewayd")
    touch gatewayd.enabled ;;
"enable --now gatewayd")
    "$0" enable gatewayd
    exec "$0" start gatewayd ;;
"restart gatewayd")
    "$0" stop gatewayd
    exec "$0" start gatewayd ;;
"start gatewayd")
    [ ! -e gatewayd.pid ] || exit 0
    : >gatewayd.log # the one before was ready, too
    gatewayd --config etc/gatewayd/gatewayd.conf >gatewayd.log 2>&1 &
    echo $! >gatewayd.pid
    until grep -q ' ready: ' gatewayd.log; do
        kill -0 $! || exit 1
        sleep 0.02
    done ;;
"disable --now gatewayd")
    rm -f gatewayd.enabled
    exec "$0" stop gatewayd ;;
"stop gatewayd")
    [ -e gatewayd.pid ] || exit 0
    kill "$(cat gatewayd.pid)"
    while kill -0 "$(cat gatewayd.pid)" 2>/dev/null; do sleep 0.02; done
    rm gatewayd.pid ;;
*) exit 2 ;;
esac
"""
SERVICES = ("start.php", "start_businessworker.php")


class Application:
    """`with` ends whatever was started."""

    def __init__(self, host, home):
        self.host = host
        self.home = home
        names = {"reference": str(REFERENCE), "home": str(home),
                 "events": str(ROOT / "tests/reference/events.php"),
                 "php": program_of(CLIENT_PHP)}
        (home / "common.php").write_text(COMMON % names)
        for part, text in PARTS.items():
            (home / f"start_{part}.php").write_text(HEAD + text % names + END)
        (home / "start.php").write_text(ALL)
        self.environment = {**os.environ, **extension_environment(),
                            **environment(home), "HOME": str(home),
                            "GWCTL_CONFIG": "/dev/null"}
        for tool, text in (("php", PHP), ("systemctl", SYSTEMCTL)):
            (home / "tools" / tool).write_text(text % names)
            (home / "tools" / tool).chmod(0o755)
        self.enabled.touch()  # by the package's installation
        self.php_ini("")

    @property
    def enabled(self):
        """Is there while a boot starts gatewayd."""
        return self.home / "gatewayd.enabled"

    def expect_at_boot(self, wanted):
        if self.enabled.exists() != wanted:
            raise AssertionError("a boot starts gatewayd, on the ports of PHP's"
                                 if self.enabled.exists() else
                                 "no boot starts gatewayd")

    def php_ini(self, text):
        """Of the command line; posix and the like come as on this machine."""
        (self.home / "php.ini").write_text(
            text.replace("extension=gatewayclient", f"extension={EXTENSION}"))

    def configure(self, text):
        folder = self.home / "etc/gatewayd"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "gatewayd.conf").write_text(with_files(text, self.home))

    def set_worker(self, lines):
        """These settings of the workers in place of those that there are."""
        path = self.home / "start_businessworker.php"
        new = {found[1]: found[0] for found in SETTING.finditer(lines)}
        path.write_text(SETTING.sub(
            lambda found: new.get(found[1], found[0]), path.read_text()))

    def type(self, text):
        return run([*self.host.prefix, "bash", "-ec", text], cwd=self.home,
                   env=self.environment)

    def shows(self, command, *words):
        """The command says all of these after a while."""
        said = []

        def says():
            try:
                said.append(self.type(command))
            except AssertionError as failure:
                said.append(str(failure))
                return False
            return all(word in said[-1] for word in words)

        wait_until(says, lambda: f"{words}: {said[-1]}", interval=0.1)

    def __enter__(self):
        return self

    def stop(self, command, pid_file):
        try:
            subprocess.run(
                [*self.host.prefix, "bash", "-ec", command], check=False,
                cwd=self.home, env=self.environment, capture_output=True,
                stdin=subprocess.DEVNULL, timeout=30)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(pid_file.read_text()), signal.SIGKILL)

    def __exit__(self, *_):
        for name in (*SERVICES, "gatewayd"):
            pid_file = self.home / f"{name}.pid"
            if pid_file.exists():
                self.stop("systemctl stop gatewayd" if name == "gatewayd"
                          else f"php {name} stop", pid_file)


def program_of(name):
    return name if "/" in name else program(name)
