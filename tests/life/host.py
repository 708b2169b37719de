"""What tests/life/run wants of a host."""

import json
import shutil
import socket
import tempfile
from pathlib import Path

from harness.children import alive, children
from harness.php import extension_environment
from harness.process import PATIENCE, Process, wait_until

APP = Path(__file__).resolve().parent / "app"


class Host:
    """Started by its constructor, with TwoClusters. `places` say where its
    requests go; `workers` is how many processes answer them."""

    title = ""
    workers = 1
    parallel = 4             # requests at a time
    keep = 1                 # requests on one HTTP connection
    warm_requests = 10       # that each worker has answered when it is warm
    telling_requests = 30    # and more, which tell how its heap is
    reloads = False
    reload_may_lose = False  # requests that nobody answers

    @classmethod
    def why_not(cls):
        """Why it cannot be had here, or None."""
        return None

    def __init__(self, two):
        self.two = two
        self.places = []
        self.process = None

    def processes(self):
        """The pids of all that is looked at."""
        return [self.process.pid, *self.children()]

    def answering(self):
        """The pids of those that answer requests."""
        return self.processes()

    def connections_allowed(self, _cluster):
        """At a gateway of that cluster: one for each process that uses it."""
        return len(self.processes())

    def check(self):
        """Whatever else is true of it; AssertionError if not."""

    def reload(self):
        """Returns when all workers are new ones."""
        raise NotImplementedError

    def close(self):
        if self.process is not None:
            self.process.discard()
            self.process = None

    # ---- for its parts -----------------------------------------------------

    def start(self, command, environment=None, workers=0):
        """Runs it in the foreground; returns when it has `workers` children
        and its places' ports listen."""
        self.process = Process(command, self.__class__.__name__.lower(), {
            **extension_environment(), **(environment or {})}).start()
        try:
            self._wait_started(workers)
        except BaseException:
            self.close()
            raise

    def _wait_started(self, workers):
        for place in self.places:
            wait_until(lambda p=place.port: self._listens(p),
                       lambda: f"{self.title}'s port: {self.process.log}")
        wait_until(lambda: workers in (None, len(self.children())),
                   f"{workers} workers of {self.title}")

    def _listens(self, port):
        self.process.expect_running()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def children(self):
        return [pid for pid in children(self.process.pid) if alive(pid)]

    def reload_by(self, signal):
        """Returns when as many other children are there."""
        before = set(self.children())
        self.process.popen.send_signal(signal)

        def others():
            self.process.expect_running()
            now = set(self.children())
            return not before & now and len(now) == len(before)

        wait_until(others, f"new workers of {self.title}", 3 * PATIENCE)


def clusters_variable(two):
    """LIFE_CLUSTERS, see app/clusters.php."""
    return {"LIFE_CLUSTERS": json.dumps({
        name: [cluster.register_address, cluster.secret_key]
        for name, cluster in zip(two.NAMES, two.clusters)})}


class ReadableApp:
    """A copy of the scripts that every user may read."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gw-life-"))
        self.folder.chmod(0o755)
        for script in APP.glob("*.php"):
            copy = self.folder / script.name
            shutil.copyfile(script, copy)
            copy.chmod(0o644)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def check_statics(place):
    """In a process whose requests never end, what one of them changes is there
    in the next one; the subclasses go on with their own, as the load shows."""
    caller = place.caller(1000)
    try:
        found = caller.ask({"look": 1})
        if found["address"] != found["default"]:
            raise AssertionError(f"not php.ini's address at first: {found}")
        for address in ("changed.invalid:1", found["default"]):
            told = caller.ask({"look": 1, "change": address})
            seen = caller.ask({"look": 1})
            if told != seen or seen["address"] != address:
                raise AssertionError(f"{address} was set: {told}, {seen}")
    finally:
        caller.close()
