"""Keys, messages and sessions are nowhere but where they belong: not in logs,
error texts, traces, phpinfo() or what `ps` shows."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import unittest
from pathlib import Path
from urllib.parse import urlencode

from harness.children import children
from harness.cluster import AbsentGateway, GatewaydCluster
from harness.fpm import Fpm
from harness.inner import CMD_SEND_TO_ALL, Frame, Peer, php_json, split_address
from harness.php import Php, php_version_id, run_php
from harness.process import PREFIX, wait_until
from harness.websocket import Connection

SCRIPT = Path(__file__).parent / "scripts/life/secrets.php"
# What is distinctive stands first: texts may be cut.
SECRETS = {"key": "Zq7wXv93 is the key", "wrong key": "Kj5pLm28 is another",
           "new key": "Wd6sTk31 comes later",
           "token": "Mx5gJb82-of-the-pages", "wrong token": "Fp9dLs40-guessed",
           "message": "Yt4nBc61 is said",
           "session": "Hd2rFg57 is known"}
MARKS = {what: text[:8] for what, text in SECRETS.items()}


def told(text):
    """Which secrets a text tells."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return [what for what, mark in MARKS.items() if mark in text]


def process_texts(pid):
    """What `ps` can show of a process and its children."""
    for each in (pid, *children(pid)):
        for name in ("cmdline", "comm"):
            with contextlib.suppress(OSError):
                yield Path(f"/proc/{each}/{name}").read_text()


