"""What the Registers told, and when."""

import bisect
import json
import math
import socket
import threading
import time

from harness.inner import php_json, split_address

RETRY = 0.02
# A list may have been told to others so long before it reached us.
LAG = 1.0
LISTED, NEW, FORGOTTEN = "listed", "not listed yet", "forgotten"


class Watcher(threading.Thread):
    """Stays connected to a Register, as a worker, and notes each list."""

    def __init__(self, address, secret_key):
        super().__init__(daemon=True)
        self.address, self.secret_key = address, secret_key
        # (since when at the earliest, until when at the latest, gateways)
        self.views = []
        self.present = None
        self.ended = False

    def run(self):
        down = time.monotonic()
        while not self.ended:
            begun = time.monotonic()
            try:
                with socket.create_connection(
                        split_address(self.address), 5) as sock:
                    self._watch(sock, down)
            except ConnectionRefusedError:
                down = begun
            except (OSError, ValueError):
                down = time.monotonic()
            self.present = None
            self._close_view()
            time.sleep(RETRY)

    def _watch(self, sock, since):
        request = {"event": "worker_connect", "secret_key": self.secret_key}
        sock.sendall(php_json(request) + b"\n")
        sock.settimeout(None)
        with sock.makefile("rb") as lines:
            for line in lines:
                found = json.loads(line)["addresses"]
                found = found.values() if isinstance(found, dict) else found
                now = time.monotonic()
                if since is None:
                    since = max(self.views[-1][0], now - LAG)
                self._close_view()
                self.present = frozenset(found)
                self.views.append([since, None, self.present])
                since = None
        raise ConnectionResetError

    def _close_view(self):
        if self.views and self.views[-1][1] is None:
            self.views[-1][1] = time.monotonic()

    def between(self, begin, end):
        """Every list that may have been told in that time."""
        first = bisect.bisect_left(self.views, begin, key=ended)
        for since, _, gateways in self.views[first:]:
            if since > end:
                return
            yield gateways


def ended(view):
    return math.inf if view[1] is None else view[1]


class Registers:
    """All of them."""

    BELIEVED = 1.0  # seconds, by a sender's process

    def __init__(self, addresses, secret_key):
        self.watchers = [Watcher(a, secret_key) for a in addresses]
        for watcher in self.watchers:
            watcher.start()

    def agree_on(self, gateways):
        return all(w.present == gateways for w in self.watchers)

    def standing(self, gateway, since, begin, end):
        """How a gateway that was started at `since` stood in the lists that a
        call from `begin` to `end` may have used: LISTED in all of them, NEW in
        some of them, or FORGOTTEN: missing although a Register had it."""
        begin -= self.BELIEVED
        lists = [gateways for w in self.watchers
                 for gateways in w.between(begin, end)]
        if lists and all(gateway in one for one in lists):
            return LISTED
        known = any(gateway in gateways and since < told < begin - LAG
                    for w in self.watchers
                    for told, _, gateways in w.views)
        return FORGOTTEN if known else NEW

    def close(self):
        for watcher in self.watchers:
            watcher.ended = True
