"""gwctl as a test runs it: to its end, in the background, on a terminal."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import tempfile
import termios

from .process import PATIENCE, PREFIX, wait_until

GWCTL = PREFIX / "bin/gwctl"
# Shells put files of their own there.
HOME = tempfile.TemporaryDirectory(prefix="gwctl-home-")
# Words before gwctl's name: valgrind and its options.
WRAPPER = os.environ.get("GW_GWCTL_WRAPPER", "").split()


def environment(cluster=None, **more):
    """Nothing of the machine's own configuration."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("GWCTL_", "XDG_"))}
    env.update(HOME=HOME.name, GWCTL_CONFIG="/dev/null",
               LC_ALL="C.UTF-8")
    if cluster is not None:
        env["GWCTL_REGISTER"] = cluster.register_address
        if cluster.secret_key:
            env["GWCTL_SECRET_KEY"] = cluster.secret_key
    env.update(more)
    return env


def heed_interrupts():
    """Shells have what they start in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(*words):
    return [*WRAPPER, GWCTL, *map(str, words)]


class Done:
    """A gwctl that has ended."""

    def __init__(self, finished):
        self.status = finished.returncode
        self.bytes = finished.stdout
        self.out = finished.stdout.decode()
        self.err = finished.stderr.decode()

    @property
    def objects(self):
        """Of --json: strict, an object on each line."""
        return [parse_line(line) for line in self.out.splitlines()]

    @property
    def only(self):
        objects = self.objects
        assert len(objects) == 1, self.out
        return objects[0]

    @property
    def rows(self):
        """Of a table: words of each line under the heading."""
        return [line.split() for line in self.out.splitlines()[1:]]

    def __repr__(self):
        return f"Done({self.status}, {self.out!r}, {self.err!r})"


def refuse(name):
    raise AssertionError(f"{name} is no JSON")


def parse_line(line):
    value = json.loads(line, parse_constant=refuse)
    assert isinstance(value, dict), line
    return value


def cpu_time(pid):
    """Seconds that a process has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(cluster, *words, stdin=b"", env=None):
    """`stdin`: what it reads, or the descriptor that it reads from."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    source = {"stdin" if isinstance(stdin, int) else "input": stdin}
    return Done(subprocess.run(
        command(*words), **source, capture_output=True,
        env=environment(cluster, **(env or {})), timeout=6 * PATIENCE,
        check=False))


class Running:
    """A gwctl in the background. `terminal`: columns and lines of one that is
    its standard output and error; without it both are pipes."""

    def __init__(self, cluster, *words, terminal=None, env=None):
        self.out = b""
        self.err = b""
        self.master = None
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE}
        slave = None
        if terminal is not None:
            self.master, slave = pty.openpty()
            columns, lines = terminal
            fcntl.ioctl(slave, termios.TIOCSWINSZ,
                        struct.pack("HHHH", lines, columns, 0, 0))
            streams.update(stdout=slave, stderr=slave)
        self.popen = subprocess.Popen(
            command(*words), env=environment(cluster, **(env or {})),
            bufsize=0, preexec_fn=heed_interrupts, **streams)
        if slave is not None:
            os.close(slave)
        for fd in self._fds():
            os.set_blocking(fd, False)

    def _fds(self):
        if self.master is not None:
            return [self.master]
        return [stream.fileno() for stream in (self.popen.stdout,
                                               self.popen.stderr)
                if stream is not None and not stream.closed]

    def _take(self, fd):
        """What is there; OSError is how a terminal ends."""
        text = b""
        try:
            while True:
                piece = os.read(fd, 65536)
                if not piece:
                    break
                text += piece
        except (BlockingIOError, OSError):
            pass
        return text

    def read(self):
        fds = self._fds()
        self.out += self._take(fds[0])
        if len(fds) > 1:
            self.err += self._take(fds[1])
        return self.out

    def wait_out(self, text, what=None):
        """Waits until standard output has this text."""
        wait_until(lambda: text in self.read(),
                   lambda: f"{what or text!r}, have {self.out!r} "
                           f"{self.err!r}")

    def wait_err(self, text):
        wait_until(lambda: self.read() is not None and text in self.err,
                   lambda: f"{text!r}, have {self.out!r} {self.err!r}")

    def wait_objects(self, count):
        """Waits for so many lines of JSON."""
        wait_until(lambda: self.read().count(b"\n") >= count,
                   lambda: f"{count} objects, have {self.out!r} "
                           f"{self.err!r}")
        lines = self.out.decode().splitlines()
        return [parse_line(line) for line in lines[:count]]

    def waits_to_write(self):
        """Whether it stands in a call with standard output: its write()."""
        with open(f"/proc/{self.popen.pid}/syscall", encoding="ascii") as file:
            return file.read().split()[1:2] == ["0x1"]

    def write(self, text):
        self.popen.stdin.write(text)
        self.popen.stdin.flush()

    def signal(self, number):
        self.popen.send_signal(number)

    def ended(self, timeout=2 * PATIENCE):
        """Its exit status, once it has one."""
        wait_until(lambda: self.read() is not None
                   and self.popen.poll() is not None,
                   lambda: f"its end, have {self.out!r} {self.err!r}",
                   timeout)
        self.read()
        return self.popen.returncode

    def stop(self):
        self.signal(signal.SIGINT)
        return self.ended()

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout,
                       self.popen.stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
