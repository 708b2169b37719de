"""docs/deployment.md: one machine, what is in front of it, and its system."""

import contextlib
import re
import shutil
import subprocess
import time
from pathlib import Path

from claims import claims
from deployed import Nginx, program, reach
from harness.process import PREFIX, ROOT, wait_until
from harness.tls import Certificate, Tls
from place import (browser, environment, expect_settings, folder, machines,
                   run, run_php, run_shell, typed, wait_listed, with_files)

PAGE = "docs/deployment.md"
PING = b"\x89\x00"
PONG = 10  # its opcode


@contextlib.contextmanager
def configured(host, home, text, name="gatewayd", env=None):
    """gatewayd on that host with this file."""
    (home / f"{name}.conf").write_text(with_files(text, home))
    with typed(host, f"exec gatewayd --config {name}.conf", home,
               env=env) as process:
        yield process


@claims(PAGE, "conf one-machine", "ini one-machine", "sh one-machine")
def one_machine(conf, ini, shell):
    *start, curl, gwctl = shell.text.splitlines(keepends=True)
    # A gatewayd that runs already has to read the file, too.
    if start != ["systemctl enable gatewayd\n",
                 "systemctl restart gatewayd\n"]:
        raise AssertionError(start)
    if expect_settings(ini.text) != 1:
        raise AssertionError("not one setting")
    with machines(1) as [host], folder() as home, \
            configured(host, home, conf.text):
        wait_listed(host, "127.0.0.1:1236")
        said = run([*host.prefix, "bash", "-ec", curl + gwctl],
                   env={**environment(home), "GWCTL_CONFIG": "/dev/null",
                        "HOME": str(home)})
        if "ok\n" not in said or "127.0.0.1:2900" not in said:
            raise AssertionError(said)
        with browser(host, headers=["Origin: https://example.com"]) as page:
            run_php(host.prefix, home, """
                GatewayClient\\Gateway::sendToAll('hello');""", ini.text)
            page.expect_text("hello")
        with browser(host, headers=["Origin: https://evil.example"],
                     greeting=False) as page:
            if b" 403 " not in page.response:
                raise AssertionError(page.response)


def visitor(host, **options):
    return browser(host, 443, path="/ws", tls=Tls("example.com"), **options)


@claims(PAGE, "nginx wss", slow=True)
def nginx_and_wss(block):
    """What it says of addresses and of time-outs: those are shortened."""
    conf = re.search(r"```conf one-machine\n(.*?)```",
                     (ROOT / PAGE).read_text(encoding="utf-8"), re.DOTALL)[1]
    if "trusted_proxies = 127.0.0.1\n" not in conf or \
            "proxy_read_timeout 90s" not in block.text:
        raise AssertionError("that is not what is tried here")
    # A sixth of both: no stall of 4 s makes a ping or a pong late.
    short = block.text.replace("90s", "15s")
    conf += "max_connections_per_ip = 1\n"
    with machines(1) as [host], folder() as home:
        with configured(host, home, conf.replace("= 30", "= 5")), \
                Nginx(host, home, short), \
                visitor(host, source="127.0.0.2") as one, \
                visitor(host, source="127.0.0.3"):
            refused(host, "127.0.0.2")
            begun = time.monotonic()
            while time.monotonic() < begun + 17:  # longer than the time-out
                one.expect(PING, 60)
                one.send(PONG, b"")
        with configured(host, home, conf.replace("= 30", "= 0")
                        .replace("trusted_proxies", ";"), "silent"), \
                Nginx(host, home, block.text.replace("90s", "8s")), \
                visitor(host, source="127.0.0.2") as one:
            refused(host, "127.0.0.3")
            one.expect_eof(60)


def refused(host, source):
    with visitor(host, source=source, greeting=False) as page:
        if b" 101 " in page.response.split(b"\r\n")[0]:
            raise AssertionError(f"{source} is one too many: {page.response}")


@claims(PAGE, "conf tls", "sh certbot-hook")
def tls_and_a_renewed_certificate(conf, hook):
    with machines(1) as [host], folder() as home:
        tools = home / "tools"
        environment(home)
        (tools / "systemctl").write_text(
            "#!/bin/sh\n[ \"$*\" = 'reload gatewayd' ]\n"
            "[ -z \"$GATEWAYD\" ] || kill -HUP $GATEWAYD\n")
        (tools / "systemctl").chmod(0o755)
        script = with_files(hook.text, home).replace("-g gatewayd", "-g root")
        (home / "hook").write_text(script)
        (home / "hook").chmod(0o755)

        def renewed(pid="", name="example.com"):
            lineage = home / "live" / name
            lineage.mkdir(parents=True, exist_ok=True)
            made = Certificate(home, "example", name)
            made.copy_to(lineage / "fullchain.pem", lineage / "privkey.pem")
            run([home / "hook"], env={
                **environment(home), "RENEWED_LINEAGE": str(lineage),
                "GATEWAYD": str(pid)})
            return made.der

        served = renewed()
        expect_untouched(home / "etc/gatewayd/tls",
                         lambda: renewed(name="other.example.com"))
        with configured(host, home, conf.text) as process:
            with tls_page(host) as old:
                expect_certificate(old, served)
                served = renewed(process.pid)
                wait_until(lambda: "reload" in process.log, "the reload")
                with tls_page(host) as new:
                    expect_certificate(new, served)
                run_php(host.prefix, home, """
                    GatewayClient\\Gateway::sendToAll('still here');""")
                old.expect_text("still here")


