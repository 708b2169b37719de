"""docs/migration.md, walked: a page is there, and PHP sends to it."""

import contextlib
import re
import socket

from claims import Skip, claims
from deployed import (Nginx, Sender, UPSTREAM, names, node_page, numbers,
                      shows_every, wait_known)
from harness.cluster import (CLIENT_PHP, PURE, REFERENCE, WHY_NO_REFERENCE)
from harness.process import PREFIX, ROOT, wait_until
from page_deployment_cluster import LOGIN, block_of
from php_application import WORKER, Application
from place import (folder, machines, php_environment, php_file, run, run_php,
                   typed)

PAGE = "docs/migration.md"
BIND = """
if ($autoload) {
    require $autoload;
}
session_start();
GatewayClient\\Gateway::bindUid($_POST['client_id'], $_SESSION['user_id']);
$flush = ['GatewayClient\\Gateway', 'flush'];
http_response_code(!is_callable($flush) || $flush() ? 204 : 503);
"""
BOUND = "/bind.php 204"
OLD, NEW = "127.0.0.1:2900", "127.0.0.1:3900"


PROPERTIES = """
require $autoload;
$class = new ReflectionClass('GatewayWorker\\Gateway');
foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
    if ($property->class === $class->name) {
        echo "\\$$property->name ";
    }
}
"""


class Site:
    """PHP of the web and its sender, each anew with other settings, as php-fpm
    is after a reload: those before it end what they have begun."""

    def __init__(self, stack, host, home):
        self.stack = stack
        self.host = host
        self.home = home
        self.sender = None
        self.senders = 0
        self.page = None
        self.serving = None
        self.ini = ""
        (home / "www").mkdir()
        (home / "www/login.php").write_text(LOGIN)

    def restart(self, ini, autoload=None):
        self.ini = ini
        (self.home / "www/bind.php").write_text(
            php_file(BIND, {"autoload": autoload}))
        (self.home / "web.ini").write_text(ini)
        if self.serving:
            self.serving.close()
        self.serving = contextlib.ExitStack()
        self.stack.callback(self.serving.close)
        self.serving.enter_context(typed(
            self.host, f"exec {CLIENT_PHP} -c web.ini -d extension_dir="
            f"{PREFIX}/ext -S 127.0.0.1:8000 -t www", self.home,
            ready="started", env=php_environment()))
        if self.page:
            self.send(autoload)

    def open(self, script, autoload):
        self.page = self.stack.enter_context(node_page(
            self.host, self.home, script, "http://127.0.0.1:8000"))
        self.send(autoload)

    def send(self, autoload=None):
        """A new sender, and the end of the one before."""
        before = self.sender
        self.sender = self.stack.enter_context(Sender(
            self.host, self.home, self.ini, 1000000 * self.senders, autoload))
        self.senders += 1
        wait_until(lambda: self.sender.first in numbers(self.page.log),
                   lambda: f"a message: {self.page.log[-500:]} "
                   f"{self.sender.process.log[-500:]}")
        if before:
            self.end(before)

    def end(self, sender=None):
        sender = sender or self.sender
        told = sender.end()
        if told["failed"]:
            raise AssertionError(told["failed"])
        shows_every(self.page, told["sent"], sender.first)
        print(f"    {told['sent']} messages, all arrived; "
              f"{len(told['warnings'])} warnings {told['warnings'][:1]}")

    def flows(self):
        """What is sent now arrives."""
        seen = len(numbers(self.page.log))
        wait_until(lambda: len(numbers(self.page.log)) > seen + 20,
                   lambda: f"messages: {self.page.log[-500:]}")

    def php(self, text):
        return run_php(self.host.prefix, self.home, text, self.ini)

    def clients_of(self, address):
        ip, port = address.split(":")
        prefix = socket.inet_aton(ip).hex() + f"{int(port):04x}"
        said = self.php("echo implode(' ', "
                        "GatewayClient\\Gateway::getAllClientIdList());")
        return [one for one in said.split() if one.startswith(prefix)]

    def move(self, block, source):
        def left():
            self.php(block.text.replace(OLD, source))
            return self.clients_of(source)

        wait_until(lambda: not left(), f"no page at {source}", interval=0.3)
        self.flows()


@contextlib.contextmanager
def application():
    if REFERENCE is None:
        raise Skip(WHY_NO_REFERENCE)
    with contextlib.ExitStack() as stack:
        [host] = stack.enter_context(machines(1))
        home = stack.enter_context(folder())
        app = stack.enter_context(Application(host, home))
        app.type(re.search("Say `(.+?)` right away", (ROOT / PAGE).read_text(
            encoding="utf-8"))[1])
        app.expect_at_boot(False)
        app.type("php start.php start -d")
        app.shows("gwctl gateways", OLD)
        yield stack, host, home, app


