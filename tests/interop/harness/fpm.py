"""php-fpm, and the FastCGI that a web server would speak."""

import contextlib
import json
import os
import shutil
import signal
import socket
import struct

from .children import alive, children
from .php import EXTENSION, extension_environment, php_version
from .process import PATIENCE, Process, wait_until

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7
HEADER = struct.Struct(">BBHHBx")
RESPONDER = struct.pack(">HB5x", 1, 0)

CONFIG = """\
[global]
error_log = {folder}/error.log
pid = {folder}/pid
daemonize = no
; Time for a request that a reload meets in its middle.
process_control_timeout = 30
"""
POOL = """\
[{name}]
{user}
listen = {folder}/{name}.socket
pm = static
pm.max_children = {children}
catch_workers_output = yes
pm.status_path = {status}
{more}
"""
STATUS = "/php-fpm-status"


def find_fpm():
    """GW_PHP_FPM, or the php-fpm of the same version as the php on the command
    line."""
    if "GW_PHP_FPM" in os.environ:
        return os.environ["GW_PHP_FPM"]
    path = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"
    return (shutil.which(f"php-fpm{php_version()}", path=path)
            or shutil.which("php-fpm", path=path))


def record(kind, content):
    return HEADER.pack(1, kind, 1, len(content), 0) + content


def name_value(name, value):
    """Lengths below 128 take one byte, others four."""
    head = b""
    for text in (name, value):
        length = len(text)
        head += (bytes([length]) if length < 128
                 else struct.pack(">I", length | 0x80000000))
    return head + name + value


class Reply:
    """What a request brought: the body, and what PHP sent to the web
    server's log."""

    def __init__(self, output, errors):
        self.head, _, self.body = output.decode(
            errors="replace").partition("\r\n\r\n")
        self.errors = errors.decode(errors="replace")

    def __repr__(self):
        return f"Reply({self.body!r}, errors={self.errors!r})"


class Fpm:
    """Started with the extension loaded, or without, for the pure class;
    `prefix` may be strace, `pool` has more lines for the configuration of its
    pool, www. `pools` are several in place of it: their names and lines."""

    # pylint: disable-next=too-many-arguments,too-many-positional-arguments
    def __init__(self, prefix=(), ini=None, child_count=1, pool="", env=None,
                 native=True, pools=None):
        binary = find_fpm()
        if not binary:
            raise AssertionError("php-fpm is not installed")
        command = [*prefix, binary, "--nodaemonize", "--fpm-config",
                   "{folder}/fpm.conf"]
        if native:
            command += ["-d", f"extension={EXTENSION}"]
        for name, value in (ini or {}).items():
            command += ["-d", f"{name}={value}"]
        if os.getuid() == 0:
            command.append("--allow-to-run-as-root")
        ours = extension_environment() if native else {}
        self.process = Process(command, "fpm", {**ours, **(env or {})})
        pools = pools or {"www": pool}
        self.child_count = child_count * len(pools)
        self.master = None
        self._write_config(pools, child_count)
        self.process.start()
        try:
            for name in pools:
                wait_until(lambda n=name: self._listens(n), "php-fpm's socket")
            # It stays the same; the file goes and comes back in a reload.
            self.master = wait_until(self._written_pid, "php-fpm's pid")
        except BaseException:
            self.close()
            raise

    def _write_config(self, pools, child_count):
        folder = self.process.folder
        text = CONFIG.format(folder=folder)
        for name, more in pools.items():
            root = os.getuid() == 0 and "user = " not in more
            text += POOL.format(
                name=name, folder=folder, children=child_count, more=more,
                status=STATUS,
                user="user = root\ngroup = root" if root else "")
        (folder / "fpm.conf").write_text(text, encoding="utf-8")

    def _listens(self, pool):
        self.process.expect_running()
        try:
            self._connect(pool).close()
            return True
        except OSError:
            return False

    def _connect(self, pool):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(12 * PATIENCE)
        try:
            sock.connect(str(self.socket_path(pool)))
        except OSError:
            sock.close()
            raise
        return sock

    @property
    def folder(self):
        return self.process.folder

    def socket_path(self, pool="www"):
        """Where a web server finds a pool."""
        return self.folder / f"{pool}.socket"

    def _written_pid(self):
        self.process.expect_running()
        try:
            return int((self.folder / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def children(self):
        """The pids of all its children, as soon as all are there."""
        def complete():
            self.process.expect_running()
            found = [pid for pid in children(self.master) if alive(pid)]
            return found if len(found) == self.child_count else None

        return wait_until(complete, "php-fpm's children", 3 * PATIENCE)

    def reload(self):
        """SIGUSR2; returns when all children are new ones."""
        before = set(self.children())
        os.kill(self.master, signal.SIGUSR2)
        wait_until(lambda: not before & set(self.children()),
                   "php-fpm's new children", 3 * PATIENCE)

    def request(self, script, query=""):
        """Runs a script; returns its body (headers cut off)."""
        reply = self.ask(script, query)
        if reply.errors:
            raise AssertionError(f"php-fpm: {reply.errors}")
        return reply.body

    @contextlib.contextmanager
    def started(self, script, query="", pool="www"):
        """A request that runs while the caller does something else; yields
        the function that waits for its reply."""
        params = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
                  "SCRIPT_FILENAME": str(script),
                  "SCRIPT_NAME": STATUS if script == STATUS else "/",
                  "QUERY_STRING": query, "SERVER_PROTOCOL": "HTTP/1.1"}
        encoded = b"".join(name_value(k.encode(), v.encode())
                           for k, v in params.items())
        with self._connect(pool) as sock:
            sock.sendall(record(BEGIN, RESPONDER) + record(PARAMS, encoded)
                         + record(PARAMS, b"") + record(STDIN, b""))
            with sock.makefile("rb") as stream:
                yield lambda: self._read_response(stream)

    def ask(self, script, query="", pool="www"):
        """The whole reply; OSError when php-fpm ends the connection before
        it."""
        with self.started(script, query, pool) as answer:
            return answer()

    def wait_until_idle(self):
        """A request may go on after its response was sent."""
        wait_until(lambda: self._active() == 0, "the end of php-fpm's requests")

    def wait_until_active(self, count):
        wait_until(lambda: self._active() == count, f"{count} requests")

    def _active(self):
        """How many it is at, without this one."""
        status = json.loads(self.request(STATUS, "json"))
        return status["active processes"] - 1

    @staticmethod
    def _read_response(stream):
        output = errors = b""
        while True:
            head = stream.read(HEADER.size)
            if len(head) < HEADER.size:
                raise ConnectionError(
                    f"php-fpm closed: {output!r} {errors!r}")
            _, kind, _, length, padding = HEADER.unpack(head)
            content = stream.read(length)
            stream.read(padding)
            if kind == STDOUT:
                output += content
            elif kind == STDERR:
                errors += content
            elif kind == END:
                return Reply(output, errors)

    def close(self):
        """php-fpm leads a session of its own, out of its starter's reach."""
        if self.master and self.process.running():
            os.kill(self.master, signal.SIGTERM)
            wait_until(lambda: not self.process.running(), "php-fpm's end")
        self.process.discard()
