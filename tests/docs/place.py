"""Where blocks are run: machines of their own, and what a reader has there."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from claims import Skip
from harness import hosts
from harness.cluster import CLIENT_PHP
from harness.inner import register_addresses
from harness.php import extension_environment
from harness.process import PATIENCE, PREFIX, ROOT, Process, wait_until
from harness.tls import Certificate
from harness.websocket import WebSocket

WORK = ROOT / "out/docs"
STAGE = WORK / "stage"  # the installed product: its root
SUBNET = "10.0.0"       # the docs' private network
SETTING = re.compile(r"(gatewayclient\.\w+)\]?\s*(?:=|\s)\s*\"?([^\"\n;]*)")
PATHS = re.compile(r"(?<![\w.-])/(?:etc|run|srv)/[\w./-]+")
SUDO = '#!/bin/sh\nexec "$@"\n'


@contextlib.contextmanager
def folder():
    """An empty one, for a check."""
    path = Path(tempfile.mkdtemp(prefix="gw-docs-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def machines(count):
    """Hosts 10.0.0.1, 10.0.0.2, each with a loopback of its own, where every
    port is free."""
    why = hosts.why_not()
    if why:
        raise Skip(why)
    network = hosts.Network(SUBNET)
    try:
        yield [network.add(f"docs{number}") for number in range(count)]
    finally:
        network.close()


def with_files(text, home):
    """The text with its files of /etc, /run and /srv below `home`, where those
    that it names are made: keys, certificates, folders."""
    for path in sorted(set(PATHS.findall(text))):
        target = home / path[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.suffix:
            target.mkdir(exist_ok=True)
        if target.suffix == ".pem" and not target.exists():
            made = Certificate(target.parent, "made", target.parent.name)
            made.copy_to(target.parent / "fullchain.pem",
                         target.parent / "privkey.pem")
        elif target.suffix == ".key" and not target.exists():
            target.touch(mode=0o600)
            target.write_text("a secret of the docs\n", encoding="utf-8")
    return PATHS.sub(lambda found: f"{home}{found[0]}", text)


def make_key(text, home):
    """A recipe for a key is followed; the group is not everywhere."""
    if "-o root -g gatewayd " not in text:
        raise AssertionError(f"whose is the key? {text}")
    run_shell(text.replace("-o root -g gatewayd ", ""), home)


def environment(home):
    """A reader's shell: our programs are installed, and sudo needs no word."""
    tools = home / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "sudo").write_text(SUDO, encoding="utf-8")
    (tools / "sudo").chmod(0o755)
    return {"PATH": f"{tools}:{PREFIX}/bin:{os.environ['PATH']}:/usr/sbin"}


@contextlib.contextmanager
def typed(host, text, home, ready=" ready: ", env=None):
    """A command that goes on running on a host; its log says when it is
    ready."""
    process = Process(
        [*host.prefix, "bash", "-ec", f"cd {home}\n{with_files(text, home)}"],
        "docs", {**environment(home), **(env or {})}).start()
    try:
        def begun():
            process.expect_running()
            return ready in process.log

        wait_until(begun, lambda: f"{ready!r} in: {process.log}")
        yield process
    finally:
        process.discard()


def wait_listed(host, register, count=1, key=""):
    """Until a Register on that host knows its gateways. One that has just started
    answers when its grace is over."""
    def listed():
        with hosts.inside(host.namespace):
            try:
                found = register_addresses(register, key, 2 * PATIENCE)
            except OSError:
                return False
        return found is not None and len(found) == count

    wait_until(listed, f"{count} gateways at {register}", 3 * PATIENCE)


@contextlib.contextmanager
def gatewayd(host, text, home, register="127.0.0.1:1236"):
    """A gatewayd without a key that is typed on a host, when its Register knows
    it."""
    with typed(host, text, home) as process:
        wait_listed(host, register)
        yield process


def run(command, timeout=60, **more):
    """To its end, which has to be good; returns what it said."""
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=timeout * max(1, PATIENCE / 10), check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))[:300]} ended with "
                             f"{done.returncode}: {done.stdout[-3000:]}")
    return done.stdout


def run_shell(text, home, env=None, cwd=None, timeout=60, prefix=()):
    return run([*prefix, "bash", "-ec", with_files(text, home)], timeout,
               env={**os.environ, **environment(home), **(env or {})},
               cwd=cwd or home)


@contextlib.contextmanager
def browser(machine, port=7272, **options):
    """A WebSocket client on that machine."""
    with hosts.inside(machine.namespace):
        client = WebSocket(port, **options)
    try:
        yield client
    finally:
        client.close()


def php_file(text, variables=()):
    """A block as a whole script; `variables` are what its reader has."""
    code = text.split("<?php", 1)[1] if "<?php" in text else text
    given = "".join(f"${name} = json_decode({json.dumps(json.dumps(value))});"
                    for name, value in dict(variables).items())
    strict = "declare(strict_types=1);"
    if strict in code:
        code = code.replace(strict, "", 1)
        given = strict + given
    return f"<?php {given}{code}"


def php_environment():
    """Only the settings that the docs name."""
    return {**os.environ, **extension_environment(), "PHP_INI_SCAN_DIR": ""}


def run_php(prefix, home, text, ini="extension=gatewayclient\n",
            variables=()):
    """A block as a script that says nothing unless something is wrong."""
    (home / "php.ini").write_text(with_files(ini, home), encoding="utf-8")
    (home / "block.php").write_text(php_file(text, variables),
                                    encoding="utf-8")
    return run([*prefix, CLIENT_PHP, "-c", home / "php.ini", "-d",
                f"extension_dir={PREFIX}/ext", "-d", "display_errors=1",
                home / "block.php"], env=php_environment())


def expect_settings(text):
    """Every setting of ours that the text makes exists and takes its value."""
    found = SETTING.findall(text)
    for name, value in found:
        said = run([CLIENT_PHP, "-n", "-d", f"extension={PREFIX}/ext/"
                    "gatewayclient.so", "-d", f'{name}="{value.strip()}"',
                    "-r", f"var_dump(ini_get('{name}'));"],
                   env=php_environment()).strip()
        if not said.endswith(f'"{value.strip()}"'):
            raise AssertionError(f"{name} = {value}: PHP says {said}")
    return len(found)


_installed = []


def installed():
    """What `cmake --install` makes, as the environment of a reader who builds
    against it; once for all checks."""
    if not _installed:
        tree = ROOT / "out/build" / os.environ.get("GW_VARIANT", "release")
        shutil.rmtree(STAGE, ignore_errors=True)
        run(["cmake", "--install", tree],
            env={**os.environ, "DESTDIR": str(STAGE)})
        package = next(STAGE.rglob("gwclient.pc"))
        library = package.parents[1]
        _installed.append({
            "PKG_CONFIG_PATH": str(package.parent),
            "PKG_CONFIG_SYSROOT_DIR": str(STAGE),
            "LD_LIBRARY_PATH": str(library),
            "CMAKE_PREFIX_PATH": str(library.parent)})
    return dict(_installed[0])
