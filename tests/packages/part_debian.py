"""docs/install/debian.md: the packages are built on one clean machine, then
installed, used, upgraded and removed on others, without and with systemd."""

import os
import re
import shutil

import booted
from chroots import Chroot, installed
from debs import (CHECKOUT, PACKAGES, Machine, fresh_tree, lint, older,
                  prepared)
from network import Network, Service, wait_until
from pages import Page, expect_all_taken
from php import expect_info, expect_not_loaded
from place import ROOT, WORK

CONFIG = "/etc/gatewayd/gatewayd.conf"
PHP = ("apt-get update && "
       "apt-get install -y --no-install-recommends php-cli")
# What belongs to us, wherever it lies; /root holds what the tests brought.
OURS = r"""find / -xdev \( -path /proc -o -path /root -o -path /usr/src \
    -o -path /var/cache/apt \) -prune -o \
    \( -name '*gwctl*' -o -name '*gatewayd*' -o -name '*gwclient*' -o -name '*gatewayclient*' \) \
    -print"""


def build(report, base, page, sources):
    """The folder with the packages."""
    tree = fresh_tree(sources, "debian")
    tools, command = page.take("Build the packages")
    debs = WORK / "debs"
    shutil.rmtree(debs, ignore_errors=True)
    debs.mkdir(parents=True)
    machine = prepared(base, tree, tools, "debian/control")
    with Machine(machine, tree) as chroot:
        with report.check("the packages are built as the page says"):
            chroot.run(command, cwd=CHECKOUT, env={
                "DEB_BUILD_OPTIONS": "nocheck noautodbgsym "
                                     f"parallel={os.cpu_count()}"})
            for file in chroot.path("/usr/src").glob("*_*"):
                shutil.copy2(file, debs)
            names = sorted(file.name.split("_")[0]
                           for file in debs.glob("*.deb"))
            assert names == sorted(PACKAGES), names
        with report.check("examples/c build against libgwclient-dev"):
            develop(chroot, page)
        with report.check("README installs all that is beside the checkout"):
            readme = (ROOT / "README.md").read_text(encoding="utf-8")
            chroot.run(re.search(r"^apt-get install -y \.\./.*$", readme,
                                 re.MULTILINE)[0], cwd=CHECKOUT)
            chroot.run("gatewayd --version && gwctl --version && "
                       "php --ri gatewayclient")
    with report.check("lintian has no errors"):
        lint(base, debs)
    return debs


def develop(chroot, page):
    """Where the packages were built there is a compiler, but no libgwclient:
    it is installed, and a page gets what an example pushes."""
    chroot.run("test ! -e /usr/include/gwclient")
    for command in page.take("Programs in C"):
        chroot.run(command, cwd="/usr/src")
    with Network() as network, network.gatewayd():
        network.push("from C", chroot.command(
            ["./gwclient-examples/push", "all", "from C"], cwd="/usr/src",
            network=network))


def unit_of(chroot):
    """What a unit's settings say; the last of each name counts."""
    text = chroot.path("/lib/systemd/system/gatewayd.service").read_text()
    return dict(line.split("=", 1) for line in text.splitlines()
                if "=" in line and not line.startswith("#"))


def expect_user(machine):
    line = machine.run("getent passwd gatewayd").strip().split(":")
    assert line[5:] == ["/nonexistent", "/usr/sbin/nologin"], line
    assert int(line[2]) < 1000, "not a system user"
    assert machine.run("stat -c %U:%G:%a /etc/gatewayd").strip() == \
        "root:gatewayd:750"


def expect_nothing_left(machine):
    left = machine.run(OURS).strip()
    assert not left, f"left behind:\n{left}"
    # Debian's custom: the user stays.
    machine.run("getent passwd gatewayd")


def without_systemd(report, page, debs, php):
    """In a chroot nothing is started, and everything can be used."""
    with Chroot(php) as chroot, Network() as network:
        chroot.bind(debs, "root/packages")
        with report.check("install, without systemd"):
            for command in page.take("Install"):
                chroot.run(command, cwd="/root/packages")
            expect_user(chroot)
        with report.check("the packaged configuration is good"):
            for command in page.take("Configure"):
                chroot.run(command)
        with report.check("gatewayd runs as its unit says, PHP and gwctl push"):
            unit = unit_of(chroot)
            assert unit["User"] == "gatewayd", unit
            with Service(chroot.command(unit["ExecStart"].split(),
                                        network=network,
                                        user="gatewayd:gatewayd"),
                         network, [7272]) as process:
                expect_owner(chroot, process.pid)
                network.php_pushes(chroot, "from the package")
                network.push("by the command line", chroot.command(
                    ["gwctl", "send-to-all", "by the command line"],
                    network=network))
        with report.check("php --ri shows version, settings and pool"):
            expect_info(chroot)
        with report.check("purge, without systemd"):
            for command in page.take("Remove"):
                chroot.run(command)
            expect_nothing_left(chroot)


