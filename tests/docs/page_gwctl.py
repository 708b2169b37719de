"""docs/gwctl.md."""

import contextlib
import json
import os
import re
import shutil

from claims import Skip, claims
from harness.process import ROOT, wait_until
from place import (environment, folder, gatewayd, machines, run, run_shell,
                   typed, with_files)

PAGE = "docs/gwctl.md"
TRANSLATION = "docs/gwctl.zh-CN.md"
SPAN = re.compile(r"`([^`]+)`")
CLIENT_ID = re.compile(r"7f[0-9a-f]{18}")


@contextlib.contextmanager
def cluster(*listeners):
    """A machine with a gatewayd, and what `gwctl listen` with each of these
    words prints there."""
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), \
            contextlib.ExitStack() as stack:
        yield host, home, [
            stack.enter_context(listening(host, home, words))
            for words in listeners]


def listening(host, home, words):
    return typed(host, f"gwctl listen ws://127.0.0.1:7272 {words}", home,
                 "is bound", quiet(home))


def quiet(home):
    """Nothing of this machine's own configuration."""
    return {"HOME": str(home), "GWCTL_CONFIG": "/dev/null"}


def typed_to_its_end(host, home, line, **env):
    return run([*host.prefix, "bash", "-ec", f"cd {home}\n{line}"],
               env={**os.environ, **environment(home), **quiet(home), **env})


def expect(process, text):
    wait_until(lambda: text in process.log,
               lambda: f"{text!r} in {process.log!r}")


@claims(PAGE, "sh first")
def the_first_three(block):
    send, ask, watch = block.text.splitlines()
    with cluster("--uid alice", "--uid bob") as (host, home, [alice, bob]):
        typed_to_its_end(host, home, send)
        expect(alice, "\nYour order has left.\n")
        said = typed_to_its_end(host, home, ask)
        if said.count(" yes ") != 2:
            raise AssertionError(said)
        with typed(host, watch, home, "2 connections", quiet(home)):
            pass
        if "order" in bob.log:
            raise AssertionError("it was for alice")


@claims(PAGE, "sh messages")
def messages_from_everywhere(block):
    one, lines, whole = block.text.splitlines()
    with cluster("--group lobby") as (host, home, [page]):
        typed_to_its_end(host, home, one)
        expect(page, "\nhello\n")
        (home / "announcement.html").write_text("<p>\n</p>\n")
        typed_to_its_end(host, home, whole)
        expect(page, "\n<p>\\n</p>\\n\n")
        news = home / "news.log"
        news.write_text("old news\n")
        with typed(host, f"echo begun\n{lines}", home, "begun", quiet(home)):
            expect(page, "\nold news\n")
            with news.open("a") as log:
                log.write("fresh news\nand more\n")
            expect(page, "\nfresh news\nand more\n")


@claims(PAGE, "sh sessions")
def a_session(block):
    with cluster("--uid alice") as (host, home, [alice]):
        client_id = CLIENT_ID.search(alice.log)[0]
        said = typed_to_its_end(host, home,
                                CLIENT_ID.sub(client_id, block.text))
        if said != '{"level":3,"name":null}\n':
            raise AssertionError(said)


@claims(PAGE, "sh listen")
def a_push_is_seen(block):
    listen, send = block.text.splitlines()
    with machines(1) as [host], folder() as home, \
            gatewayd(host, "gatewayd", home), \
            typed(host, listen, home, "is bound", quiet(home)) as page:
        typed_to_its_end(host, home, send)
        expect(page, "\ndo you hear me?\n")


@claims(PAGE, "sh bench")
def a_measurement(block):
    """A hundredth of it."""
    with cluster("--uid alice") as (host, home, _):
        said = typed_to_its_end(host, home,
                                block.text.replace("100000", "1000"))
        if "confirmed      1000, asked 10 times" not in said:
            raise AssertionError(said)


def members(page):
    """The names in each row of the table of --json, by its commands."""
    text = (ROOT / page).read_text(encoding="utf-8")
    table = text.split("`--json` ")[1].split("\n\n")[1]
    rows = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    return {command: set(SPAN.findall(names))
            for commands, names in rows for command in SPAN.findall(commands)}


@claims(PAGE)
def members_have_their_place_on_the_page():
    told = members(PAGE)
    if members(TRANSLATION) != told:
        raise AssertionError(f"{TRANSLATION} has other members")
    with cluster("--uid alice --group lobby") as (host, home, [alice]):
        client_id = CLIENT_ID.search(alice.log)[0]
        for row, words in (
                ("send-to-…", "send-to-uid alice hello"),
                ("online", "online"), ("online", "online alice"),
                ("online", f"online --client {client_id}"),
                ("uids", "uids"), ("groups", "groups"),
                ("sessions", "sessions"),
                ("session get", f"session get {client_id}"),
                ("gateways", "gateways"), ("watch", "watch --count 1"),
                ("bench", "bench send-to-uid alice --count 1"),
                ("bench", "bench online --count 1"),
                ("listen", "listen ws://127.0.0.1:7272 --count 1"),
                ("kick", f"kick {client_id}")):
            said = typed_to_its_end(host, home, f"gwctl --json {words}")
            found = {name for line in said.splitlines()
                     for name in json.loads(line)}
            if row == "listen":  # "and what belongs to it"
                found &= told[row]
            if not found or found - told[row]:
                raise AssertionError(f"gwctl {words}: {sorted(found)} and not "
                                     f"{sorted(told[row])}")


@claims(PAGE, "conf gwctl")
def a_file(block):
    """The first Register is there, with a key."""
    with machines(1) as [host], folder() as home:
        (home / "gwctl.conf").write_text(with_files(block.text, home))
        start = with_files(
            "gatewayd --lan-ip 10.0.0.1 --register-listen 10.0.0.1:1236 "
            "--register-address 10.0.0.1:1236 --register-grace 0 "
            "--secret-key-file /etc/gatewayd/cluster.key", home)
        with typed(host, start, home):
            wait_until(lambda: asks(host, home), "the gateway")


def asks(host, home):
    try:
        said = typed_to_its_end(host, home, "gwctl gateways",
                                GWCTL_CONFIG=str(home / "gwctl.conf"))
    except AssertionError:
        return False  # it has not announced itself yet
    return "10.0.0.1:2900" in said


@claims(PAGE, "sh completion-bash")
def completion_in_bash(block):
    with folder() as home:
        said = run_shell(f"{block.text}complete -p gwctl", home, quiet(home))
        if said != "complete -F _gwctl gwctl\n":
            raise AssertionError(said)


def completion_in(shell, text, home):
    if shutil.which(shell) is None:
        raise Skip(f"{shell} is missing")
    script = home / "script"
    script.write_text(text)
    return run([shell, script], env={**os.environ, **environment(home),
                                     **quiet(home)})


@claims(PAGE, "sh completion-zsh")
def completion_in_zsh(block):
    with folder() as home:
        said = completion_in(
            "zsh", "autoload -Uz compinit; compinit -D -u\n"
            f"{block.text}print -r -- $_comps[gwctl]\n", home)
        if said != "_gwctl\n":
            raise AssertionError(said)


@claims(PAGE, "sh completion-fish")
def completion_in_fish(block):
    with folder() as home:
        said = completion_in(
            "fish", f"{block.text}complete -C 'gwctl wat'\n", home)
        if not said.startswith("watch\t"):
            raise AssertionError(said)
