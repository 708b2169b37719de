"""probe.py, running beside an attack."""

import json
import subprocess
import sys
from pathlib import Path

from .target import SECRET

PROBE = Path(__file__).with_name("probe.py")


class Prober:
    """Between start and stop a client that behaves makes its round trips;
    each has to come within a minute, or stop() fails."""

    def __init__(self, target):
        self.popen = subprocess.Popen(
            [sys.executable, PROBE, str(target.ports["websocket"]),
             target.inner_address, SECRET], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.popen.stdout.readline() != "ready\n":
            raise AssertionError(self._end())

    def _end(self):
        _, errors = self.popen.communicate(timeout=120)
        return f"the client that behaves ended: {errors}"

    def stop(self):
        output, errors = self.popen.communicate("", timeout=120)
        if self.popen.returncode != 0:
            raise AssertionError(f"the client that behaves: {errors}")
        return json.loads(output)
