"""docs/deployment.md: several gateways; each stops and comes back while
PHP sends to a page."""

import contextlib
import json
import re
import socket

from claims import claims
from deployed import (Nginx, Sender, names, node_page, numbers, program,
                      reach, shows_every, wait_known)
from harness.cluster import CLIENT_PHP
from harness.process import PREFIX, ROOT, wait_until
from harness.tls import Tls
from page_deployment import PAGE, configured
from place import (browser, environment, folder, machines, make_key,
                   php_environment, php_file, run, run_php, run_shell,
                   typed, wait_listed, with_files)

KEY = "etc/gatewayd/cluster.key"
NOBODY = "02:00:00:00:00:01"  # has that link address
# A Register without it tells PHP of a part of the gateways; they are back sooner,
# but this machine is busy.
GRACE = {"GATEWAYD_REGISTER_GRACE": "8"}
# A Register that waits takes 3 s of it.
PATIENT = "gatewayclient.timeout = 30\n"
LOGIN = "<?php session_start(); $_SESSION['user_id'] = 'alice';"
# A page whose connections, binds and timers are played. The steps of a check follow
# its script; what they return is printed.
PLAYED = """
Math.random = () => %s;
const sockets = [], timers = [];
let accepted = true;
globalThis.show = () => {};
globalThis.fetch = async () => ({ok: accepted});
globalThis.setTimeout = (call, wait) => timers.push({call, wait});
globalThis.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    constructor() {
        sockets.push(this);
    }
    close() {
        this.readyState = 3;
        this.onclose();
    }
};
const tell = (n, message) => sockets.at(n).onmessage(
    {data: JSON.stringify(message)});
const greet = (n) => tell(n, {type: 'init', client_id: '7f0000010b5400000001'});
%s
(async () => {%s})().then((said) => console.log(JSON.stringify(said)));
"""
REFUSED = """
    accepted = false;
    for (let n = 0; n < 8; n++) {
        await greet(-1);
        timers.at(-1).call();
    }
    accepted = true;
    await greet(-1);
    sockets.at(-1).close();
    return timers.map(({wait}) => wait);
"""
MOVED = """
    const seen = [];
    const see = () => seen.push(sockets.map(({readyState}) => readyState));
    await greet(0);
    await tell(0, {type: 'move'});
    await greet(1);
    await tell(0, {type: 'move'}); // to whom it is of no use any more
    see();
    timers[0].call();
    see();
    return [...seen, timers.length];
"""


def block_of(info):
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    return re.search(rf"^```{info}\n(.*?)^```", text,
                     re.DOTALL | re.MULTILINE)[1]


def bind_php(last):
    """That of the first page, with the end that `last` has in place of its own."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    checks = re.search(r"^```php bind\.php\n(.*?)^Gateway::bindUid", text,
                       re.DOTALL | re.MULTILINE)[1]
    return checks + last.split("use GatewayClient\\Gateway;\n", 1)[1]


def key_of(home):
    return (home / KEY).read_text(encoding="utf-8").strip()


def with_key(ini, home):
    placeholder = "the first line of cluster.key"
    if placeholder not in ini:
        raise AssertionError(f"no {placeholder!r} in it")
    return ini.replace(placeholder, key_of(home))


def visitor(host, nginx):
    """A page that comes through nginx."""
    return browser(host, 443, path="/ws", host=nginx.address,
                   tls=Tls("example.com"),
                   headers=["Origin: https://example.com"])


def lists_both(host, home, conf):
    """gwctl with its configuration of the page."""
    (home / "gwctl.conf").write_text(with_files(conf, home))
    said = run([*host.prefix, "gwctl", "gateways"],
               env={**environment(home), "HOME": str(home),
                    "GWCTL_CONFIG": str(home / "gwctl.conf")})
    for address in ("10.0.0.1:2900", "10.0.0.2:2900"):
        if address not in said:
            raise AssertionError(said)


@claims(PAGE, "sh key", "conf first-host", "conf second-host", "ini cluster",
        "conf gwctl", "nginx upstream", "conf behind-nginx")
def a_cluster(key, first, second, ini, gwctl, upstream, behind):
    """Pages come through nginx on 10.0.0.3 from a stranger's machine."""
    nginx = block_of("nginx wss").replace(
        re.search(r"^upstream .*?^}\n", block_of("nginx wss"),
                  re.DOTALL | re.MULTILINE)[0], upstream.text)
    with machines(4) as [one, two, three, stranger], folder() as home, \
            contextlib.ExitStack() as stack:
        gateways = []
        make_key(key.text, home)
        for host, block in ((one, first), (two, second)):
            gateways.append(stack.enter_context(configured(
                host, home, block.text
                + behind.text.replace("10.0.0.1", host.address),
                host.address)))
        wait_listed(one, "10.0.0.1:1236", 2, key_of(home))
        running = stack.enter_context(Nginx(three, home, nginx))
        pages = [stack.enter_context(visitor(stranger, three))
                 for _ in range(4)]
        # Nothing is sticky: they are everywhere, and everybody is reached.
        if len({page.client_id[:12] for page in pages}) != 2:
            raise AssertionError([page.client_id for page in pages])
        said = run_php(two.prefix, home, """
            use GatewayClient\\Gateway;
            foreach ($pages as $n => $id) {
                Gateway::bindUid($id, "uid $n");
                Gateway::sendToUid("uid $n", "to $n");
            }
            Gateway::sendToAll('to all');
            echo Gateway::getAllClientCount();""",
                       with_key(ini.text, home),
                       {"pages": [page.client_id for page in pages]})
        if said != "4":
            raise AssertionError(said)
        for number, page in enumerate(pages):
            page.expect_text(f"to {number}")
            page.expect_text("to all")
        lists_both(two, home, gwctl.text)
        for address in ("10.0.0.1:9272", "10.0.0.2:9272"):
            if reach(one, address) != 0:
                raise AssertionError(f"nobody at {address}")
        gateways[1].stop()  # nginx tries the other one
        for _ in range(2):
            with visitor(stranger, three) as page:
                if page.client_id[:8] != socket.inet_aton(one.address).hex():
                    raise AssertionError(page.client_id)
        # Its machine is gone, and refuses nothing.
        three.ip("neigh", "replace", two.address, "lladdr", NOBODY,
                 "dev", "eth0", "nud", "permanent")
        running.reload(upstream.text)  # and forgets what it knows
        for _ in range(4):
            page = stack.enter_context(visitor(stranger, three))
            if page.client_id[:8] != socket.inet_aton(one.address).hex():
                raise AssertionError(page.client_id)


