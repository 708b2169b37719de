"""docs/gatewayd.md."""

import contextlib
import shutil

from claims import Skip, claims
from harness.process import ROOT
from harness.tls import Certificate, Tls
from place import (browser, expect_one_cluster, folder, machines, run_shell,
                   typed, with_files)

PAGE = "docs/gatewayd.md"
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
    server {{
        listen 80;
        {location}
    }}
}}
"""


@claims(PAGE, "sh alone")
def one_machine(block):
    with machines(1) as [host], folder() as home, \
            typed(host, block.text, home), browser(host):
        pass  # it was greeted


@claims(PAGE, "sh file")
def one_machine_with_a_file(block):
    """The sample file; of the two commands the second one ends by itself."""
    start, check = block.text.splitlines()
    with machines(1) as [host], folder() as home:
        with_files(block.text, home)
        shutil.copy(ROOT / "gatewayd/gatewayd.conf", home / "etc/gatewayd")
        run_shell(check, home)
        with typed(host, start, home), browser(host):
            pass


@claims(PAGE, "conf first-host", "conf second-host")
def a_cluster(first, second):
    with machines(2) as both, folder() as home, \
            contextlib.ExitStack() as stack:
        for host, block in zip(both, (first, second)):
            (home / f"{host.address}.conf").write_text(
                with_files(block.text, home))
            stack.enter_context(typed(
                host, f"gatewayd --config {host.address}.conf", home))
        expect_one_cluster(both, home)


@claims(PAGE, "conf tls")
def certificates_by_name(block):
    with machines(1) as [host], folder() as home:
        (home / "tls.conf").write_text(with_files(block.text, home))
        # Each of the files is of the name that it is used for.
        made = {name: Certificate(home, name, name)
                for name in ("example.com", "chat.example.org")}
        for name, place in (("example.com", "example.com"),
                            ("chat.example.org", "chat")):
            files = home / "etc/ssl" / place
            made[name].copy_to(files / "fullchain.pem", files / "privkey.pem")
        with typed(host, "gatewayd --config tls.conf", home):
            for name, certificate in made.items():
                with browser(host, 443, tls=Tls(name)) as page:
                    served = page.socket.getpeercert(binary_form=True)
                if served != certificate.der:
                    raise AssertionError(f"{name} got another certificate")


@claims(PAGE, "conf proxy", "nginx")
def behind_nginx(conf, location):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if not nginx:
        raise Skip("nginx is missing")
    with machines(1) as [host], folder() as home:
        (home / "proxy.conf").write_text(conf.text)
        (home / "nginx.conf").write_text(NGINX.format(
            home=home, location=location.text))
        with typed(host, "gatewayd --config proxy.conf", home), \
                typed(host, f"{nginx} -e stderr -c {home}/nginx.conf", home,
                      ready="start worker process "), \
                browser(host, 80, path="/ws"):
            pass

