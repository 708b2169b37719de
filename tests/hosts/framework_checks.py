"""What is checked of a framework's application besides the browser's flow: the
page's commands, and what becomes of a cluster that is not whole."""

import http.cookiejar
import json
import re
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
from types import SimpleNamespace

import framework
from harness.children import connections
from harness.cluster import AbsentGateway
from harness.inner import register_addresses
from harness.process import free_ports, wait_until
from harness.websocket import WebSocket
from host import SECRET_KEY

CLOSE = 0x88


class Unredirected(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like others."""

    def redirect_request(self, *_):
        return None


def whole_frame(data):
    """Where the payload of the first frame is, or None: not all is there."""
    if len(data) < 4:
        return None
    size, start = data[1], 2
    if size == 126:
        size, start = struct.unpack_from(">H", data, 2)[0], 4
    return (start, start + size) if len(data) >= start + size else None


class Visitor:
    """A user without a browser: cookies, and one page's WebSocket."""

    def __init__(self, host, name):
        self.host = host
        self.opener = urllib.request.build_opener(
            Unredirected, urllib.request.HTTPCookieProcessor(
                http.cookiejar.CookieJar()))
        login = host.browser.get("login", "login?name={name}")
        self.get(login.replace("{name}", name))
        found = re.search(r'name="csrf-token" content="([^"]+)"',
                          self.get(host.browser["page"]))
        self.token = found[1]
        self.socket = WebSocket(host.gateway.websocket_port)
        status = self.post(host.browser["bind"],
                           {"client_id": self.socket.client_id})
        if status != 200:
            self.close()
            raise AssertionError(f"bind was answered with {status}")

    def get(self, path):
        with self._open(urllib.request.Request(self.host.url + path)) as reply:
            return reply.read().decode()

    def post(self, path, data):
        """Returns the status."""
        request = urllib.request.Request(
            self.host.url + path, json.dumps(data).encode(),
            {"Content-Type": "application/json", "X-CSRF-Token": self.token})
        with self._open(request) as reply:
            return reply.status

    def _open(self, request):
        try:
            return self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            return error

    def message(self):
        """The next message that the page gets, from JSON; None when the
        gateway closes instead."""
        socket = self.socket
        place = wait_until(lambda: whole_frame(socket.read())
                           or (socket.eof and "end"), "a message")
        if place == "end" or socket.received[0] == CLOSE:
            return None
        start, end = place
        payload = socket.received[start:end]
        socket.received = socket.received[end:]
        return json.loads(payload)

    def expect(self, wanted):
        got = self.message()
        if got != wanted:
            raise AssertionError(f"wanted {wanted}, got {got}")

    def close(self):
        self.socket.close()


def run(host, verdicts):
    with verdicts.check("the page's commands do what the page says"):
        page_commands(host)
    with verdicts.check("a gateway that is down: the others are served, the "
                        "log names it, the request succeeds"):
        one_gateway_down(host)
    if host.console_push:
        with verdicts.check("no Register: the command fails and says why"):
            no_register(host)


def page_commands(host):
    """Alice has one page open while all of them run; what is pushed arrives in
    their order, and the last one may close her page."""
    port = host.gateway.websocket_port
    wait_until(lambda: connections(port) == 0, "the browser's pages to go")
    alice = Visitor(host, "alice")
    texts = []
    closed = False
    try:
        for lines, output in framework.transcript(host.page):
            if any(line.startswith("composer ") for line in lines):
                continue
            printed = "".join(host.typed(line) for line in lines)
            if output is not None and tidy(printed) != tidy(output):
                raise AssertionError(f"{lines} printed:\n{printed}\nnot:\n"
                                     f"{output}")
            texts += [text for line in lines
                      for text in re.findall(r'"([^"]+)"', line)]
            closed = closed or "kick" in lines[-1]
        if not texts:
            raise AssertionError("the page pushes nothing")
        for text in texts:
            alice.expect({"type": "notice", "text": text})
        if closed:
            alice.expect(None)
    finally:
        alice.close()


def tidy(text):
    """Without the spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def one_gateway_down(host):
    cluster = SimpleNamespace(register_address=host.gateway.own_register,
                              secret_key=SECRET_KEY)
    alice = Visitor(host, "alice")
    absent = AbsentGateway(cluster)
    try:
        wait_until(lambda: len(register_addresses(
            cluster.register_address, SECRET_KEY) or ()) == 2,
            "a Register that lists two gateways")
        number = 0

        def logged():
            """php-fpm's children believe their lists for a second."""
            nonlocal number
            number += 1
            text = f"push {number}"
            status = alice.post(host.push, {"uid": "alice", "text": text})
            if status != 200:
                raise AssertionError(f"a push was answered with {status}:\n"
                                     f"{host.logs()}")
            alice.expect({"type": "message", "from": "alice", "text": text})
            return absent.address in host.logs()

        wait_until(logged, lambda: f"{absent.address} in the log:\n"
                   f"{host.logs()}", interval=0.1)
    finally:
        absent.close()
        alice.close()
    wait_until(lambda: len(register_addresses(
        cluster.register_address, SECRET_KEY) or ()) == 1,
        "a Register that lists one gateway")


def no_register(host):
    dead = f"127.0.0.1:{free_ports(1)[0]}"
    start = time.monotonic()
    with host.at_register(dead) as environment:
        command = [*host.php_words(), *host.console_push]
        try:
            host.command(command, env=environment)
        except AssertionError as failure:
            if dead not in str(failure):
                raise
        else:
            raise AssertionError(f"{command} succeeded")
    if time.monotonic() - start > 30:
        raise AssertionError("it took longer than half a minute")
