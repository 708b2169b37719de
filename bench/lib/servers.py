"""gatewayd and its peers, started for a measurement.

Each has a name, `address` (HOST:PORT of its WebSockets), `tls_address`,
`load_options(named)` (how ws_load reaches it) and `pids()`. All run with their
defaults and as one process for clients; what had to be set is set here."""

import os
import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, Gatewayd,
                             ReferenceCluster)
from harness.process import Process, fixed_ports, wait_until

from .row import BENCH, BIN, ROOT

START_SECONDS = 60
# stream_select() of PHP ends at descriptor 1,024.
REFERENCE_MAX = 1000


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def make_certificate(folder):
    """The same kind for everybody: P-256."""
    folder = Path(folder)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj",
         "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out",
         folder / "cert.pem"], check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def family(pid):
    """The process and what descends from it."""
    found = [pid]
    for parent in found:
        path = Path(f"/proc/{parent}/task/{parent}/children")
        found.extend(map(int, path.read_text().split()))
    return found


class Server:
    """Base of all. Use it with `with`."""

    name = ""
    why_missing = ""
    most = 10 ** 9             # connections
    bound_by_commands = False  # uids and groups come through the inner port
    address = tls_address = None

    def __init__(self):
        raise_file_limit()
        self.folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
        self.process = None

    def start_process(self, command, pattern):
        """Waits for a line of its log; returns the match."""
        self.process = Process(command, self.name.replace(" ", "-")).start()

        def ready():
            found = re.search(pattern, self.process.log)
            if not found:
                self.process.expect_running()
            return found

        return wait_until(ready, self.name, START_SECONDS)

    def pids(self):
        return family(self.process.pid)

    def close(self):
        if self.process:
            self.process.discard()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class GatewaydServer(Server):
    """Ours, in push mode."""

    name = "gatewayd"
    bound_by_commands = True

    def __init__(self, tls=False, workers=1):
        super().__init__()
        options = []
        if tls:
            cert, key = make_certificate(self.folder)
            options += ["--listen", "wss://127.0.0.1:0", "--tls-certificate",
                        cert, "--tls-key", key]
        if workers > 1:
            options += ["--workers", workers]
        self.gateway = Gatewayd(options=options)
        self.process = self.gateway.process
        self.address = f"127.0.0.1:{self.gateway.websocket_port}"
        if tls:
            self.tls_address = f"127.0.0.1:{self.gateway.ports_of('wss')[0]}"
        self.inner = self.gateway.inner_address

    def load_options(self, named):
        return ["--inner", self.inner, *(["--ids"] if named else [])]


class BareServer(Server):
    """bare_fanout: the limit of the kernel. Reaches everybody only."""

    options = []

    def __init__(self, tls=False):
        super().__init__()
        del tls
        ready = self.start_process(
            [BIN / "bare_fanout", *self.options],
            r"ready: clients (\S+) inner (\S+)")
        self.address, self.inner = ready.groups()

    def load_options(self, named):
        assert not named
        return ["--inner", self.inner]


class BareWriteServer(BareServer):
    """One system call for each connection and message."""
    name = "bare writes"


class BareCoalescedServer(BareServer):
    """One for each connection and all messages that were read together."""
    name = "bare coalesced"
    options = ["--coalesce"]


class ReferenceServer(Server):
    """GatewayWorker: one gateway process and one worker."""

    name = "GatewayWorker"
    most = REFERENCE_MAX
    bound_by_commands = True
    why_missing = "" if REFERENCE else WHY_NO_REFERENCE

    def __init__(self, tls=False):
        super().__init__()
        del tls
        self.cluster = ReferenceCluster()
        self.process = self.cluster.process
        gateway = self.cluster.gateways[0]
        self.address = f"127.0.0.1:{gateway.websocket_port}"
        self.inner = gateway.inner_address

    def load_options(self, named):
        return ["--inner", self.inner, *(["--ids"] if named else [])]


def nchan_missing():
    module = list(Path("/").glob("usr/lib*/nginx/modules/ngx_nchan_module.so"))
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    return "" if module and nginx else "nginx with nchan is not installed"


NCHAN_CONF = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
load_module {module};
worker_processes 1;
worker_rlimit_nofile {files};
events {{ worker_connections {files}; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  nchan_shared_memory_size 512M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    listen 127.0.0.1:{tls_port} ssl backlog=4096;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {cert};
    ssl_certificate_key {key};
    location = /all {{ nchan_subscriber websocket; nchan_channel_id all; }}
    location = /named {{
      nchan_subscriber websocket;
      nchan_channel_id all u$arg_i g$arg_g;
    }}
    location = /pub {{ nchan_publisher; nchan_channel_id $arg_c; }}
  }}
}}
"""


class NchanServer(Server):
    """nginx with nchan from Debian. Its defaults but for: as many files as
    allowed, the others' backlog, one process, memory for its channels,
    publishers' connections that are not closed after 1,000 requests, and TLS
    1.3, which all the others speak by default."""

    name = "nchan"
    why_missing = nchan_missing()

    def __init__(self, tls=False):
        super().__init__()
        del tls
        port, tls_port = fixed_ports(2)
        cert, key = make_certificate(self.folder)
        module = next(
            Path("/").glob("usr/lib*/nginx/modules/ngx_nchan_module.so"))
        conf = self.folder / "nginx.conf"
        conf.write_text(NCHAN_CONF.format(
            user="user root;" if os.getuid() == 0 else "",
            folder=self.folder, module=module, port=port, tls_port=tls_port,
            cert=cert, key=key,
            files=resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        self.process = Process(
            [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"),
             "-c", conf, "-e", self.folder / "error.log"], "nchan").start()
        self.address = f"127.0.0.1:{port}"
        self.tls_address = f"127.0.0.1:{tls_port}"
        wait_until(self._listens, "nchan", START_SECONDS)

    def _listens(self):
        self.process.expect_running()
        return (self.folder / "pid").exists() and len(self.pids()) > 1

    def load_options(self, named):
        path = "/named?i={i}&g={g}" if named else "/all"
        return ["--path", path, "--post", self.address,
                "--post-path", "/pub?c={c}"]


WS_MODULE = ROOT / "out/bench/node/node_modules/ws"


class WsServer(Server):
    """npm's ws, used as its manual shows: bench/peers/ws_server.js."""

    name = "ws"
    why_missing = ("" if WS_MODULE.exists() and shutil.which("node")
                   else "node or npm's ws is not installed")

    def __init__(self, tls=False):
        super().__init__()
        command = ["node", BENCH / "peers/ws_server.js", WS_MODULE]
        if tls:
            command += make_certificate(self.folder)
        ready = self.start_process(
            command, r"ready: clients (\S+) inner (\S+) tls (\S+)")
        self.address, self.inner, self.tls_address = ready.groups()

    def load_options(self, named):
        path = "/?i={i}&g={g}" if named else "/"
        return ["--path", path, "--inner", self.inner]


def available(row, *classes):
    """Those that can be had; the others are named in the report."""
    for kind in classes:
        if kind.why_missing:
            row.missing(kind.name, kind.why_missing)
    return [kind for kind in classes if not kind.why_missing]