@claims(PAGE, "ini extension", "conf with-a-pause", "sh with-a-pause",
        "sh with-a-pause-back", slow=True)
def with_a_pause(ini, conf, there, back):
    with application() as (stack, host, home, app):
        site = Site(stack, host, home)
        site.restart("", PURE)
        site.open(block_of("js move").replace(
            "wss://example.com/ws", "ws://127.0.0.1:8282"), PURE)
        app.configure(conf.text)
        app.php_ini(ini.text)
        for number, block in enumerate((there, back), 2):
            app.type(block.text)
            app.expect_at_boot(number == 2)
            wait_until(lambda n=number: site.page.log.count(BOUND) == n,
                       lambda: f"the page's return: {site.page.log[-500:]}",
                       30)
            site.flows()
            if number == 2:
                app.shows("gwctl gateways", OLD)


@claims(PAGE, "sh native", "conf beside", "sh beside", "nginx to-gatewayd",
        "php move", "ini register", "php start_businessworker", "sh worker",
        "sh stop", "sh back-start", "sh back-stop", slow=True)
def without_losing_a_message(native, conf, beside, to_gatewayd, move, register,
                             worker, start_worker, stop, back_start,
                             back_stop):
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    extension = re.search(r"^```ini extension\n(.*?)^```", text,
                          re.DOTALL | re.MULTILINE)[1]
    upstream = "upstream gatewayd {\n    server 127.0.0.1:8282;\n}\n"
    if "`server 127.0.0.1:8282;`" not in text:
        raise AssertionError("that is not the upstream it tells of")
    with application() as (stack, host, home, app):
        nginx = stack.enter_context(Nginx(host, home, UPSTREAM.sub(
            lambda _: upstream, block_of("nginx wss"))))
        stack.enter_context(names(host, {"example.com": "127.0.0.1"}))
        site = Site(stack, host, home)
        site.restart("", PURE)
        site.open(block_of("js move"), PURE)

        app.php_ini(extension)
        if app.type(native.text) != "native\n":
            raise AssertionError("not the native class")
        site.restart(extension)

        app.configure(conf.text)
        start, look = beside.text.splitlines()
        app.type(start)
        app.expect_at_boot(True)
        app.shows(look, OLD, NEW)
        wait_known(host, site.sender, site.php, port=8283)
        nginx.reload(to_gatewayd.text)
        site.flows()
        too_early(site)

        site.move(move, OLD)
        site.restart(register.text)
        app.set_worker(worker.text)
        app.type(start_worker.text)
        expect_beside_each_other(home / "gatewayd.log")
        app.type(stop.text)
        site.flows()

        app.set_worker(WORKER)
        start, look = back_start.text.splitlines()
        app.type(start)
        app.shows(look, OLD, NEW)
        site.restart(extension)
        wait_known(host, site.sender, site.php, port=8282)
        nginx.reload(upstream)
        site.move(move, NEW)
        app.type(back_stop.text)
        app.expect_at_boot(False)
        site.flows()
        app.type("php start_businessworker.php stop")
        site.flows()
        app.php_ini("")
        site.restart("", PURE)
        site.end()


def expect_beside_each_other(log):
    """The new worker serves with the old one, and neither takes the other's
    place."""
    def attached():
        return log.read_text().count(": attached as ") == 2

    wait_until(attached, lambda: f"two workers: {log.read_text()[-1000:]}")
    if "is here twice" in log.read_text():
        raise AssertionError(log.read_text()[-1000:])


def too_early(site):
    """The other order: gatewayd's Register does not know the PHP gateway."""
    said = site.php("""
        use GatewayClient\\Gateway;
        echo Gateway::isUidOnline('alice');
        Gateway::$registerAddress = '127.0.0.1:1237';
        echo Gateway::isUidOnline('alice');""")
    if said != "10":
        raise AssertionError(f"online by the old and the new Register: {said}")


@claims(PAGE)
def the_tables_know_every_option():
    """Each in the middle column is one of gatewayd's, and each property of the
    PHP gateway has its row."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    table = text.split("| PHP | gatewayd.conf |")[1].split("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    options = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/options.md")
                             .read_text(encoding="utf-8"), re.MULTILINE))
    unknown = {name for _, cell in rows
               for name in re.findall(r"`(\w+)", cell)} - options
    if unknown or len(rows) < 20:
        raise AssertionError(f"{len(rows)} rows; no options: {unknown}")
    if REFERENCE is None:
        raise Skip(WHY_NO_REFERENCE)
    with folder() as home:
        said = run_php((), home, PROPERTIES,
                       variables={"autoload": REFERENCE})
    named = set(re.findall(r"\$\w+", " ".join(cell for cell, _ in rows)))
    missing = set(said.split()) - named
    if missing or not said:
        raise AssertionError(f"not in the table: {missing}")
