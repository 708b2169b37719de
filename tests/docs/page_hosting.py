"""docs/hosting.md."""

import contextlib
import http.client
import os
import re

from claims import Skip, claims
from harness import hosts
from harness.cluster import CLIENT_PHP, REFERENCE, WHY_NO_REFERENCE
from harness.fpm import Fpm, find_fpm
from harness.php import EXTENSION, php_environment as with_extension
from harness.process import ROOT, wait_until
from place import (browser, expect_settings, folder, gatewayd, machines, run,
                   run_php, typed, with_files)
from servers import APACHE, MODULES, find_apache

PAGE = "docs/hosting.md"
SHOWS = "<?php echo GatewayClient\\Gateway::$registerAddress;"
REGISTER = r"gatewayclient\.register_address\S*\s+(?:= )?([\d.:]+)"


def ask(host, port, path="/"):
    """Status and body of the answer; None while nobody listens."""
    with hosts.inside(host.namespace):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode(errors="replace")
        except ConnectionRefusedError:
            return None
        finally:
            connection.close()
    return answer.status, body


def get(host, port, path="/"):
    """The body of a good answer; None while nobody listens."""
    answer = ask(host, port, path)
    if answer is not None and answer[0] != 200:
        raise AssertionError(f"{path}: {answer[0]} {answer[1][:1000]}")
    return answer and answer[1]


@claims(PAGE, "ini fpm-pools")
def pools_of_php_fpm(block):
    """The file is good, and each pool has its own Register."""
    fpm = find_fpm()
    if not fpm:
        raise Skip("php-fpm is missing")
    if expect_settings(block.text) != 4:
        raise AssertionError("not two settings for each of two pools")
    with folder() as home:
        (home / "fpm.conf").write_text(
            f"[global]\nerror_log = {home}/log\n"
            + with_files(block.text, home))
        run([fpm, "-t", "-R", "-y", home / "fpm.conf", "-d",
             f"extension={EXTENSION}"])
        (home / "page.php").write_text(SHOWS)
        (home / "page.php").chmod(0o644)
        # Where they listen, and how many they are, is the test's.
        found = re.findall(r"^\[(\w+)\]\n((?:[^\[\n].*\n|\n)+)", block.text,
                           re.MULTILINE)
        pools = {name: re.sub(r"^(listen|pm\b).*\n", "", lines,
                              flags=re.MULTILINE) for name, lines in found}
        with contextlib.closing(Fpm(pools=pools)) as running:
            for name, lines in pools.items():
                want = re.search(REGISTER, lines)[1]
                reply = running.ask(home / "page.php", pool=name)
                if (reply.body, reply.errors) != (want, ""):
                    raise AssertionError(f"{name}: {reply}, not {want}")


@claims(PAGE, "apache virtual-hosts")
def virtual_hosts_of_apache(block):
    """Each has its own Register, in one child."""
    server, module, why = find_apache()
    if why:
        raise Skip(why)
    if expect_settings(block.text) != 4:
        raise AssertionError("not two settings for each of two hosts")
    with machines(1) as [host], folder() as home:
        text = with_files(block.text, home)
        ports = re.findall(r"<VirtualHost \*:(\d+)>", text)
        roots = re.findall(r"DocumentRoot (\S+)", text)
        for root in roots:
            (home / root / "index.php").write_text(SHOWS)
        (home / "php.ini").write_text(f"extension={EXTENSION}\n")
        (home / "apache2.conf").write_text(APACHE.format(
            folder=home, app=home, modules=MODULES, php_module=module,
            children=1, user="User www-data\nGroup www-data")
            + "".join(f"Listen 127.0.0.1:{port}\n" for port in ports) + text)
        with typed(host, f"{server} -f {home}/apache2.conf -DFOREGROUND", home,
                   ready="resuming normal operations"):
            for port, want in zip(ports, re.findall(REGISTER, text)):
                said = get(host, int(port), "/index.php")
                if said != want:
                    raise AssertionError(f"{port}: {said}, not {want}")


@claims(PAGE, "sh cli-server")
def the_server_of_php(block):
    with machines(1) as [host], folder() as home:
        (home / "public").mkdir()
        (home / "public/index.php").write_text("<?php echo 'it works';")
        with typed(host, block.text, home, ready="started"):
            said = wait_until(lambda: get(host, 8000), "an answer")
    if said != "it works":
        raise AssertionError(f"it said {said}")


@claims(PAGE, "php clusters")
def a_class_for_each_cluster(block):
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), \
            gatewayd(host, "gatewayd --listen websocket://127.0.0.1:7282 "
                     "--register-listen 127.0.0.1:1246 "
                     "--register-address 127.0.0.1:1246 --start-port 2910",
                     home, "127.0.0.1:1246"), \
            browser(host) as shop, browser(host, 7282) as chat:
        said = run_php(host.prefix, home, block.text)
        if said:
            raise AssertionError(f"it said {said}")
        shop.expect_text("to the shop")
        chat.expect_text("to the chat")


@claims(PAGE, "php workerman")
def a_workerman_application(block):
    if REFERENCE is None:
        raise Skip(WHY_NO_REFERENCE)
    push = "/?uid=alice&text=hi"
    with machines(1) as [host], folder() as home:
        (home / "vendor").mkdir()
        (home / "vendor/autoload.php").write_text(
            f"<?php require {str(REFERENCE)!r};")
        (home / "push.php").write_text(block.text)
        with typed(host, f"{CLIENT_PHP} -d extension={EXTENSION} push.php "
                   "start", home, ready="Start success",
                   env=with_extension(True)):
            early = wait_until(lambda: ask(host, 8080, push), "an answer")
            with gatewayd(host, "gatewayd", home), browser(host) as page:
                run_php(host.prefix, home, """
                    GatewayClient\\Gateway::bindUid($id, 'alice');
                    GatewayClient\\Gateway::flush();""",
                        variables={"id": page.client_id})
                said = get(host, 8080, push)
                page.expect_text("hi")
    if early != (503, "not sent"):
        raise AssertionError(f"without gatewayd it said {early}")
    if said != "sent":
        raise AssertionError(f"it said {said}")


@claims(PAGE, "sh measure")
def the_measuring_commands(block):
    """Stage life runs it; the options are those that it knows."""
    for line in block.text.splitlines():
        command, *words = line.split()
        told = run([ROOT / command, "--help"])
        for word in words:
            if word.startswith("-") and word not in told:
                raise AssertionError(f"{command} knows no {word}")
    if not os.access(ROOT / "tests/life/run", os.X_OK):
        raise AssertionError("tests/life/run is no program")
