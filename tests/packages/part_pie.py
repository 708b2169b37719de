"""docs/install/pie.md, by the real PIE where Composer can fetch it; and what
composer.json says, before Composer and before configure."""

import json
import os
import subprocess

from chroots import keep
from debs import CHECKOUT, Machine, fresh_tree, prepared
from network import Network
from pages import Page, expect_all_taken
from php import expect_info
from place import CACHE

PIE = "php/pie:^1"
# Composer before 2.8 does not know of extensions, and says this of ours alone.
OLD_COMPOSER = "The property php-ext is not defined"
# What PIE reads of "php-ext".
KEYS = {"extension-name", "priority", "support-zts", "support-nts",
        "build-path", "configure-options", "download-url-method",
        "os-families", "os-families-exclude"}


def composer(*words):
    """Its exit status and what it says."""
    done = subprocess.run(
        ["composer", *map(str, words), "--no-interaction"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
        env={**os.environ, "COMPOSER_ALLOW_SUPERUSER": "1"})
    return done.returncode, done.stdout


def fetch(report):
    """The vendor folder with PIE, or None after counting it as skipped."""
    folder = CACHE / PIE.replace("/", "-").replace(":^", "-")

    def fill(building):
        status, text = composer("require", "--no-progress",
                                f"--working-dir={building}", PIE)
        if status != 0:
            raise AssertionError(text)

    try:
        keep(folder, fill)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        print(error)
        report.skip("pie install, as on docs/install/pie.md",
                    f"Composer cannot fetch {PIE} here")
        return None
    return folder / "vendor"


def validate(tree):
    """Nothing to complain about, or only what an old Composer does not know."""
    status, text = composer("validate", "--strict", tree / "composer.json")
    print(text)
    complaints = [line for line in text.splitlines() if line.startswith("- ")]
    assert status == 0 or (len(complaints) == 1
                           and OLD_COMPOSER in complaints[0]), status


def agree(chroot, tree):
    """What composer.json promises is what configure knows."""
    data = json.loads((tree / "composer.json").read_text())
    extension = data["php-ext"]
    assert data["type"] == "php-ext", data["type"]
    assert set(extension) <= KEYS, set(extension) - KEYS
    folder = f"{CHECKOUT}/{extension['build-path']}"
    chroot.run("phpize", cwd=folder)
    text = chroot.run("./configure --help", cwd=folder)
    for option in extension["configure-options"]:
        name = f"--{option['name']}" + ("=" if option["needs-value"] else "")
        assert f" {name}" in text, f"configure has no {name}"
    assert f"--enable-{extension['extension-name']} " in text


def install(report, page, chroot, pie):
    chroot.bind(pie, "opt/vendor")
    # Whom this machine trusts, should PIE ask Packagist.
    chroot.bind("/etc/ssl/certs", "etc/ssl/certs")
    chroot.run("ln -s /opt/vendor/bin/pie /usr/local/bin/")
    with report.check("pie install, from a checkout"):
        for command in page.take("From a checkout"):
            print(chroot.run(command, cwd=CHECKOUT))
        expect_info(chroot)
    with Network() as network, report.check("PHP pushes"), network.gatewayd():
        network.php_pushes(chroot, "installed by PIE")
    expect_all_taken(report, page)


def run(report, base, sources):
    page = Page("pie.md")
    tree = fresh_tree(sources, "pie")
    with report.check("composer validate --strict"):
        validate(tree)
    pie = fetch(report)
    [tools] = page.take("Before")
    with Machine(prepared(base, tree, tools), tree) as chroot:
        with report.check("composer.json agrees with ./configure --help"):
            agree(chroot, tree)
        if pie:
            install(report, page, chroot, pie)
