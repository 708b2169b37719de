"""A network namespace with nothing but a loopback, and what runs on it. The
default ports are free there."""

import signal
import subprocess
import sys

from chroots import call
from place import OUT, ROOT

sys.path.insert(0, str(ROOT / "tests/interop"))

from harness.process import PATIENCE, Process, wait_until  # noqa: E402,F401

PUSH = ROOT / "tests/packages/push.py"
PHP = r"""
use GatewayClient\Gateway;
ini_set('gatewayclient.timeout', '60');
Gateway::bindUid($argv[1], 'alice');
Gateway::sendToUid('alice', $argv[2]);
exit(Gateway::flush() ? 0 : 1);
"""


class Network:
    """A process holds the namespace; it ends when its standard input does."""

    def __enter__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c",
             "ip link set lo up && echo up && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "up\n":
            raise AssertionError("no network namespace")
        return self

    def __exit__(self, *_):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()

    def enter(self):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]

    def listening(self, port):
        """Whether somebody listens on this TCP port."""
        table = call(*self.enter(), "ss", "-Hltn", f"sport = :{port}")
        return bool(table.strip())

    def wait_for(self, port, process=None):
        def ready():
            if process is not None:
                process.expect_running()
            return self.listening(port)
        wait_until(ready, f"port {port}", interval=0.05)

    def push(self, text, command, port=7272):
        """Opens a WebSocket, runs a command that should push the text to it,
        with its client_id in place of {client_id}, and reads the text."""
        return call(*self.enter(), sys.executable, PUSH, str(port), text,
                    *command)

    def php_pushes(self, chroot, text, **options):
        """The PHP that a chroot has pushes, by its extension alone."""
        self.push(text, chroot.command(
            ["php", "-r", PHP, "--", "{client_id}", text], network=self,
            **options))

    def gatewayd(self):
        """This tree's own gatewayd with its defaults, for what brings none."""
        return Service([*self.enter(), OUT / "bin/gatewayd"], self, [7272])


class Service:
    """A server that runs while the `with` block does, in its listening ports'
    network; then the signal must end it well. `with` gives its Process."""

    def __init__(self, command, network, ports, stop_signal="SIGTERM"):
        self.process = Process(command, "service")
        self.network = network
        self.ports = ports
        self.signal = signal.Signals[stop_signal]

    def __enter__(self):
        self.process.start()
        try:
            for port in self.ports:
                self.network.wait_for(port, self.process)
        except BaseException:
            print(self.process.log)
            self.process.discard()
            raise
        return self.process

    def __exit__(self, kind, *_):
        try:
            self.process.popen.send_signal(self.signal)
            status = self.process.popen.wait(PATIENCE)
            if kind is not None:
                print(self.process.log)
            elif status != 0:
                raise AssertionError(f"{self.signal.name} gave {status}:\n"
                                     f"{self.process.log}")
        finally:
            self.process.discard()
