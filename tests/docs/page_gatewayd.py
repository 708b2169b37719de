"""docs/gatewayd.md."""

import shutil

from claims import claims
from harness.process import ROOT
from harness.tls import Certificate, Tls
from place import browser, folder, machines, run_shell, typed, with_files

PAGE = "docs/gatewayd.md"


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
