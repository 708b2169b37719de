"""docs/install/pecl.md: the archive is made of a checkout and installed."""

from debs import CHECKOUT, Machine, fresh_tree, prepared
from network import Network
from pages import Page, expect_all_taken
from php import expect_info, expect_not_loaded


def run(report, base, sources):
    page = Page("pecl.md")
    tree = fresh_tree(sources, "pecl")
    [tools] = page.take("Before")
    with Machine(prepared(base, tree, tools), tree) as chroot, \
            Network() as network:
        with report.check("pecl package, pecl install"):
            for command in page.take("Install"):
                chroot.run(command, cwd=CHECKOUT)
        with report.check("php --ri shows version, settings and pool"):
            for command in page.take("Enable"):
                chroot.run(command)
            expect_info(chroot)
        with report.check("PHP pushes"), network.gatewayd():
            network.php_pushes(chroot, "installed by pecl")
        with report.check("pecl uninstall"):
            for command in page.take("Remove"):
                chroot.run(command)
            expect_not_loaded(chroot)
    expect_all_taken(report, page)
