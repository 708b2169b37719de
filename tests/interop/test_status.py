"""The status server: /healthz, /livez, /metrics, /status."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import unittest

from harness.children import children
from harness.cluster import Gatewayd, GatewaydCluster
from harness.inner import split_address
from harness.php import Php
from harness.process import refusing_address, wait_until

SAMPLE = re.compile(
    r'([a-z_]+)((?:\{(?:[a-z]+="[^"\\\n]*",?)+\})?) (\d+(?:\.\d+)?)')


def parse(text):
    """The samples of a Prometheus text; fails where the format does."""
    types, samples = {}, {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            assert len(line.split(" ", 3)) == 4, line
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, line
            types[name] = kind
            continue
        found = SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        assert name in types, line
        assert name.endswith("_total") == (types[name] == "counter"), line
        assert (name, labels) not in samples, line
        samples[name, labels] = float(value)
    assert text.endswith("\n")
    return samples


class StatusTest(unittest.TestCase):
    server = "gatewayd"
    options = ()

    def setUp(self):
        self.cluster = GatewaydCluster(options=[
            "--status-listen", "127.0.0.1:0", *self.options])
        self.addCleanup(self.cluster.close)
        self.gateway = self.cluster.gateways[0]

    def ask(self, path, method="GET", headers=None):
        host, port = split_address(self.gateway.status_address)
        link = http.client.HTTPConnection(host, port, timeout=10)
        try:
            link.request(method, path, headers=headers or {})
            response = link.getresponse()
            return response, response.read().decode()
        finally:
            link.close()

    def metrics(self):
        return parse(self.ask("/metrics")[1])

    def wait_metric(self, name, value, process="0"):
        key = f"gatewayd_{name}", f'{{process="{process}"}}'
        wait_until(lambda: self.metrics()[key] == value, f"{name} {value}")

    def health(self):
        response, text = self.ask("/healthz")
        return response.status, text

    def alive(self):
        response, text = self.ask("/livez")
        return response.status, text


class OneProcess(StatusTest):
    long = True

    def test_it_is_healthy_as_soon_as_it_is_ready(self):
        self.assertEqual(self.health(), (200, "ok\n"))

    def test_figures_follow_what_happens(self):
        self.wait_metric("connections", 0)
        client = self.cluster.connect()
        self.addCleanup(client.close)
        with Php(True, self.cluster) as php:
            php.call("Gateway::bindUid($id, 'ann')", id=client.client_id)
            php.call("Gateway::joinGroup($id, 'room')", id=client.client_id)
            php.call("Gateway::sendToUid('ann', 'hello')")
        client.expect_text("hello")
        client.send(1, b"yes")
        for name in ("connections", "uids", "groups"):
            self.wait_metric(name, 1)
        self.wait_metric("messages_in_total", 1)
        self.wait_metric("messages_out_total", 2)  # the greeting, too
        client.close()
        self.wait_metric("connections", 0)
        self.wait_metric("uids", 0)
        ended = self.metrics()[
            "gatewayd_closed_total", '{process="0",reason="client"}']
        self.assertEqual(ended, 1)

    def test_uids_and_groups_are_told_while_somebody_asks(self):
        clients = [self.cluster.connect() for _ in range(3)]
        with Php(True, self.cluster) as php:
            for client in clients:
                self.addCleanup(client.close)
                php.call("Gateway::bindUid($id, '</script>')",
                         id=client.client_id)
                php.call("Gateway::joinGroup($id, str_repeat('网', 400))",
                         id=client.client_id)
            php.call("Gateway::flush()")
        self.assertNotIn("script", self.ask("/metrics")[1])

        def top():
            found = json.loads(self.ask("/status")[1])["totals"]["top"]
            return found and found["uids"] and found

        found = wait_until(top, "the lists")
        self.assertEqual(found["uids"],
                         [{"name": "</script>", "connections": 3}])
        self.assertEqual(found["groups"], [
            {"name": "网" * 21, "cut": True, "bytes": 1200, "connections": 3}])
        self.assertTrue(found["exact"])

    def test_status_is_json_for_programs_and_a_page_for_browsers(self):
        response, text = self.ask("/status?x=1")
        self.assertEqual(response.getheader("Content-Type"),
                         "application/json")
        found = json.loads(text)
        self.assertEqual(len(found["processes"]), 1)
        self.assertEqual(found["processes"][0]["pid"],
                         self.gateway.process.pid)
        self.assertIn("websocket://127.0.0.1:", found["listeners"])
        for path in ("/", "/status"):
            response, text = self.ask(path, headers={
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
            self.assertIn("text/html", response.getheader("Content-Type"))
            self.assertIn("<title>gatewayd</title>", text)
            self.expect_policy(response, text)

    def expect_policy(self, response, text):
        """A browser runs what is in the page, and nothing else."""
        policy = response.getheader("Content-Security-Policy")
        for tag in ("style", "script"):
            for part in re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL):
                digest = hashlib.sha256(part.encode()).digest()
                source = base64.b64encode(digest).decode()
                self.assertIn(f"'sha256-{source}'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn("default-src 'none'; connect-src 'self';", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertEqual(response.getheader("X-Frame-Options"), "DENY")
        self.assertEqual(response.getheader("Referrer-Policy"), "no-referrer")

    def test_what_else_may_be_asked(self):
        response, text = self.ask("/metrics", "HEAD")
        self.assertEqual((response.status, text), (200, ""))
        self.assertGreater(int(response.getheader("Content-Length")), 1000)
        self.assertEqual(self.ask("/nothing")[0].status, 404)
        response, text = self.ask("/", "HEAD")
        self.assertEqual((response.status, text), (200, ""))
        response, _ = self.ask("/status", "POST")
        self.assertEqual(response.status, 405)
        self.assertEqual(response.getheader("Allow"), "GET, HEAD")
        response, _ = self.ask("/status", headers={"X": "x" * 20000})
        self.assertEqual(response.status, 431)

    def status_of(self, request):
        """Of the answer to bytes that no library would send."""
        with socket.create_connection(
                split_address(self.gateway.status_address), 10) as visitor:
            visitor.sendall(request)
            answer = b""
            while piece := visitor.recv(65536):
                answer += piece
        return answer.split(b" ")[1]

    def test_a_request_has_one_host(self):
        """RFC 9112, 3.2: HTTP/1.0 may have none."""
        for version, hosts, want in (
                (b"1.1", b"Host: a.test:1\r\n", b"200"),
                (b"1.1", b"Host:\r\n", b"200"),
                (b"1.1", b"", b"400"),
                (b"1.1", 2 * b"Host: a.test\r\n", b"400"),
                (b"1.1", b"Host: http://a.test\r\n", b"400"),
                (b"1.0", b"", b"200"),
                (b"1.0", 2 * b"Host: a.test\r\n", b"400"),
                (b"1.2", b"Host: a.test\r\n", b"200"),
                (b"2.0", b"Host: a.test\r\n", b"400"),
                (b"1.", b"Host: a.test\r\n", b"400")):
            self.assertEqual(
                self.status_of(b"GET /livez HTTP/" + version + b"\r\n" +
                               hosts + b"\r\n"), want, (version, hosts))

    def test_a_page_may_be_asked_for_by_its_whole_name(self):
        """RFC 9112, 3.2.2."""
        for target, want in ((b"http://a.test/livez", b"200"),
                             (b"HTTP://a.test:9272/livez?x=/", b"200"),
                             (b"http://a.test", b"200"),
                             (b"http://a.test?/livez", b"200"),
                             (b"http://a.test/none", b"404"),
                             (b"http:/livez", b"404"), (b"*", b"404")):
            self.assertEqual(
                self.status_of(b"GET " + target +
                               b" HTTP/1.1\r\nHost: a.test\r\n\r\n"), want,
                target)

    def test_a_silent_visitor_is_cut_off(self):
        with socket.create_connection(
                split_address(self.gateway.status_address), 20) as visitor:
            visitor.sendall(b"GET /status HT")
            self.assertEqual(visitor.recv(100), b"")

    def test_a_crowd_keeps_no_probe_out(self):
        """The oldest that has not asked makes room."""
        address = split_address(self.gateway.status_address)
        visitors = [socket.create_connection(address, 20) for _ in range(64)]
        for visitor in visitors:
            self.addCleanup(visitor.close)
        visitors[0].sendall(b"GET / HTT")
        self.assertEqual(self.alive(), (200, "ok\n"))
        self.assertEqual(visitors[0].recv(1), b"")
        self.assertEqual(self.alive(), (200, "ok\n"))
        visitors[1].sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        self.assertTrue(visitors[1].recv(100).startswith(b"HTTP/1.1 200 OK"))


TOKEN = "Rk7-vT_2~q+/="


def basic(user, password):
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class WithToken(StatusTest):
    def setUp(self):
        self.cluster = GatewaydCluster(
            options=["--status-listen", "127.0.0.1:0"],
            env={"GATEWAYD_STATUS_TOKEN": TOKEN})
        self.addCleanup(self.cluster.close)
        self.gateway = self.cluster.gateways[0]

    def test_only_who_has_it_may_see(self):
        good = [{"Authorization": f"Bearer {TOKEN}"}, basic("", TOKEN),
                basic("prometheus", TOKEN)]
        bad = [{}, {"Authorization": "Bearer"}, basic(TOKEN, ""),
               {"Authorization": f"Bearer {TOKEN}="}, basic("a", "b"),
               {"Authorization": "Basic %%%"}, {"Cookie": f"token={TOKEN}"}]
        for path in ("/", "/status", "/metrics", f"/status?token={TOKEN}"):
            for headers in bad:
                response, text = self.ask(path, headers=headers)
                self.assertEqual(response.status, 401, (path, headers))
                self.assertEqual(
                    [value.split(" ")[0] for name, value
                     in response.getheaders() if name == "WWW-Authenticate"],
                    ["Basic", "Bearer"])
                self.assertNotIn("processes", text)
            for headers in good:
                self.assertEqual(self.ask(path, headers=headers)[0].status, 200)
        self.assertEqual(self.ask("/nothing")[0].status, 401)
        self.assertEqual(self.ask("/nothing", headers=good[0])[0].status, 404)

    def test_a_script_makes_no_browser_ask_for_a_password(self):
        response, _ = self.ask(
            "/status", headers={"X-Requested-With": "XMLHttpRequest"})
        self.assertEqual(response.status, 401)
        self.assertEqual(response.headers.get_all("WWW-Authenticate"),
                         ['Bearer realm="gatewayd"'])

    def test_health_is_open(self):
        self.assertEqual(self.health(), (200, "ok\n"))
        self.assertEqual(self.alive(), (200, "ok\n"))

    def test_guesses_do_not_fill_the_log(self):
        for number in range(50):
            self.ask("/status", headers=basic("x", f"guess{number}"))
        self.ask("/status")
        log = self.gateway.process.log
        self.assertEqual(log.count("wrong token"), 1, log)
        self.assertNotIn("guess", log)


class Alone(StatusTest):
    """No Register answers: a restart would not help."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        nobody = stack.enter_context(refusing_address())
        self.gateway = Gatewayd(nobody, options=[
            "--status-listen", "127.0.0.1:0"])
        self.addCleanup(self.gateway.close)

    def test_it_lives_in_bad_health(self):
        status, text = self.health()
        self.assertEqual(status, 503)
        self.assertIn("is announced to no Register", text)
        self.assertEqual(self.alive(), (200, "ok\n"))