class Rolling:
    """Two gateways with a Register each, nginx and PHP on the first one's
    machine, and alice's page on a third one."""

    def __init__(self, stack, home, conf, ini, upstream, bind):
        self.stack = stack
        self.home = home
        self.hosts = stack.enter_context(machines(3))
        self.gateways = {}
        self.conf = conf
        for host in self.hosts[:2]:
            self.start(host)
        self.ini = with_key(ini, home) + PATIENT
        for host in self.hosts[:2]:
            self.wait_listed(host)
        wss = block_of("nginx wss")
        self.upstream = upstream
        self.nginx = stack.enter_context(Nginx(
            self.hosts[0], home, wss.replace(
                re.search(r"^upstream .*?^}\n", wss,
                          re.DOTALL | re.MULTILINE)[0], upstream)))
        self.serve(bind)

    def start(self, host):
        text = self.conf
        if host.address == "10.0.0.1":
            for name in ("lan_ip", "register_listen", "status_listen"):
                text = text.replace(f"{name} = 10.0.0.2",
                                    f"{name} = 10.0.0.1")
        self.gateways[host] = self.stack.enter_context(configured(
            host, self.home, text, host.address, GRACE))

    def wait_listed(self, host):
        wait_listed(host, f"{host.address}:1236", 2, key_of(self.home))

    def serve(self, bind):
        (self.home / "php.ini").write_text(self.ini)
        (self.home / "www").mkdir()
        (self.home / "www/bind.php").write_text(php_file(bind_php(bind)))
        (self.home / "www/login.php").write_text(LOGIN)
        self.stack.enter_context(typed(
            self.hosts[0], f"exec {CLIENT_PHP} -c php.ini -d extension_dir="
            f"{PREFIX}/ext -S 10.0.0.1:8000 -t www", self.home,
            ready="started", env=php_environment()))

    def page(self, script):
        host = self.hosts[2]
        self.stack.enter_context(names(host, {"example.com": "10.0.0.1"}))
        return self.stack.enter_context(node_page(
            host, self.home, script, "http://10.0.0.1:8000"))

    def php(self, text):
        return run_php(self.hosts[0].prefix, self.home, text, self.ini)

    def shell(self, text):
        (self.home / "gwctl.conf").write_text(
            with_files(block_of("conf gwctl"), self.home))
        return run([*self.hosts[0].prefix, "bash", "-ec", text],
                   env={**environment(self.home), "HOME": str(self.home),
                        "GWCTL_CONFIG": str(self.home / "gwctl.conf")})

    def clients_of(self, host):
        prefix = socket.inet_aton(host.address).hex() + f"{2900:04x}"
        said = self.php("echo implode(' ', "
                        "GatewayClient\\Gateway::getAllClientIdList());")
        return [one for one in said.split() if one.startswith(prefix)]

    def take_out(self, host, draining, move):
        self.nginx.reload(draining.replace("10.0.0.2:7272 down;", "10.0.0.2:"
                                           "7272;").replace(
            f"{host.address}:7272;", f"{host.address}:7272 down;"))

        def left():
            """By the commands of the page or its PHP."""
            text = move.text.replace("10.0.0.2", host.address)
            if move.language == "php":
                self.php(text)
                return self.clients_of(host)
            said = self.shell(text).split()
            if len(said) != 1:
                raise AssertionError(said)
            return int(said[0])

        wait_until(lambda: not left(), f"no page at {host.address}",
                   interval=0.3)
        if self.gateways[host].stop() != 0:
            raise AssertionError(self.gateways[host].log)

    def bring_back(self, host, sender):
        self.start(host)
        for each in self.hosts[:2]:
            self.wait_listed(each)
        wait_known(host, sender, self.php, host=host.address)
        self.nginx.reload(self.upstream)


