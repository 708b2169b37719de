"""PHP without a framework: each script is requested by its own name, and the
cluster is php.ini's matter."""

import contextlib

from framework import FrameworkHost
from harness.process import wait_until
from harness.websocket import WebSocket
from host import SECRET_KEY
from session_checks import lockers
from visitor import PATIENT, Visitor, expect_end, overtaken_bind

LOCATION = """\
        location ~ \\.php$ {{
            fastcgi_pass unix:{socket};
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        }}
"""


class Application(FrameworkHost):
    title = "Plain PHP"
    page = "plain"
    front = "/index.php"
    browser = {"login": "signin.php?name={name}", "page": "index.php",
               "bind": "bind.php", "logout": "logout.php",
               "pushes": {"uid": "push.php", "group": "push.php"},
               "guest_token": "signin.php", "guest_status": 401,
               "csrf_status": 403}
    console_push = ("bin/notice.php", "alice", "hello")
    locks_sessions = True
    register = None

    @property
    def server_lines(self):
        return LOCATION.format(socket=self.fpm.socket_path())

    @property
    def ini(self):
        return {**super().ini, **PATIENT,
                "gatewayclient.register_address":
                    self.register or self.gateway.own_register,
                "gatewayclient.secret_key": f'"{SECRET_KEY}"'}

    @contextlib.contextmanager
    def at_register(self, address):
        self.register = address
        try:
            yield {}
        finally:
            self.register = None

    def checks(self, verdicts):
        with verdicts.check("a bind that is under way when its user signs out"):
            self.bind_and_logout()
        super().checks(verdicts)

    def bind_and_logout(self):
        """The logout waits until the page is bound, and closes it."""
        eve = Visitor(self, "eve")
        page = WebSocket(self.gateway.websocket_port)
        session = eve.session_file()
        inode = session.stat().st_ino
        with overtaken_bind(self, eve, page) as (bind, logout):
            bind.start()
            wait_until(lambda: lockers(inode), "the bind")
            logout.start()
            wait_until(lambda: not session.exists() or len(lockers(inode)) == 2,
                       "the logout")
            if not session.exists():
                raise AssertionError("it did not wait for the bind")
        try:
            eve.expect(None)
            expect_end(page)
        finally:
            page.close()
            eve.close()

    def logs(self):
        log = self.fpm.folder / "php.log"
        return log.read_text(errors="replace") if log.exists() else ""
