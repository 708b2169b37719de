"""Requests to a host, several at a time, and books of what came of them."""

import http.client
import json
import threading
from urllib.parse import urlencode

from harness.process import PATIENCE, wait_until

MOST_FAULTS = 10
REQUEST_TIMEOUT = 12 * PATIENCE


class Ledger:
    """Numbered messages of one client: each once, in any order."""

    def __init__(self, client, name):
        self.client = client
        self.name = name
        self.numbers = set()
        self.faults = []

    def take(self):
        """Enters what has arrived."""
        data, at = self.client.read(), 0
        while len(data) >= at + 2 and len(data) >= at + 2 + data[at + 1]:
            end = at + 2 + data[at + 1]
            self._enter(data[at:end])
            at = end
        self.client.received = data[at:]
        if self.client.eof:
            self._fault("the gateway closed")

    def _enter(self, frame):
        name, _, number = frame[2:].decode(errors="replace").partition(" ")
        if frame[0] != 0x81 or name != self.name or not number.isdigit():
            self._fault(f"received {frame!r}")
        elif int(number) in self.numbers:
            self._fault(f"message {number} came twice")
        else:
            self.numbers.add(int(number))

    def _fault(self, what):
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{self.name}'s client: {what}")

    def settle(self, promised, possible):
        """Everything promised has to be there, and nothing that was never
        asked for."""
        def complete():
            self.take()
            return self.faults or promised <= self.numbers

        wait_until(complete, lambda: f"{len(promised - self.numbers)} messages "
                   f"of {self.name}, like {min(promised - self.numbers)}")
        strange = self.numbers - promised - possible
        if strange:
            self._fault(f"{len(strange)} messages that nobody sent, like "
                        f"{min(strange)}")


class HttpPlace:
    """Where requests go that push to the clusters `names`. A connection is
    kept for `keep` requests: then another process may get the next one."""

    def __init__(self, port, names, path="/"):
        self.port = port
        self.names = names
        self.path = path

    def caller(self, keep):
        return HttpCaller(self.port, self.path, keep)


class HttpCaller:
    def __init__(self, port, path, keep):
        self.path = path
        self.keep = keep
        self.asked = 0
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=REQUEST_TIMEOUT)

    def ask(self, query):
        self.asked += 1
        last = self.asked % self.keep == 0
        self.connection.request(
            "GET", f"{self.path}?{urlencode(query)}",
            headers={"Connection": "close"} if last else {})
        response = self.connection.getresponse()
        body = response.read()
        if last:
            self.connection.close()
        if response.status != 200:
            raise AssertionError(f"{response.status} {body[:2000]!r}")
        return parse(body)

    def close(self):
        self.connection.close()


class FcgiPlace:
    """A script in a pool of php-fpm."""

    def __init__(self, fpm, pool, script, names):
        self.fpm = fpm
        self.pool = pool
        self.script = script
        self.names = names

    def caller(self, _):
        return self

    def ask(self, query):
        reply = self.fpm.ask(self.script, urlencode(query), self.pool)
        if reply.errors:
            raise AssertionError(f"php-fpm: {reply.errors}")
        return parse(reply.body)

    def close(self):
        """Each request has a connection of its own."""


def parse(body):
    try:
        return json.loads(body)
    except ValueError:
        raise AssertionError(f"answered {body[:2000]!r}") from None


class Load:
    """Numbered requests to a host's places in turn. A number whose request
    brought no answer is `unanswered`: a fault, unless that is allowed."""

    def __init__(self, places, client_ids):
        self.places = places
        self.client_ids = client_ids
        self.lock = threading.Lock()
        self.requests = 0
        self.calls = 0
        self.promised = {name: set() for name in client_ids}
        self.unanswered = set()
        # pid: of each request, open connections and Zend's heap at its start.
        self.heaps = {}
        self.faults = []

    def query(self, number, place):
        return {"number": number, "cluster": place.names[0],
                **{name: self.client_ids[name] for name in place.names}}

    def run(self, enough, parallel, keep, meanwhile, may_lose=False):
        """Requests until `enough()`. `meanwhile` is called all the time, and
        may take long."""
        self.heaps = {}
        threads = [threading.Thread(target=self._work, daemon=True,
                                    args=(enough, keep, may_lose))
                   for _ in range(parallel)]
        for thread in threads:
            thread.start()
        try:
            while working := [t for t in threads if t.is_alive()]:
                meanwhile()
                working[0].join(0.02)
        except BaseException:
            self.fault("interrupted")
            raise
        finally:
            for thread in threads:
                thread.join(REQUEST_TIMEOUT)

    def fault(self, what):
        with self.lock:
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(what)

    def _work(self, enough, keep, may_lose):
        callers = [place.caller(keep) for place in self.places]
        try:
            while not self.faults and not enough():
                self._one(callers, may_lose)
        except Exception as failure:  # of a thread: nobody else would hear
            self.fault(f"a request failed: {failure!r}")
        finally:
            for caller in callers:
                caller.close()

    def _one(self, callers, may_lose):
        with self.lock:
            number = self.requests
            self.requests += 1
        turn = number % len(callers)
        try:
            answer = callers[turn].ask(self.query(number, self.places[turn]))
        except (OSError, http.client.HTTPException):
            callers[turn].close()
            if not may_lose:
                raise
            with self.lock:
                self.unanswered.add(number)
            return
        if answer["wrong"]:
            self.fault(f"request {number}: wrong: {answer['wrong']}")
        with self.lock:
            self.calls += answer["calls"]
            for name in self.places[turn].names:
                self.promised[name].add(number)
            self.heaps.setdefault(answer["pid"], []).append(
                (answer["open"], answer["heap"]))
