"""Where an application runs: nginx with php-fpm and gatewayd behind it, and the
browser in front."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.fpm import Fpm
from harness.process import ROOT, Process, fixed_ports, wait_until
from harness.websocket import Connection

BROWSER_LIMIT = 150  # seconds, in case the browser itself hangs
HERE = Path(__file__).resolve().parent

NGINX = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        root {root};
        location = /favicon.ico {{ return 204; }}
        location = /ws {{
            proxy_pass http://127.0.0.1:{websocket};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_read_timeout 1h;
        }}
        location / {{
            try_files $uri {front};
        }}
        location ~ ^/index\\.php(/|$) {{
            fastcgi_pass unix:{socket};
            fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
{params}
        }}
{lines}
    }}
}}
"""


def show(text, limit=3000):
    """What went wrong, under the check that failed."""
    for line in str(text)[-limit:].splitlines():
        print(f"          {line}", flush=True)


def find_nginx():
    path = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"
    for folder in path.split(":"):
        if os.access(f"{folder}/nginx", os.X_OK):
            return f"{folder}/nginx"
    return None


class Nginx:
    """A web server of its own for one application."""

    def __init__(self, host):
        self.port = fixed_ports(1)[0]
        self.process = Process([find_nginx(), "-p", "{folder}", "-c",
                                "{folder}/nginx.conf"], "nginx")
        folder = self.process.folder
        params = "".join(f'            fastcgi_param {name} "{value}";\n'
                         for name, value in host.fastcgi_params.items())
        (folder / "nginx.conf").write_text(NGINX.format(
            user="user root;" if os.getuid() == 0 else "", folder=folder,
            port=self.port, root=host.app / host.document_root,
            websocket=host.gateway.websocket_port, front=host.front,
            socket=host.fpm.socket_path(), params=params,
            lines=host.server_lines), encoding="utf-8")
        self.process.start()
        try:
            wait_until(self._listens, "nginx")
        except BaseException:
            self.close()
            raise

    def _listens(self):
        self.process.expect_running()
        try:
            Connection(self.port).close()
            return True
        except OSError:
            return False

    def close(self):
        self.process.discard()


def start_web(host):
    """php-fpm and nginx of a host whose gatewayd runs."""
    host.fpm = Fpm(ini={"display_errors": 0, "log_errors": 1,
                        "error_log": "{folder}/php.log", **host.ini},
                   child_count=host.children, pool="clear_env = no",
                   env=host.variables())
    host.nginx = Nginx(host)
    host.url = f"http://127.0.0.1:{host.nginx.port}/"


def logs(host):
    """The ends of all logs, for a failure."""
    found = []
    parts = [part.process for part in (host.nginx, host.fpm, host.gateway)
             if part is not None]
    for process in parts + host.processes:
        if process is not None:
            found.append(f"--- {process.name}\n{process.log[-1500:]}")
            for log in sorted(process.folder.glob("*.log")):
                found.append(f"--- {log.name}\n"
                             f"{log.read_text(errors='replace')[-2000:]}")
    return "\n".join(found)


def close(host):
    host.close()
    for process in list(host.processes):
        host.stop(process)
    for part in (host.nginx, host.fpm, host.gateway):
        if part is not None:
            part.close()
    host.nginx = host.fpm = host.gateway = None


def prepare_browser():
    """Installs Node.js, Chromium and playwright-core, and names Chromium."""
    done = subprocess.run([ROOT / "tests/browser/run", "--chromium"],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"no browser: {done.stdout}{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def browse(host, script, chromium, options, verdicts):
    """Runs a script in node; its sums are added to the verdicts."""
    told = {"url": host.url, "chromium": chromium, "name": host.name,
            **options}
    environment = {**os.environ,
                   "NODE_PATH": str(ROOT / "out/node/node_modules")}
    with tempfile.TemporaryFile("w+") as output:
        try:
            subprocess.run(
                ["node", HERE / "browser" / script, json.dumps(told)],
                stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=environment,
                timeout=BROWSER_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            print(f"no end after {BROWSER_LIMIT} s")
        output.seek(0)
        text = output.read()
    sums = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
    passed, failed = map(int, sums[-1]) if sums else (0, 1)
    print(re.sub(r"\n*^\d+ passed, \d+ failed$\n*", "\n", text,
                 flags=re.MULTILINE).rstrip(), flush=True)
    verdicts.add(passed, failed)
    return failed == 0
