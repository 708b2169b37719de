"""docs/security.md."""

import contextlib
import json
import os
import re
import shutil
import socket

from blocks import read
from claims import Skip, claims
from harness import hosts
from harness.cluster import CLIENT_PHP, REFERENCE, WHY_NO_REFERENCE
from harness.process import PREFIX, ROOT, wait_until
from page_gwctl import quiet
from place import (browser, environment, folder, gatewayd, machines, make_key,
                   php_environment, php_file, run, run_php, run_shell, typed,
                   wait_listed, with_files)

PAGE = "docs/security.md"
PLAIN = "docs/frameworks/plain.md"
LOGIN = "<?php require __DIR__ . '/../app.php'; " \
    "$_SESSION['uid'] = $_GET['name']; answer(['token' => csrf_token()]);"
KEY_IN_INI = "the first line of cluster.key"
CLUSTER = "gatewayd --lan-ip 10.0.0.1 --register-listen 10.0.0.1:1236 " \
    "--register-address 10.0.0.1:1236 --status-listen 10.0.0.1:9272"


def expect(seen, wanted, what):
    if seen != wanted:
        raise AssertionError(f"{what}: {seen}, not {wanted}")


def fails(host, home, line):
    """What a command says that has to fail."""
    return run([*host.prefix, "bash", "-c",
                f"cd {home}\n{line}\ntest $? = 3"],
               env={**environment(home), **quiet(home)})


# ---- the private ports ------------------------------------------------------

@claims(PAGE, "sh ports")
def what_is_open(block):
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home):
        said = run([*host.prefix, "bash", "-ec", block.text])
    expect(set(re.findall(r"0\.0\.0\.0:(\d+)\s", said)), {"7272"}, said)
    for private in ("127.0.0.1:1236", "127.0.0.1:2900"):
        if private not in said:
            raise AssertionError(f"no {private} in {said}")


@claims(PAGE, "nft firewall", "sh load-firewall", "sh outside")
def the_firewall_lets_only_the_cluster_in(rules, load, outside):
    with machines(3) as [first, second, stranger], folder() as home, \
            typed(first, CLUSTER, home):
        wait_listed(first, "10.0.0.1:1236")
        (home / "etc").mkdir(exist_ok=True)
        (home / "etc/nftables.conf").write_text(rules.text)
        lines = outside.text.splitlines()
        for line in lines:  # without rules everybody gets in
            run([*stranger.prefix, "bash", "-ec", line],
                env={**environment(home), **quiet(home)})
        path = environment(home)
        run([*first.prefix, "nft", "add table ip docker"], env=path)
        (home / "tools/systemctl").write_text("#!/bin/sh\necho \"$@\"\n")
        (home / "tools/systemctl").chmod(0o755)
        said = run([*first.prefix, "bash", "-ec",
                    with_files(load.text, home)], env=path)
        expect(said, "enable nftables\n", "nft, and what is done at a boot")
        run([*first.prefix, "nft", "list table ip docker"], env=path)
        for line in lines:
            run([*second.prefix, "bash", "-ec", line],
                env={**environment(home), **quiet(home)})
            said = fails(stranger, home, line)
            if "Connection timed out" not in said:
                raise AssertionError(said)
        with browser(stranger, host="10.0.0.1"):
            pass


@claims(PAGE, "sh ufw")
def ufw_takes_the_rules(block):
    """It would change this machine: so without effect."""
    if not shutil.which("ufw", path=f"{os.environ['PATH']}:/usr/sbin"):
        raise Skip("ufw is missing")
    said = run(["bash", "-ec", "PATH=$PATH:/usr/sbin\n" + block.text.replace(
        "ufw ", "ufw --dry-run ")])
    for rule in ("policy changed to 'deny'", "--dports 22,443,7272 -j ACCEPT",
                 "--dports 1236,2900:2907,9272 -s 10.0.0.2 -j ACCEPT"):
        if rule not in said:
            raise AssertionError(f"no {rule!r} in {said}")


def with_a_key():
    """The php.ini of each page that has the key in it."""
    found = [block.text for page in ("docs/deployment.md", "docs/settings.md")
             for block in read(page)[0]
             if block.language == "ini" and "secret_key" in block.text]
    if not found or not all(KEY_IN_INI in text for text in found):
        raise AssertionError(f"no {KEY_IN_INI!r} in one of {found}")
    return found