@claims(PAGE, "conf two-registers", "ini two-registers", "nginx draining",
        "sh move", "php move", "js move", "php bind", slow=True)
def no_message_is_lost(conf, ini, draining, by_gwctl, by_php, script, bind):
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(folder())
        both = Rolling(stack, home, conf.text, ini.text,
                       block_of("nginx upstream"), bind.text)
        page = both.page(script.text)
        sender = stack.enter_context(Sender(both.hosts[0], home, both.ini))
        wait_until(lambda: numbers(page.log), "the first message")
        for host, move in zip(both.hosts[:2], (by_gwctl, by_php)):
            both.take_out(host, draining.text, move)
            both.bring_back(host, sender)
        # Both were without pages, so this one has been at both.
        told = sender.end()
        if told["failed"] or told["sent"] < 100:
            raise AssertionError(told)
        shows_every(page, told["sent"])
        print(f"    {told['sent']} messages, {len(told['warnings'])} warnings "
              f"{sorted(set(told['warnings']))}")


def played(script, steps, home, chance=0.5):
    program("node")
    (home / "page.js").write_text(PLAYED % (chance, script, steps),
                                  encoding="utf-8")
    return json.loads(run(["node", home / "page.js"]))


@claims(PAGE, "js move")
def a_page_that_is_refused_waits_longer_each_time(block):
    """Up to some time, by chance; one that was bound begins anew. When it moves,
    the old connection stays for a while, and once."""
    with folder() as home:
        for chance, first, most in ((0, 500, 15000), (1, 1500, 45000)):
            *refused, lost = played(block.text, REFUSED, home, chance)
            wanted = [min(first * 2 ** n, most) for n in range(len(refused))]
            if (refused, lost) != (wanted, first):
                raise AssertionError(f"{refused}, then {lost}")
        moved = played(block.text, MOVED, home)
        if moved != [[1, 1], [3, 1], 1]:
            raise AssertionError(moved)


DOCKER = """#!/bin/sh
printf '%s\\n' "$GATEWAYD_SECRET_KEY" "$@"
"""


def published(text, home):
    """The key, and the pairs (address, port) that the command publishes; a
    container has no other port that can be reached."""
    environment(home)
    (home / "tools/docker").write_text(DOCKER)
    (home / "tools/docker").chmod(0o755)
    (home / "cluster.key").write_text("the key of the docs\n")
    key, *words = run_shell(text, home).splitlines()
    found = [("", *word.split(":"))[-3:]
             for flag, word in zip(words, words[1:]) if flag == "-p"]
    if any(outer != port for _, outer, port in found):
        raise AssertionError(f"another number than the container's: {found}")
    return key, {(address, int(port)) for address, port, _ in found}


@claims(PAGE, "conf container", "sh container")
def behind_address_translation(conf, shell):
    """As docker's published ports have it: PHP is on another machine."""
    with machines(2) as [one, two], folder() as home:
        key, ports = published(shell.text, home)
        # Docker forwards them, past the host's filter of `input`.
        if {port for address, port in ports if address == ""} != {7272}:
            raise AssertionError(f"open to everybody: {ports}")
        inner = one.network.add_container(two, "inner", [
            port for address, port in ports if address in ("", two.address)])
        php = """GatewayClient\\Gateway::$registerAddress = '10.0.0.2:1236';
                 GatewayClient\\Gateway::sendToAll('hello');"""
        with configured(inner, home, conf.text,
                        env={"GATEWAYD_SECRET_KEY": key}):
            wait_listed(one, "10.0.0.2:1236", key=key)
            with browser(one, host="10.0.0.2") as page:
                run_php(one.prefix, home, php, "extension=gatewayclient\n"
                        f'gatewayclient.secret_key="{key}"\n')
                page.expect_text("hello")
