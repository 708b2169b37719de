#!/usr/bin/env python3
"""What a browser does on the demo's page, through one port: loads it, opens a
WebSocket, binds it to a name, sends a message to that name, and receives it."""

import http.client
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from harness.process import PATIENCE, wait_until  # noqa: E402
from harness.websocket import WebSocket  # noqa: E402


class Browser:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port,
                                                     timeout=PATIENCE)
        self.cookie = None

    def ask(self, method, path, data=None):
        headers = {"Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        self.connection.request(method, path, json.dumps(data)
                                if data is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {text}")
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return text


def main():
    port = int(sys.argv[1])
    browser = Browser(port)
    assert "<script" in browser.ask("GET", "/")
    config = json.loads(browser.ask("GET", "/config.php"))
    assert config["class"].startswith("extension "), config
    with WebSocket(port) as page:
        client_id = page.client_id
        browser.ask("POST", "/bind.php", {
            "client_id": client_id, "name": "alice", "groups": []})
        browser.ask("POST", "/send_message.php", {
            "client_id": client_id, "to": "uid", "target": "alice",
            "text": "through all of it"})
        wait_until(lambda: b"through all of it" in page.read(),
                   lambda: f"the message; received {page.received!r}")
    print("the message came back to its page")


if __name__ == "__main__":
    main()
