"""What stands around gateways: nginx, names, PHP and pages."""

import contextlib
import json
import re
import shutil
import socket
from pathlib import Path

from claims import Skip
from harness import hosts
from harness.cluster import CLIENT_PHP
from harness.process import PREFIX, ROOT, Process, wait_until
from place import (browser, php_environment, php_file, run, typed,
                   with_files)

NODE_MODULES = ROOT / "out/docs-npm/node_modules"
SBIN = "/usr/sbin:/usr/bin:/usr/local/sbin"
NGINX = """\
daemon off;
pid {home}/nginx.pid;
error_log stderr notice;
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/temporary;
    proxy_temp_path {home}/temporary;
    fastcgi_temp_path {home}/temporary;
    uwsgi_temp_path {home}/temporary;
    scgi_temp_path {home}/temporary;
{text}
}}
"""
UPSTREAM = re.compile(r"^upstream .*?^}\n", re.DOTALL | re.MULTILINE)
# Numbered messages until a file is there (or the test is gone); then what became
# of them.
SENDER = """
use GatewayClient\\Gateway;
if ($autoload) {
    require $autoload;
}
$warnings = $failed = [];
$end = hrtime(true) + 300e9;
set_error_handler(function ($level, $text) use (&$warnings) {
    return $warnings[] = $text;
});
for ($n = $first; !file_exists($stop) && is_dir(dirname($stop))
    && hrtime(true) < $end; $n++) {
    try {
        Gateway::sendToUid('alice', json_encode(['n' => $n]));
    } catch (Throwable $why) {
        $failed[$n] = $why->getMessage();
    }
    usleep(2000);
}
if (method_exists(Gateway::class, 'flush')) {
    Gateway::flush();
}
echo json_encode(['sent' => $n - $first, 'failed' => (object) $failed,
    'warnings' => $warnings]);
"""


def program(name):
    path = shutil.which(name, path=SBIN)
    if path is None:
        raise Skip(f"{name} is missing")
    return path


def node_modules():
    lock = ROOT / "tests/docs/npm/package-lock.json"
    installed = NODE_MODULES.parent / "installed"
    if not installed.is_file() or \
            installed.read_bytes() != lock.read_bytes():
        raise Skip("tests/docs/npm/prepare has not been run")
    return {"NODE_PATH": str(NODE_MODULES)}


def reach(host, address):
    """Whether a connection from there is let in; the error's number if not."""
    name, _, port = address.partition(":")
    with hosts.inside(host.namespace), socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((name, int(port)))


class Nginx:
    """On a host, with what a page has for `http { … }`."""

    def __init__(self, host, home, text):
        self.home = home
        self.write(text)
        self.running = typed(
            host, f"{program('nginx')} -e stderr -c {home}/nginx.conf", home,
            ready="start worker process ")

    def write(self, text):
        self.text = with_files(text, self.home)
        (self.home / "nginx.conf").write_text(
            NGINX.format(home=self.home, text=self.text))

    def reload(self, upstream):
        """With another upstream, as `systemctl reload nginx` does."""
        def generations():
            return self.process.log.count("start worker processes")

        before = generations()
        self.write(UPSTREAM.sub(lambda _: upstream, self.text))
        run(["kill", "-HUP", (self.home / "nginx.pid").read_text().strip()])
        wait_until(lambda: generations() > before, "nginx's new workers")

    def __enter__(self):
        self.process = self.running.__enter__()
        return self

    def __exit__(self, *error):
        return self.running.__exit__(*error)


@contextlib.contextmanager
def names(host, known):
    """What a host's name service says."""
    folder = Path("/etc/netns") / host.namespace
    folder.mkdir(parents=True)
    try:
        (folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
            f"{address} {name}\n" for name, address in known.items()))
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        yield
    finally:
        shutil.rmtree(folder)


class Sender:
    """PHP on a host that sends alice one message after another, numbered from
    `first`; with the package's class where `autoload` names it."""

    def __init__(self, host, home, ini, first=0, autoload=None):
        name = f"sender{first}"
        self.first = first
        self.stop = home / f"{name}.stop"
        (home / f"{name}.ini").write_text(ini, encoding="utf-8")
        (home / f"{name}.php").write_text(
            php_file(SENDER, {"stop": str(self.stop), "first": first,
                              "autoload": autoload}), encoding="utf-8")
        self.process = Process(
            [*host.prefix, CLIENT_PHP, "-c", home / f"{name}.ini", "-d",
             f"extension_dir={PREFIX}/ext", home / f"{name}.php"], "sender",
            php_environment())

    def __enter__(self):
        self.process.start()
        return self

    def end(self):
        """How many it has sent, and what went wrong."""
        self.stop.touch()
        wait_until(lambda: not self.process.running(), "the sender's end")
        try:
            return json.loads(self.process.log)
        except json.JSONDecodeError:
            raise AssertionError(self.process.log) from None

    def __exit__(self, *_):
        self.process.discard()


def wait_known(machine, sender, php, **place):
    """Until the sender sends to the gateway there, too: alice has a page at it
    meanwhile. The PHP gateway takes one only when it has a worker."""
    def opened():
        with contextlib.suppress(OSError):
            return stack.enter_context(browser(machine, **place))
        return None

    with contextlib.ExitStack() as stack:
        page = wait_until(opened, f"a page at {place}", interval=0.05)
        php(f"GatewayClient\\Gateway::bindUid('{page.client_id}', 'alice');")
        sender.process.expect_running()
        wait_until(page.read, "what is sent to alice")


def numbers(log):
    """Those of the sender's messages that a page shows."""
    return {int(n) for n in re.findall(r'^shown \{"n":(\d+)\}$', log,
                                       re.MULTILINE)}


def shows_every(page, sent, first=0):
    """Waits for the last one, and none of the others is missing."""
    last = first + sent - 1
    wait_until(lambda: last in numbers(page.log),
               lambda: f"message {last}: {page.log[-2000:]}")
    missing = sorted(set(range(first, last)) - numbers(page.log))
    if missing:
        raise AssertionError(f"{len(missing)} of {sent} messages missed it, "
                             f"the first of them {missing[:5]}")


def node_page(host, home, script, site, login="/login.php"):
    """A page's script on a host. It has logged in at `site`; what it shows is
    in its log."""
    (home / "page.js").write_text(f"""
        globalThis.WebSocket = class extends require('ws') {{
            constructor(url) {{
                super(url);
                this.on('error', () => {{}}); // a browser only logs it
            }}
        }};
        const show = (message) => console.log('shown ' + JSON.stringify(
            message));
        const ask = fetch;
        (async () => {{
            const cookie = (await ask('{site}{login}')).headers
                .get('set-cookie').split(';')[0];
            globalThis.fetch = async (path, options) => {{
                const answer = await ask('{site}' + path,
                    {{...options, headers: {{cookie}}}});
                console.log(path + ' ' + answer.status);
                return answer;
            }};
            {script}
        }})();
    """, encoding="utf-8")
    return typed(host, "exec node page.js", home, ready="/bind.php 204",
                 env={**node_modules(), "NODE_TLS_REJECT_UNAUTHORIZED": "0",
                      "HOME": str(home)})