class Several(StatusTest):
    options = ("--workers", "2")

    def wait_healthy(self):
        wait_until(lambda: self.health() == (200, "ok\n"), "health", 30)

    def test_each_process_has_its_figures(self):
        self.wait_healthy()
        found = json.loads(self.ask("/status")[1])
        self.assertEqual([p["process"] for p in found["processes"]],
                         ["0", "1", "services"])
        self.assertEqual(found["totals"]["processes"], 3)
        self.assertEqual(
            sorted(p["pid"] for p in found["processes"]),
            sorted(children(self.gateway.process.pid)))

    def test_totals_are_sums(self):
        clients = [self.cluster.connect() for _ in range(10)]
        for client in clients:
            self.addCleanup(client.close)

        def total():
            found = json.loads(self.ask("/status")[1])
            each = [p["connections"] for p in found["processes"]]
            return found["totals"]["connections"] == sum(each) == 10

        wait_until(total, "ten connections in all")

    def test_a_process_that_dies_is_told_of(self):
        for _ in range(10):
            self.addCleanup(self.cluster.connect().close)

        def connected():
            found = json.loads(self.ask("/status")[1])
            return found["totals"]["connections"] == 10 and found

        victim = wait_until(connected, "ten connections")["processes"][1]
        os.kill(victim["pid"], signal.SIGKILL)

        def replaced():
            one = json.loads(self.ask("/status")[1])["processes"][1]
            return one["restarts"] == 1 and one["pid"] not in (
                0, victim["pid"]) and one

        one = wait_until(replaced, "another process")
        self.assertEqual(one["closed"]["crash"], victim["connections"])
        self.assertEqual(one["accepted"], sum(one["closed"].values()))
        self.wait_healthy()

    def test_one_that_hangs_is_no_health(self):
        self.wait_healthy()
        victim = json.loads(self.ask("/status")[1])["processes"][1]
        os.kill(victim["pid"], signal.SIGSTOP)
        try:
            wait_until(lambda: self.health() ==
                       (503, "gateway process 1 hangs\n"), "503")
            self.assertEqual(self.alive(), (200, "ok\n"))
            told = json.loads(self.ask("/status")[1])["processes"]
            self.assertEqual([p["hangs"] for p in told], [False, True, False])
        finally:
            os.kill(victim["pid"], signal.SIGCONT)
        self.wait_healthy()

    def test_one_that_is_not_there_is_no_health(self):
        victim = json.loads(self.ask("/status")[1])["processes"][0]
        seen = []

        def unhealthy():
            # It comes back at once the first time, and later ever more slowly.
            one = json.loads(self.ask("/status")[1])["processes"][0]
            if one["up"]:
                with contextlib.suppress(ProcessLookupError):  # killed before
                    os.kill(one["pid"], signal.SIGKILL)
            status, text = self.health()
            seen.append(text)
            return status == 503

        wait_until(unhealthy, f"503 after {victim['pid']}")
        self.assertIn("gateway process 0 is ", seen[-1])
        self.wait_healthy()


if __name__ == "__main__":
    unittest.main()
