"""The .deb files: built from a copy of this tree, and older ones made of them."""

import re
import shutil

import compiler_cache
from chroots import Chroot, call, installed, layer
from place import ROOT, WORK

CHECKOUT = "/usr/src/gatewayclient"
PACKAGES = ("libgwclient0", "libgwclient-dev", "gatewayd", "gwctl",
            "php-gatewayclient")


def copy_sources():
    """What git knows, or would after `git add .`: a checkout without git."""
    tree = WORK / "source"
    shutil.rmtree(tree, ignore_errors=True)
    names = call("git", "-C", ROOT, "ls-files", "--cached", "--others",
                 "--exclude-standard", "-z").split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            target = tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return tree


def fresh_tree(sources, name):
    """A checkout that one test may write to."""
    tree = WORK / "trees" / name
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(sources, tree, symlinks=True)
    return tree


def prepared(parent, tree, command, *depends):
    """A layer of what a page's command installs beside a checkout. `depends`
    are files of the checkout that decide about it."""
    def fill(chroot):
        chroot.bind(tree, CHECKOUT.lstrip("/"))
        chroot.run(command, cwd=CHECKOUT)

    return layer(parent, "\0".join(
        [command, *[(tree / name).read_text() for name in depends]]), fill)


class Machine(Chroot):
    """A chroot with a checkout in its place, and a compiler cache."""

    def __init__(self, parent, tree):
        super().__init__(parent)
        self.tree = tree

    def __enter__(self):
        super().__enter__()
        self.bind(self.tree, CHECKOUT.lstrip("/"))
        compiler_cache.give_to(self)
        return self


def lint(base, folder):
    """Errors of lintian fail, but that it is no release yet; the rest of what it
    says goes to the log."""
    with Chroot(installed(base, "apt-get update && apt-get install -y "
                                "--no-install-recommends lintian")) as chroot:
        chroot.bind(folder, "debs")
        print(chroot.run("lintian --allow-root --fail-on error "
                         "--suppress-tags unreleased-changes --display-info "
                         "--show-overrides /debs/*.changes"))


def older(folder, made):
    """The same packages with a lower version, whose configuration files differ
    from those of now: what an upgrade meets."""
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    for deb in sorted(folder.glob("*.deb")):
        tree = made / "tree"
        call("dpkg-deb", "--raw-extract", deb, tree)
        control = tree / "DEBIAN/control"
        text = control.read_text()
        version = re.search(r"^Version: (.*)$", text, re.MULTILINE)[1]
        control.write_text(text.replace(
            f"Version: {version}\n", f"Version: {version}~older\n").replace(
            f"(= {version})", f"(= {version}~older)").replace(
            f"(>= {version})", f"(>= {version}~older)"))
        for name in (tree / "DEBIAN/conffiles").read_text().split() \
                if (tree / "DEBIAN/conffiles").exists() else []:
            path = tree / name.lstrip("/")
            comment = ";" if name.endswith(".ini") else "#"
            path.write_text(f"{comment} of an older version\n"
                            + path.read_text())
        call("dpkg-deb", "--root-owner-group", "--build", tree, made)
        shutil.rmtree(tree)
