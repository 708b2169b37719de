"""A user without a browser: cookies, the CSRF token, and one page's WebSocket."""

import contextlib
import html
import http.cookiejar
import json
import os
import re
import signal
import threading
import urllib.error
import urllib.parse
import urllib.request

from harness.process import fixed_ports
from harness.websocket import WebSocket

CLOSE = 8
TEXT = 1
# php.ini where overtaken_bind() is used: the logout comes before a deadline.
PATIENT = {"gatewayclient.timeout": 60}
FORM_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


def made_up():
    """A client_id of a gateway that no Register lists."""
    return f"7f000001{fixed_ports(1)[0]:04x}00000001"


class Unredirected(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like others."""

    def redirect_request(self, *_):
        return None


class Visitor:
    """Signed in and bound; without a name a guest, who has a token and a
    connection all the same."""

    def __init__(self, host, name=None):
        self.host = host
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            Unredirected, urllib.request.HTTPCookieProcessor(self.cookies))
        if name is not None:
            login = host.browser.get("login", "login?name={name}")
            self.get(login.replace("{name}", name))
        self.token = self.get(host.browser["guest_token"])
        self.socket = WebSocket(host.gateway.websocket_port)
        if name is None:
            return
        status = self.post(host.browser["bind"],
                           {"client_id": self.socket.client_id})
        if status != 200:
            self.close()
            raise AssertionError(f"bind was answered with {status}")

    def get(self, path):
        with self._open(path) as reply:
            return reply.read().decode()

    def status(self, path, data=None):
        """Of a GET; with data, of a form's POST."""
        with self._open(path, data) as reply:
            return reply.status

    def sign_out(self):
        """As the page does: by a form that has a token of its own, or by its
        function post(). Returns the status."""
        return self.ready_to_sign_out()()

    def ready_to_sign_out(self):
        """What is left of it when the page has been read: one request."""
        path = self.host.browser["logout"]
        token = FORM_TOKEN.search(self.get(self.host.browser["page"]))
        if token is None:
            return lambda: self.post(path, {})
        form = urllib.parse.urlencode({"_csrf_token": html.unescape(token[1])})
        return lambda: self.status(path, form.encode())

    def session_file(self):
        """Where PHP keeps the session."""
        [name] = [cookie.value for cookie in self.cookies
                  if cookie.name == "PHPSESSID"]
        return self.host.app / self.host.sessions / f"sess_{name}"

    def post(self, path, data, headers=None, token=True):
        """Returns the status."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        if token:
            headers["X-CSRF-Token"] = self.token
        with self._open(path, json.dumps(data).encode(), headers) as reply:
            return reply.status

    def _open(self, path, data=None, headers=None):
        request = urllib.request.Request(self.host.url + path, data,
                                         headers or {})
        try:
            return self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            return error

    def message(self):
        """The next message that the page gets, from JSON; None when the
        gateway closes instead."""
        frame = self.socket.read_frame()
        if frame is None or frame[0] == CLOSE:
            return None
        if frame[0] != TEXT:
            raise AssertionError(f"a frame {frame}")
        return json.loads(frame[1])

    def expect(self, wanted):
        got = self.message()
        if got != wanted:
            raise AssertionError(f"wanted {wanted}, got {got}")

    def close(self):
        self.socket.close()


class Beside(threading.Thread):
    """A visitor's request while others go on; `status`, once it has ended."""

    def __init__(self, request, *arguments):
        super().__init__()
        self.request, self.arguments = request, arguments
        self.status = None

    def run(self):
        self.status = self.request(*self.arguments)


def bind_beside(host, visitor, page):
    return Beside(visitor.post, host.browser["bind"],
                  {"client_id": page.client_id})


@contextlib.contextmanager
def overtaken_bind(host, visitor, page):
    """A bind of the page and a logout of the visitor, for the block to start:
    gatewayd stands still in it, so that the bind takes its time. They end after
    it."""
    bind = bind_beside(host, visitor, page)
    logout = Beside(visitor.post, host.browser["logout"], {})
    gatewayd = host.gateway.process.popen.pid
    os.kill(gatewayd, signal.SIGSTOP)
    try:
        yield bind, logout
    finally:
        os.kill(gatewayd, signal.SIGCONT)
        for post in (bind, logout):
            if post.ident is not None:
                post.join()


def expect_end(page):
    """Of one that was bound: it gets nothing before it is closed."""
    frame = page.read_frame()
    if frame is not None and frame[0] != CLOSE:
        raise AssertionError(f"the page that was bound got {frame}")