class Echo:
    """Sends back what it hears, as a stranger on a port may."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,),
                             daemon=True).start()

    @staticmethod
    def _serve(link):
        with link, contextlib.suppress(OSError):
            while data := link.recv(65536):
                link.sendall(b"no: " + data + b"\n")

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


class Secrets(unittest.TestCase):
    server = "gatewayd"

    def expect_kept(self, text, where):
        for what in told(text):
            at = text.index(MARKS[what])
            self.fail(f"{where} tells the {what}: "
                      f"{text[max(0, at - 300):at + 100]}")


class Daemon(Secrets):
    """gatewayd with every level of the log, in use and misused."""

    def start(self, *options):
        cluster = GatewaydCluster(1, SECRETS["key"], [
            "--log-level", "debug", "--status-listen", "127.0.0.1:0",
            *options], env={"GATEWAYD_STATUS_TOKEN": SECRETS["token"]})
        self.addCleanup(cluster.close)
        return cluster

    def use(self, cluster):
        client = cluster.connect()
        self.addCleanup(client.close)
        with Php(True, cluster) as php:
            for code in ("bindUid($id, 'ann')", "sendToAll($message)",
                         "setSession($id, ['note' => $session])",
                         "sendToUid('ann', [$message])",
                         "setSocketSession($id, $session)",
                         "updateSession($id, ['note' => $session])",
                         "getSession($id)", "flush()"):
                php.call(f"Gateway::{code}", id=client.client_id, **{
                    name: SECRETS[name] for name in ("message", "session")})
        self.assertIn("message", told(client.read()))
        client.send(1, SECRETS["message"].encode())

    def misuse(self, cluster):
        """Peers that say what they should not, or break off."""
        gateway = cluster.gateways[0]
        key, wrong = SECRETS["key"].encode(), SECRETS["wrong key"].encode()
        message = SECRETS["message"].encode()
        auth = php_json({"secret_key": SECRETS["key"]})
        frames = [
            Frame(202, body=php_json({"secret_key": SECRETS["wrong key"]})),
            Frame(202, body=auth[:-4]), Frame(202, body=auth + auth),
            Frame(200, body=php_json({"secret_key": SECRETS["wrong key"],
                                      "worker_key": SECRETS["message"]})),
            Frame(200, body=auth), Frame(99, ext=message, body=message),
            Frame(CMD_SEND_TO_ALL, ext=message, body=message, flag=0)]
        inner = [frame.encode() for frame in frames]
        inner += [key, b"\0\0\0\1" + key, b"\xff" * 4 + message,
                  b"GET /" + key + b" HTTP/1.1\r\n\r\n"]
        line = php_json({"event": "worker_connect",
                         "secret_key": SECRETS["wrong key"]})
        register = [line + b"\n", line[:-3] + b"\n", key + b"\n",
                    line.replace(b"worker", key) + b"\n",
                    php_json({"event": "gateway_connect", "address": "x:" + SECRETS["key"],
                              "secret_key": SECRETS["key"]}) + b"\n",
                    wrong * 5000]
        client = [b"\x81\x05" + message, b"\xc1\x90" + message,
                  b"POST /" + message + b" HTTP/1.1\r\n\r\n",
                  b"GET / HTTP/1.1\r\nCookie: " + message + b"\r\n: \r\n\r\n"]
        for port, cases in (
                (split_address(gateway.inner_address)[1], inner),
                (split_address(gateway.own_register)[1], register),
                (gateway.websocket_port, client)):
            for data in cases:
                with contextlib.suppress(OSError):
                    with socket.create_connection(("127.0.0.1", port), 10) as s:
                        s.sendall(data)
                        s.shutdown(socket.SHUT_WR)
                        while s.recv(65536):
                            pass
        with cluster.connect() as browser:
            browser.send(1, b"\xff" + message)
            wait_until(lambda: browser.read() and browser.eof, "its end")

    def pages(self, cluster):
        address = split_address(cluster.gateways[0].status_address)
        for path in ("/metrics", "/status", "/", "/healthz", "/livez"):
            link = http.client.HTTPConnection(*address, timeout=10)
            for what, want in (("token", 200), ("wrong token", 401)):
                link.request("GET", path, headers={
                    "Authorization": f"Bearer {SECRETS[what]}"})
                answer = link.getresponse()
                self.assertEqual(answer.status,
                                 200 if path.endswith("z") else want)
                yield path, answer.read().decode() + str(answer.headers)

    def reload(self, cluster):
        process = cluster.gateways[0].process
        (process.folder / "key").write_text(SECRETS["new key"] + "\n")
        os.kill(process.pid, signal.SIGHUP)
        wait_until(lambda: "secret_key" in process.log, "the reload's report")

    def check(self, *options):
        cluster = self.start(*options)
        process = cluster.gateways[0].process
        self.use(cluster)
        self.misuse(cluster)
        for path, page in self.pages(cluster):
            self.expect_kept(page, path)
        self.reload(cluster)
        for text in process_texts(process.pid):
            self.assertIn("gatewayd", text)
            self.expect_kept(text, "ps")
        self.expect_kept(process.log, "the log")
        return process.log

    def test_the_log_as_text(self):
        log = self.check()
        self.assertIn("wrong secret key", log)

    def test_the_log_as_json(self):
        log = self.check("--log-format", "json", "--workers", "2")
        self.assertGreater(len(log.splitlines()), 20)

    def test_what_is_said_of_options(self):
        files = {
            "good": f"secret_key = {SECRETS['key']}\n",
            "twice": f"secret_key = {SECRETS['key']}\n" * 2,
            "broken": f"secret_key {SECRETS['key']}\n",
            "unknown": f"secret_kei = {SECRETS['key']}\n",
            "both": f"secret_key = {SECRETS['key']}\n"
                    f"secret_key_file = /nowhere\n",
            "too long": f"secret_key = {SECRETS['key'] * 5000}\n",
            "token twice": f"status_token = {SECRETS['token']}\n"
                           f"status_token_file = /nowhere\n",
            "no token": f"status_token = {SECRETS['token']} {SECRETS['key']}\n",
            "not UTF-8": f"secret_key = {SECRETS['key']}\xff\n"}
        cluster = self.start()  # its folder is a place for files
        path = cluster.gateways[0].process.folder / "options"
        for name, text in files.items():
            path.write_bytes(text.encode("latin-1"))
            done = subprocess.run(
                [PREFIX / "bin/gatewayd", "--config", path, "--test-config"],
                capture_output=True, text=True, check=False)
            with self.subTest(name):
                self.expect_kept(done.stdout + done.stderr, name)
                if name in ("good", "broken", "unknown", "both"):
                    self.assertEqual(done.returncode == 0, name == "good",
                                     done.stderr)


class Extension(Secrets):
    """PHP with traces that show arguments, at full length."""

    INI = {"zend.exception_ignore_args": 0,
           "zend.exception_string_param_max_len": 100000,
           "log_errors": 1, "display_errors": 1, "error_reporting": -1,
           "log_errors_max_len": 0, "memory_limit": "512M"}

    def setUp(self):
        self.cluster = GatewaydCluster(1, SECRETS["key"])
        self.addCleanup(self.cluster.close)
        self.client = self.cluster.connect()
        self.addCleanup(self.client.close)
        self.echo = Echo()
        self.addCleanup(self.echo.close)
        self.absent = AbsentGateway(self.cluster)
        self.addCleanup(self.absent.close)
        self.cluster.wait_listed(2)

    def query(self, folder):
        needles = folder / "needles"
        needles.write_text(json.dumps(SECRETS), encoding="utf-8")
        nobody = split_address(self.absent.address)[1]
        return urlencode({
            "needles": needles, "register": self.cluster.register_address,
            "id": self.client.client_id,
            "echo": f"127.0.0.1:{self.echo.port}",
            "echo_id": f"7f000001{self.echo.port:04x}00000001",
            "nobody": self.absent.address,
            "nobody_id": f"7f000001{nobody:04x}00000001"})

    def test_what_php_tells(self):
        if php_version_id() < 80200:
            self.skipTest("PHP 8.2 can hide arguments")
        fpm = Fpm(ini=self.INI, pool="php_admin_value[gatewayclient."
                  f"secret_key] = \"{SECRETS['key']}\"")
        self.addCleanup(fpm.close)
        reply = fpm.ask(SCRIPT, self.query(fpm.folder))
        told_to = {"the page": reply.body, "the web server": reply.errors,
                   "php-fpm's log": (fpm.folder / "error.log").read_text(),
                   "its output": fpm.process.log}
        for where, text in told_to.items():
            self.expect_kept(text, where)
        for text in process_texts(fpm.master):
            self.expect_kept(text, "ps")
        # All that was really tried.
        self.assertNotIn("does not work", reply.body)
        self.assertIn("message", told(self.client.read()))
        self.assertIn("Uncaught GatewayClient\\GatewayException",
                      "".join(told_to.values()))
        self.assertIn("sendToClient('no id', Object(SensitiveParameterValue)",
                      reply.body)
        self.assertRegex(reply.body, r"secret_key.*>set<")
