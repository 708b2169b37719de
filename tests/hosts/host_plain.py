"""PHP without a framework: each script is requested by its own name, and the
cluster is php.ini's matter."""

import contextlib

from framework import FrameworkHost
from host import SECRET_KEY

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
    offline_status = 409
    console_push = ("bin/notice.php", "alice", "hello")
    register = None

    @property
    def server_lines(self):
        return LOCATION.format(socket=self.fpm.socket_path())

    @property
    def ini(self):
        return {**super().ini,
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

    def logs(self):
        log = self.fpm.folder / "php.log"
        return log.read_text(errors="replace") if log.exists() else ""
