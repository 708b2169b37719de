"""A PHP worker that lives for many calls, watched from outside."""

import json
import re
import subprocess
from pathlib import Path

from .cluster import GatewaydCluster
from .php import OWN_MEMORY, introduce, php_command, php_environment
from .websocket import text_frame

# Settings under which loops that run often become machine code.
TRACING = {"opcache.enable_cli": 1, "opcache.jit": "tracing",
           "opcache.jit_buffer_size": "32M"}
# What a worker may grow by between a fifth of its calls and the end: a page of
# PHP's own; what malloc() and the kernel move about.
ZEND_SLACK = 4096
RESIDENT_SLACK = 1 << 20

SCRIPT = Path(__file__).parents[1] / "scripts/life/worker.php"


def has_jit():
    """False where PHP makes no machine code: before 8.0, or without opcache."""
    code = "exit((opcache_get_status(false)['jit']['on'] ?? false) ? 0 : 1);"
    done = subprocess.run(
        [*php_command(False, {**TRACING, "display_errors": 0}), "-r", code],
        stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


class Account:
    """Numbered messages of one client: counts them, as they come and go."""

    def __init__(self, client, name):
        self.client = client
        self.name = name
        self.next = 0

    def take(self):
        """What has arrived; fails unless it is the next messages in order."""
        self.client.read()
        data, at = self.client.received, 0
        while True:
            want = text_frame(f"{self.name} {self.next}")
            if data[at:at + len(want)] != want:
                break
            at += len(want)
            self.next += 1
        self.client.received = data[at:]

    def expect(self, count):
        self.take()
        if self.client.received or self.next != count:
            raise AssertionError(
                f"{self.name}: {self.next} messages in order of {count}, then "
                f"{self.client.received[:100]!r}")


def faults_of(report):
    """What is wrong in a worker's report, as sentences."""
    warm, end = report["warm"], report["end"]
    faults = [f"round {number}: calls {calls} were answered wrongly"
              for number, calls in dict(report["wrong"]).items()]
    if not report["flushed"]:
        faults.append("commands were not confirmed")
    if end["files"] != warm["files"]:
        faults.append(f"{end['files']} files are open, not {warm['files']}")
    # Compiling code while it runs takes memory; a sanitizer keeps what is free.
    flat = OWN_MEMORY and not report["jit"]
    for name, slack in (("zend", ZEND_SLACK), ("rss", RESIDENT_SLACK)):
        if flat and end[name] - warm[name] >= slack:
            faults.append(f"{name} grew from {warm[name]} to {end[name]}")
    return faults


class TwoClusters:
    """Two clusters with keys of their own; a client each, with the same uid
    and group and other sessions."""

    NAMES = ["first", "second"]

    def __init__(self):
        self.clusters = []
        self.clients = []
        try:
            for name in self.NAMES:
                cluster = GatewaydCluster(1, f"{name} key")
                self.clusters.append(cluster)
                client = cluster.connect()
                self.clients.append(client)
                introduce(cluster, [client], [{"cluster": name}], "room")
        except BaseException:
            self.close()
            raise

    def arguments(self):
        for cluster, client in zip(self.clusters, self.clients):
            yield from (cluster.register_address, cluster.secret_key,
                        client.client_id)

    def run_worker(self, calls, ini=None):
        """The script's report, after its end. Fails when a message is missing
        or came twice."""
        accounts = [Account(client, name) for client, name
                    in zip(self.clients, self.NAMES)]
        command = [*php_command(True, ini), SCRIPT, str(calls),
                   *self.arguments()]
        with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env=php_environment(True)) as php:
            while True:
                for account in accounts:
                    account.take()
                try:
                    output, _ = php.communicate(timeout=0.02)
                    break
                except subprocess.TimeoutExpired:
                    pass
        text = output.decode(errors="replace")
        if php.returncode != 0 or not re.fullmatch(r"\{.*\}\n", text):
            raise AssertionError(f"worker ended with {php.returncode}: {text}")
        report = json.loads(text)
        for account in accounts:
            account.expect(report["rounds"])
        return report

    def close(self):
        for client in self.clients:
            client.close()
        for cluster in reversed(self.clusters):
            cluster.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
