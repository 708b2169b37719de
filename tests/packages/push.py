#!/usr/bin/env python3
"""Opens a WebSocket, runs a command that should push to it, and waits for the
message: push.py PORT TEXT COMMAND... ; {client_id} in the command is the
WebSocket's."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from harness.process import PATIENCE  # noqa: E402
from harness.websocket import WebSocket  # noqa: E402


def main():
    port, text, *command = sys.argv[1:]
    with WebSocket(int(port)) as page:
        subprocess.run([word.replace("{client_id}", page.client_id)
                        for word in command],
                       stdin=subprocess.DEVNULL, timeout=2 * PATIENCE,
                       check=True)
        page.expect_text(text)


if __name__ == "__main__":
    main()