@claims(PAGE, "sh key")
def a_key_of_ones_own(block):
    with machines(1) as [host], folder() as home:
        make_key(block.text, home)
        file = home / "etc/gatewayd/cluster.key"
        key = file.read_text()
        expect(oct(file.stat().st_mode & 0o777), "0o640", "the key's mode")
        if not re.fullmatch("[0-9a-f]{64}", key):
            raise AssertionError(f"the key {key!r}")
        with typed(host, f"gatewayd --secret-key-file {file}", home) as daemon:
            wait_listed(host, "127.0.0.1:1236", key=key)
            if "warning" in daemon.log:
                raise AssertionError(daemon.log)
        for ini in with_a_key():
            # Another key may end as those of base64 do.
            for used in (key, "bm90IGhleA=="):
                said = run_php([], home, "echo GatewayClient\\Gateway::"
                               "$secretKey;", ini.replace(KEY_IN_INI, used))
                expect(said, used, f"PHP's key by {ini}")


@claims(PAGE, "php both")
def two_keys_side_by_side(block):
    beside = "gatewayd --listen websocket://0.0.0.0:7273 --start-port 2901 " \
        "--register-listen 127.0.0.1:1237 --register-address 127.0.0.1:1237"
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), \
            typed(host, beside, home,
                  env={"GATEWAYD_SECRET_KEY": "the new key"}):
        wait_listed(host, "127.0.0.1:1237", key="the new key")
        with browser(host) as old, browser(host, 7273) as new:
            join = "use GatewayClient\\Gateway; Gateway::$registerAddress = " \
                "$register; Gateway::$secretKey = $key; " \
                "Gateway::joinGroup($id, 'lobby'); Gateway::flush();"
            for page, register, key in ((old, "127.0.0.1:1236", ""),
                                        (new, "127.0.0.1:1237",
                                         "the new key")):
                run_php(host.prefix, home, join, variables={
                    "id": page.client_id, "register": register, "key": key})
            said = run_php(host.prefix, home, block.text,
                           variables={"message": "to both"})
            expect(said, "", "PHP")
            old.expect_text("to both")
            new.expect_text("to both")


# ---- pages ------------------------------------------------------------------

@claims(PAGE, "conf origins")
def pages_of_others_are_refused(block):
    with machines(1) as [host], folder() as home:
        (home / "origins.conf").write_text(block.text)
        with gatewayd(host, "gatewayd --config origins.conf", home):
            for origin in ("https://example.com", "https://a.example.com"):
                with browser(host, headers=[f"Origin: {origin}"]):
                    pass
            for origin in ("https://example.org", "https://evil-example.com",
                           "http://example.com", "null"):
                with browser(host, headers=[f"Origin: {origin}"],
                             greeting=False) as page:
                    expect(page.response[:12], b"HTTP/1.1 403", origin)


class Visitor:
    """A browser's requests to `php -S`, with its own session."""

    def __init__(self, host, name):
        self.host, self.name, self.cookie, self.token = host, name, "", ""
        self.token = self.ask("GET", f"/login.php?name={name}")[1]["token"]

    def ask(self, method, path, body=None, token=None):
        body = "" if body is None else json.dumps(body)
        lines = [f"{method} {path} HTTP/1.0", "Host: docs",
                 f"Cookie: {self.cookie}", "Content-Type: application/json",
                 f"X-CSRF-Token: {self.token if token is None else token}",
                 f"Content-Length: {len(body)}", "", body]
        with hosts.inside(self.host.namespace):
            peer = socket.create_connection(("127.0.0.1", 8000), 10)
        with peer:
            peer.sendall("\r\n".join(lines).encode())
            answer = b""
            while chunk := peer.recv(65536):
                answer += chunk
        head, _, text = answer.decode().partition("\r\n\r\n")
        found = re.search(r"(?im)^set-cookie: ([^;\r]+)", head)
        self.cookie = found[1] if found else self.cookie
        if not text.startswith("{"):
            raise AssertionError(f"{method} {path}: {answer.decode()}")
        return int(head.split(" ")[1]), json.loads(text)

    def bind(self, body, **more):
        return self.ask("POST", "/bind.php", body, **more)[0]


@contextlib.contextmanager
def application(host, home, bind):
    plain = {block.info: block.text for block in read(PLAIN)[0]}
    (home / "public").mkdir()
    (home / "app.php").write_text(plain["php app.php"])
    (home / "public/bind.php").write_text(bind)
    (home / "public/login.php").write_text(LOGIN)
    (home / "sessions").mkdir()
    server = f"{CLIENT_PHP} -n -d extension={PREFIX}/ext/gatewayclient.so " \
        f"-d extension=session.so -d session.save_path={home}/sessions " \
        "-S 127.0.0.1:8000 -t public"
    loaded = run([CLIENT_PHP, "-n", "-m"])
    if "session" in loaded:
        server = server.replace("-d extension=session.so ", "")
    with typed(host, server, home, "started", php_environment()):
        yield


