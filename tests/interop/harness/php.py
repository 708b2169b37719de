"""PHP processes: with the extension, or with the reference's pure class."""

import functools
import json
import os
import select
import subprocess
import tempfile
from pathlib import Path

from . import serialize
from .cluster import CLIENT_PHP, PURE
from .process import PATIENCE, PREFIX, ROOT

EXTENSION = Path(os.environ.get("GW_EXTENSION",
                                PREFIX / "ext/gatewayclient.so"))
DRIVER = ROOT / "tests/interop/harness/driver.php"
NATIVE_EXCEPTION = "GatewayClient\\GatewayException"

# Under a sanitizer PHP takes its memory from malloc() and limits nothing.
OWN_MEMORY = "GW_PHP_PRELOAD" not in os.environ


def extension_environment():
    """A sanitized extension needs the sanitizer in the unsanitized php, where
    it is not linked first. What php itself leaks is not looked for; valgrind
    does that for the extension."""
    preload = os.environ.get("GW_PHP_PRELOAD")
    if not preload:
        return {}
    return {"LD_PRELOAD": preload, "USE_ZEND_ALLOC": "0",
            "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}


@functools.lru_cache
def php_version_id():
    """PHP_VERSION_ID, such as 80200."""
    return int(subprocess.run(
        [CLIENT_PHP, "-r", "echo PHP_VERSION_ID;"], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True).stdout)


def php_command(native, ini=None):
    """The words before the script's name."""
    command = [CLIENT_PHP]
    if native:
        command += ["-d", f"extension={EXTENSION}"]
    for name, value in (ini or {}).items():
        command += ["-d", f"{name}={value}"]
    return command


def php_version():
    """Like 8.2: what Debian's packages and programs are named by."""
    return subprocess.run(
        [CLIENT_PHP, "-n", "-r",
         "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=True).stdout


def php_environment(native):
    return {**os.environ, **(extension_environment() if native else {})}


def run_php(script, arguments=(), native=True, ini=None, prefix=(),
            timeout=60):
    """Runs a script file to its end; returns the completed process."""
    return subprocess.run(
        [*prefix, *php_command(native, ini), script, *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=timeout, env=php_environment(native), check=False)


class Result:
    """What one expression did."""

    def __init__(self, answer, pid):
        self.pid = pid
        self.raw = bytes.fromhex(answer["returns"])
        self.throws = answer["throws"]
        self.warnings = [w["text"] for w in answer["warnings"]]
        self.levels = [w["level"] for w in answer["warnings"]]
        self.echoes = bytes.fromhex(answer["echoes"]).decode()
        self.begin = answer["begin"] / 1e9  # of the monotonic clock
        self.end = answer["end"] / 1e9
        self.waited = answer["waited"] / 1e9  # for a processor
        self.seconds = self.end - self.begin

    @property
    def value(self):
        return serialize.loads(self.raw)

    def __repr__(self):
        return (f"Result({self.raw!r}, throws={self.throws}, "
                f"warnings={self.warnings}, echoes={self.echoes!r})")


class Php:
    """A PHP process that evaluates expressions, one after the other; with
    `files` each is a file of its own, which opcache compiles."""

    def __init__(self, native, cluster=None, ini=None, prefix=(),
                 files=False):
        self.native = native
        self.vars = {}
        self.errors = tempfile.TemporaryFile()
        self.folder = tempfile.TemporaryDirectory()
        command = [*prefix, *php_command(native, ini), DRIVER]
        if not native:
            command.append(PURE)
        elif files:
            command += ["--files", self.folder.name]
        self.popen = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors, env=php_environment(native))
        if cluster is not None:
            self.use(cluster)

    def use(self, cluster):
        """Points the class at a cluster."""
        result = self.call(
            "[Gateway::$registerAddress = $register, "
            "Gateway::$secretKey = $key]",
            register=cluster.register_address, key=cluster.secret_key)
        if result.throws:
            raise AssertionError(f"configuration failed: {result}")

    def send(self, code, **variables):
        """Starts an expression; `answer` waits for its end."""
        request = {"code": code, "vars": {**self.vars, **variables}}
        self.popen.stdin.write(json.dumps(request).encode() + b"\n")
        self.popen.stdin.flush()

    def answer(self, timeout=None):
        ready, _, _ = select.select([self.popen.stdout], [], [],
                                    timeout or 3 * PATIENCE)
        line = self.popen.stdout.readline() if ready else b""
        if not line:
            self.popen.kill()
            self.popen.wait()
            self.errors.seek(0)
            raise AssertionError("PHP did not answer: "
                                 + self.errors.read().decode()[-2000:])
        return Result(json.loads(line), self.popen.pid)

    def call(self, code, **variables):
        self.send(code, **variables)
        return self.answer()

    def set_timeout(self, seconds):
        """Of the calls from now on."""
        self.call("ini_set('gatewayclient.timeout', $seconds)",
                  seconds=str(seconds))

    def close(self):
        self.popen.stdin.close()
        try:
            status = self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            status = self.popen.wait()
        self.popen.stdout.close()
        self.errors.seek(0)
        text = self.errors.read().decode()
        self.errors.close()
        self.folder.cleanup()
        if status not in (0, -9):
            raise AssertionError(f"php ended with {status}: {text[-2000:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def introduce(cluster, clients, sessions, group=None):
    """Binds each client to the uid ann, gives it its session and puts it into
    the group; all is handled when it returns."""
    with Php(True, cluster) as php:
        for client, session in zip(clients, sessions):
            php.call("[Gateway::bindUid($id, 'ann'), "
                     "Gateway::setSession($id, $session)]",
                     id=client.client_id, session=session)
            if group is not None:
                php.call("Gateway::joinGroup($id, $group)",
                         id=client.client_id, group=group)
        if php.call("Gateway::flush()").value is not True:
            raise AssertionError("flush failed")
