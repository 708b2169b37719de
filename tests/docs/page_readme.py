"""README.md."""

import http.client
import os
import re

from blocks import read
from claims import claims
from harness import hosts
from harness.php import extension_environment
from harness.process import ROOT, Process, fixed_ports, wait_until
from in_chromium import give_php, page_in_chromium, web_server
from place import (browser, folder, gatewayd, machines, run_php,
                   run_shell)

PAGE = "README.md"
BUILD_LIMIT = 900  # seconds in which the demo runs: it may have to build first
LINK = re.compile(r"<(http://127\.0\.0\.1:\d+/\S*)>")


@claims(PAGE, "sh start")
def the_commands_exist(block):
    """Other stages run them: browser and browser_tls the demo."""
    stages = (ROOT / "scripts/lib/stages.sh").read_text()
    for line in block.text.splitlines():
        command = line.split()[0]
        if not os.access(ROOT / command, os.X_OK):
            raise AssertionError(f"{command} is no program")
        if command != "scripts/test" and f'"$ROOT/{command}"' not in stages:
            raise AssertionError(f"no stage runs {command}")


LOCALES = [  # what decides, and the words for a page's port, the end
    ({"LANG": "C.UTF-8"}, "web server", "stopped"),
    ({"LANG": "zh_CN.UTF-8"}, "Web 服务器", "已停止"),
    ({"LC_MESSAGES": "zh_TW.utf8", "LANG": "C"}, "Web 服务器", "已停止"),
    ({"LANG": "zh_CN"}, "web server", "stopped"),  # GB2312
    ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "web server", "stopped"),
]


def demo(command, locale):
    """In a folder of its own: another demo of these sources may run. It opens
    its ports only after a while."""
    names = ("DEMO_HTTP_PORT", "DEMO_WS_PORT", "DEMO_REGISTER_PORT",
             "DEMO_INNER_PORT")
    env = {"LC_ALL": "", "LC_MESSAGES": "", **locale,
           **dict(zip(names, map(str, fixed_ports(len(names)))))}
    process = Process([ROOT / command], "demo", env)
    process.env["DEMO_FOLDER"] = str(process.folder / "demo")
    return process, env["DEMO_HTTP_PORT"]


@claims(PAGE, "sh start", slow=True)
def the_demo_speaks_the_readers_language(block):
    command = block.text.split()[0]
    for locale, served, stopped in LOCALES:
        process, port = demo(command, locale)
        process.start()
        try:
            def running():
                process.expect_running()
                return f"\n  {served} " in process.log

            wait_until(running, lambda: f"{served!r} in: {process.log}",
                       timeout=BUILD_LIMIT)
            if f"http://127.0.0.1:{port}/" not in process.log:
                raise AssertionError(f"no address in: {process.log}")
            process.stop()
            if process.log.split()[-1] != stopped:
                raise AssertionError(f"no {stopped!r} at the end of: "
                                     f"{process.log}")
        finally:
            process.discard()


def texts_of(php):
    """What a block pushes, in order."""
    found = re.findall(r"""['"]text['"](?: => '|:")(.*?)['"]""", php)
    if not found:
        raise AssertionError(f"nothing is pushed: {php}")
    return found


class Visitor:
    """A browser without a page, on that host."""

    def __init__(self, host):
        self.host = host
        self.headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def ask(self, method, path, body=None):
        with hosts.inside(self.host.namespace):
            connection = http.client.HTTPConnection("127.0.0.1", 8080,
                                                    timeout=20)
            connection.request(method, path, body, self.headers)
            return connection.getresponse()

    def sign_in(self, path):
        cookie = self.ask("GET", path).getheader("Set-Cookie")
        self.headers["Cookie"] = cookie.split(";")[0]
        return self

    def expect(self, status, body):
        seen = self.ask("POST", "/bind.php", body).status
        if seen != status:
            raise AssertionError(f"{body!r}: {seen}, not {status}")


def binds_only_what_is_its_own(host, home, index):
    """What strangers post: without a session, with one that is another user's,
    and with one of theirs."""
    mine = "$_SESSION['user_id'] = 7;"
    if mine not in index:
        raise AssertionError(index)
    (home / "other.php").write_text(
        index.replace(mine, "$_SESSION['user_id'] = 8;"), encoding="utf-8")
    owner = Visitor(host).sign_in("/")
    other = Visitor(host).sign_in("/other.php")
    with browser(host) as page:
        its_id = f"client_id={page.client_id}"
        Visitor(host).expect(401, its_id)
        for made_up in ("", "client_id=", "client_id=7", "client_id[]=7",
                        f"client_id[]={page.client_id}", f"{its_id}%0A",
                        "client_id=7f0000010b5400000000",  # nobody's
                        "client_id=0a0000090b5400000001"):  # no gateway's
            owner.expect(403, made_up)
        owner.expect(200, its_id)
        owner.expect(200, its_id)  # once more does no harm
        other.expect(403, its_id)


@claims(PAGE, "ini drop-in", "sh drop-in", "php drop-in", "php index.php",
        "js page.js", "php bind.php", "php push.php", "sh serve", "sh push")
def from_the_page_to_the_push(ini, start, drop_in, index, script, bind, push,
                              serve, commands):
    """With no option anywhere, in a browser: the page binds itself, and shows
    what is pushed to its user, its group and everyone."""
    gateway, web = serve.text.splitlines()
    if start.text.split()[0] != gateway:
        raise AssertionError(f"{gateway!r} is not {start.text!r}")
    url = LINK.search((ROOT / PAGE).read_text(encoding="utf-8"))[1]
    with machines(1) as [host], folder() as home:
        for block in (index, script, bind, push):
            (home / block.info.split()[1]).write_text(block.text,
                                                      encoding="utf-8")
        give_php(home, ini.text)
        with gatewayd(host, start.text, home), \
                web_server(host, web, home) as server, \
                page_in_chromium(host, url) as page:
            page.wait_for("POST /bind.php: 200")
            binds_only_what_is_its_own(host, home, index.text)
            said = run_shell(commands.text, home, {
                **extension_environment(), "GWCTL_CONFIG": "/dev/null"},
                             prefix=host.prefix)
            said += run_php(host.prefix, home, drop_in.text, ini.text)
            if "PHP" in said:
                raise AssertionError(f"it said {said}")
            plain = re.search(r"send-to-uid \S+ '(.*)'", commands.text)[1]
            for text in [*texts_of(push.text), plain, *texts_of(drop_in.text)]:
                page.wait_for(f"shown: {text}")
            page.expect_no_fault(server)


@claims(PAGE, "sh packages")
def the_packages(block):
    """Type what docs/install/debian.md says, which tests/packages does."""
    typed_there = "\n".join(
        other.text for other in read("docs/install/debian.md")[0])
    *build, install = block.text.splitlines()
    for line in build:
        if f"\n{line}\n" not in f"\n{typed_there}\n":
            raise AssertionError(f"{line!r} is not on debian.md")
    if install != "apt-get install -y ../*.deb":
        raise AssertionError(install)