def refuse_a_stranger(host, visitor):
    """A client_id that names somebody else's port leads nobody there."""
    with hosts.inside(host.namespace):
        stranger = socket.create_server(("127.0.0.1", 0))
    with stranger:
        port = stranger.getsockname()[1]
        expect(visitor.bind({"client_id": f"7f000001{port:04x}00000001"}),
               409, "a stranger's client_id")
        stranger.settimeout(0)  # whoever came is in its queue by now
        with contextlib.suppress(BlockingIOError):
            stranger.accept()
            raise AssertionError("it was believed, and the key shown there")


@claims(PAGE, "php public/bind.php")
def nobody_binds_somebody_elses_page(bind):
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), \
            application(host, home, bind.text), \
            browser(host) as page:
        alice, mallory = Visitor(host, "alice"), Visitor(host, "mallory")
        mine = {"client_id": page.client_id}
        expect(alice.bind(mine, token="guessed"), 403, "another token")
        expect(alice.bind({"client_id": page.client_id[:12] + "0" * 8}), 409,
               "no such page")
        refuse_a_stranger(host, alice)
        expect(alice.bind(mine), 200, "her own page")
        expect(mallory.bind(mine), 403, "somebody else's page")
        expect(alice.bind(mine), 200, "her own page again")
        with browser(host) as other:
            expect(mallory.bind({"client_id": other.client_id,
                                 "uid": "alice"}), 200, "his own page")
            said = run_php(host.prefix, home, """
                use GatewayClient\\Gateway;
                Gateway::sendToUid('alice', 'for alice');
                echo Gateway::getUidByClientId($id);
                """, variables={"id": other.client_id})
            expect(said, "mallory", "a uid from the request")
            page.expect_text("for alice")


@claims(PAGE, "php events", "php proof")
def a_guessed_client_id_is_not_enough(events, proof):
    if not REFERENCE:
        raise Skip(WHY_NO_REFERENCE)
    with machines(1) as [host], folder() as home:
        (home / "events.php").write_text(php_file(events.text))
        (home / "state").mkdir()
        start = f"{CLIENT_PHP} {ROOT}/tests/reference/cluster.php " \
            f"--autoload {REFERENCE} --state {home}/state " \
            "--register 127.0.0.1:1236 --gateway 7272:2900 --workers 1 " \
            f"--worker-events {home}/events.php"
        with typed(host, f"exec {start}", home, ready=""):
            wait_listed(host, "127.0.0.1:1236")
            with greeted(host) as (page, init):
                check = "use GatewayClient\\Gateway; function answer($data, " \
                    "$status) { echo $status; exit; } $in = (array) $in;" \
                    + proof.text + "echo 'bound';"

                def tried(secret):
                    return run_php(host.prefix, home, check, variables={
                        "client_id": init["client_id"],
                        "in": {"secret": secret}})

                wait_until(lambda: tried(init["secret"]) == "bound",
                           "the right secret is taken")
                expect(tried("0" * 32), "403", "a wrong secret")
                expect(tried(""), "403", "no secret")
                del page


@contextlib.contextmanager
def greeted(host):
    """A page, and the `init` that its BusinessWorker sends."""
    found = {}

    def come():
        with contextlib.suppress(OSError, TypeError):
            found["page"] = page = open_page.enter_context(
                browser(host, greeting=False))
            found["init"] = json.loads(page.read_frame()[1])
        return "init" in found

    with contextlib.ExitStack() as open_page:
        wait_until(come, "a greeting")
        yield found["page"], found["init"]


@claims(PAGE, "js show")
def markup_stays_text(block):
    node = shutil.which("node")
    if not node:
        raise Skip("node is missing")
    text = "<img src=x onerror=alert(1)>"
    around = "const shown = [], socket = {}, list = {append: (line) => " \
        "shown.push(line)}, document = {createElement: (name) => ({name})};" \
        + block.text + "socket.onmessage({data: JSON.stringify({text: " \
        f"{json.dumps(text)}}})}}); console.log(JSON.stringify(shown));"
    expect(json.loads(run([node, "-e", around])),
           [{"name": "li", "textContent": text}], "what is shown")


@claims(PAGE, "conf limits")
def the_limits_are_allowed(block):
    with machines(1) as [host], folder() as home:
        (home / "limits.conf").write_text(block.text)
        with gatewayd(host, "gatewayd --config limits.conf", home), \
                browser(host) as page:
            page.send(1, b"x" * 70000)
            expect(page.read_frame(), (8, b"\x03\xf1"), "a close, 1009")
