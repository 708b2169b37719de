"""docs/install/source.md: everything from a checkout, by make and CMake."""

from debs import CHECKOUT, Machine, fresh_tree, prepared
from network import Network, Service
from pages import Page, expect_all_taken
from php import expect_info

FILES = ("find /usr/local /usr/lib/php/20* /etc/php/*/mods-available "
         "! -type d | sort")
CONFIG = "/etc/gatewayd/gatewayd.conf"


def run(report, base, sources):
    page = Page("source.md")
    tree = fresh_tree(sources, "source")
    tools, *extension = page.take("The extension")
    machine = prepared(base, tree, tools)
    tools, *daemon = page.take("The daemon and the library")
    machine = prepared(machine, tree, tools)
    with Machine(machine, tree) as chroot, Network() as network:
        before = chroot.run(FILES)
        with report.check("the extension, by phpize and make"):
            for command in extension:
                chroot.run(command, cwd=CHECKOUT)
            expect_info(chroot)
        with report.check("the daemon and the library, by CMake"):
            for command in daemon:
                chroot.run(command, cwd=CHECKOUT)
            assert "libgwclient.so.0 " in chroot.run("ldconfig -p")
        with report.check("the daemon runs with its file, PHP pushes"):
            for command in page.take("A configuration"):
                chroot.run(command, cwd=CHECKOUT)
            with Service(chroot.command(["gatewayd", "--config", CONFIG],
                                        network=network), network, [7272]):
                network.php_pushes(chroot, "from source")
        with report.check("its unit's user reads a key, others do not"):
            for command in page.take("A key"):
                chroot.run(command, cwd=CHECKOUT)
            unit = chroot.run("cat /usr/local/lib/systemd/system/"
                              "gatewayd.service")
            assert "\nUser=gatewayd\n" in unit, unit
            test = "runuser -u {} -- gatewayd --test-config " \
                "--secret-key-file /etc/gatewayd/cluster.key"
            chroot.run(test.format("gatewayd"))
            said = chroot.run(f"! {test.format('nobody')} 2>&1")
            assert "Permission denied" in said, said
        with report.check("everything can be removed"):
            for command in page.take("Remove"):
                chroot.run(command, cwd=CHECKOUT)
            left = chroot.run(FILES)
            assert left == before, f"left behind:\n{left}"
    expect_all_taken(report, page)