def expect_untouched(place, call):
    """All files there have the bytes that they had."""
    def contents():
        return {file: file.read_bytes() for file in place.iterdir()}

    before = contents()
    call()
    if contents() != before:
        raise AssertionError("the hook took the certificate of another name")


def tls_page(host):
    return browser(host, 443, tls=Tls("example.com"))


def expect_certificate(page, der):
    if page.socket.getpeercert(binary_form=True) != der:
        raise AssertionError("that is another certificate")


@claims(PAGE, "conf haproxy", "haproxy proxy-protocol")
def behind_haproxy(conf, block):
    tool = program("haproxy")
    with machines(1) as [host], folder() as home:
        text = with_files(block.text, home)
        made = Certificate(home, "example", "example.com")
        pem = home / "etc/haproxy/example.com.pem"
        pem.write_text(made.certificate.read_text() + made.key.read_text())
        (home / "haproxy.cfg").write_text(text)
        run([tool, "-c", "-f", home / "haproxy.cfg"])
        # One gateway behind both servers, so that it sees every page.
        host.ip("addr", "add", "10.0.0.2/24", "dev", "eth0")
        with configured(host, home, conf.text + "max_connections_per_ip = 1\n"
                        "listen = websocket://10.0.0.2:7273 proxy_protocol"), \
                typed(host, f"exec {tool} -f haproxy.cfg -V", home,
                      ready="polling mechanism"):
            wait_until(lambda: reach(host, "127.0.0.1:443") == 0, "HAProxy")
            with haproxy_page(host, "127.0.0.2"), \
                    haproxy_page(host, "127.0.0.3"):
                try:
                    with haproxy_page(host, "127.0.0.2"):
                        raise AssertionError("127.0.0.2 is one too many")
                except OSError:
                    pass  # closed instead of a greeting


def haproxy_page(host, source):
    return browser(host, 443, tls=Tls("example.com"), source=source)


@claims(PAGE, "systemd override")
def the_unit_with_an_override(block):
    tool = program("systemd-analyze")
    with folder() as home:
        text = (ROOT / "gatewayd/gatewayd.service.in").read_text()
        text = text.replace("@SBINDIR@/gatewayd", f"{PREFIX}/bin/gatewayd")
        (home / "gatewayd.service").write_text(
            text.replace("@SERVICE_USER@", "DynamicUser=yes"))
        beside = home / "gatewayd.service.d"
        beside.mkdir()

        def complaints(lines):
            (beside / "override.conf").write_text(lines)
            done = subprocess.run(
                [tool, "verify", "--man=no", home / "gatewayd.service"],
                capture_output=True, text=True, timeout=60, check=False)
            return [line for line in done.stderr.splitlines()
                    if "gatewayd" in line or "override" in line]

        found = complaints(block.text)
        if found:
            raise AssertionError("\n".join(found))
        if not complaints(block.text + "LimitNOFILES=1\n"):
            raise AssertionError("systemd-analyze does not read it")


@claims(PAGE, "sysctl kernel")
def kernel_settings(block):
    """All are known; a network of its own takes those that it has."""
    settings = dict(re.findall(r"^([\w.]+) = (.+)$", block.text, re.MULTILINE))
    if len(settings) != 6:
        raise AssertionError(settings)
    with machines(1) as [host], folder() as home:
        for name, value in settings.items():
            path = Path("/proc/sys", name.replace(".", "/"))
            if not path.exists():
                if "nf_conntrack" in name:
                    continue  # nothing counts connections here
                raise AssertionError(f"there is no {name}")
            if name.startswith("net.") and "conntrack" not in name:
                run([*host.prefix, "sysctl", "-qw", f"{name}={value}"])
                said = run([*host.prefix, "sysctl", "-n", name])
                if said.split() != value.split():
                    raise AssertionError(f"{name}: {said}")


@claims(PAGE, "sh upgrade")
def an_upgrade(block):
    """All but the installation, which is tests/packages'."""
    save, install, check = block.text.splitlines()
    if not install.startswith("apt-get install -y ./gatewayd_"):
        raise AssertionError(install)
    with folder() as home:
        with_files(check, home)
        shutil.copy(ROOT / "gatewayd/gatewayd.conf", home / "etc/gatewayd")
        run_shell(save.replace("/root", str(home)), home)
        run_shell(check, home)
        if not (home / "gatewayd-before/gatewayd.conf").is_file():
            raise AssertionError("nothing was saved")
        # What an older program would say.
        with (home / "etc/gatewayd/gatewayd.conf").open("a") as conf:
            conf.write("\nan_option_of_later = 1\n")
        try:
            run_shell(check, home)
        except AssertionError:
            return
        raise AssertionError("an unknown option passes")