def expect_owner(chroot, pid):
    """The process runs under the package's user, with all its ids."""
    wanted = chroot.run("id -u gatewayd").strip()
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        ids = next(line for line in status if line.startswith("Uid:"))
    assert ids.split()[1:] == [wanted] * 4, f"{ids} is not {wanted}"


def main_pid(machine):
    text = machine.run("systemctl show --value --property MainPID gatewayd")
    return int(text)


def expect_active(machine, network):
    """The service is up, under its user; the number of its process."""
    def active():
        words = ["systemctl", "is-active", "gatewayd"]
        return "active\n" == machine.run(" ".join(words) + " || true")
    wait_until(active, lambda: machine.run(
        "systemctl status gatewayd || true; journalctl -n 20 || true"),
        interval=0.1)
    network.wait_for(7272)
    pid = main_pid(machine)
    user = machine.run(f"stat -c %U /proc/{pid}").strip()
    assert user == "gatewayd", f"gatewayd runs as {user}"
    return pid


def healthy(machine, network):
    """The status page that only the changed configuration has."""
    network.wait_for(9272)
    text = machine.run("php -r 'echo file_get_contents("
                       "\"http://127.0.0.1:9272/healthz\");'")
    assert text.strip(), "an empty /healthz"


def with_systemd(report, page, debs, php):
    """The life of a service: old version, upgrade, removal, return, purge."""
    if booted.cgroup_mount() is None:
        report.skip("upgrade and removal under systemd",
                    "cgroups of version 2 cannot be written here")
        return
    old = WORK / "older"
    older(debs, old)
    system = installed(php, "apt-get update && apt-get install -y "
                            "--no-install-recommends systemd")
    with Chroot(system) as chroot, Network() as network:
        chroot.bind(debs, "root/packages")
        chroot.bind(old, "root/older")
        # There is no network in there. What the packages need is fetched now.
        chroot.run("apt-get install -y --download-only "
                   "/root/packages/*.deb")
        with booted.Booted(chroot, network) as machine:
            cycle(report, page, machine, network)


def install(machine, folder):
    machine.run(f"apt-get install -y -o Dpkg::Options::=--force-confold "
                f"{folder}/libgwclient0_*.deb {folder}/gatewayd_*.deb "
                f"{folder}/php-gatewayclient_*.deb")


def cycle(report, page, machine, network):
    with report.check("install an older version: started and enabled"):
        install(machine, "/root/older")
        first = expect_active(machine, network)
        assert machine.run("systemctl is-enabled gatewayd") == "enabled\n"
        network.php_pushes(machine, "from an older version")
    with report.check("upgrade: restarted, what was configured is kept"):
        config = machine.path(CONFIG)
        config.write_text(config.read_text()
                          + "status_listen = 127.0.0.1:9272\n")
        install(machine, "/root/packages")
        assert expect_active(machine, network) != first, "not restarted"
        healthy(machine, network)
        assert "of an older version" in config.read_text()
        # The other one was as the older package had it: now it is new.
        ini = machine.run("cat /etc/php/*/mods-available/gatewayclient.ini")
        assert "of an older version" not in ini
        network.php_pushes(machine, "after an upgrade")
    with report.check("reload, as the page says"):
        for command in page.take("Under systemd"):
            machine.run(command)
        network.php_pushes(machine, "after a reload")
    with report.check("remove: stopped, the configuration is kept"):
        machine.run("apt-get remove -y gatewayd php-gatewayclient libgwclient0")
        state = machine.run("systemctl is-active gatewayd || true")
        assert state == "inactive\n", state
        assert not network.listening(7272)
        assert "status_listen = 127.0.0.1:9272\n" in \
            machine.path(CONFIG).read_text()
        expect_not_loaded(machine)
    with report.check("install again: started with that configuration"):
        install(machine, "/root/packages")
        expect_active(machine, network)
        healthy(machine, network)
        network.php_pushes(machine, "installed again")
    with report.check("purge: stopped, and nothing left but the user"):
        machine.run("apt-get purge -y gatewayd php-gatewayclient libgwclient0")
        assert not network.listening(7272)
        expect_nothing_left(machine)


def run(report, base, sources):
    page = Page("debian.md")
    debs = build(report, base, page, sources)
    php = installed(base, PHP)
    without_systemd(report, page, debs, php)
    with_systemd(report, page, debs, php)
    expect_all_taken(report, page)
