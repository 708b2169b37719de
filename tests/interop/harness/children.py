"""The processes of one daemon, as the kernel knows them."""

import os
import subprocess
from pathlib import Path

LISTENING = "0A"


def children(pid):
    """Pids of a process's children."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def alive(pid):
    """False for zombies, too: they do nothing any more."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def _listening_inodes(port):
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    for words in map(str.split, lines):
        if words[3] == LISTENING and int(words[1].split(":")[1], 16) == port:
            yield words[9]


def _at_port(port):
    """What the kernel has of a server's connections: words of lines. It picks
    them, which reading /proc/net/tcp would leave to us. The same port of other
    addresses of this host may be somebody else's."""
    found = subprocess.run(
        ["ss", "-Htn", "state", "established", "src", "=",
         f"127.0.0.1:{port}"],
        capture_output=True, text=True, check=True).stdout
    return [line.split() for line in found.splitlines()]


def connections(port):
    """How many connections a server's port has."""
    return len(_at_port(port))


def unread(port):
    """Bytes that peers sent to a server's port and it has not read."""
    return sum(int(words[0]) for words in _at_port(port))


def sockets_of(pid):
    """The inodes of a process's sockets; none when it is gone."""
    folder = Path(f"/proc/{pid}/fd")
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        try:
            target = os.readlink(folder / name)
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def listener(master, port):
    """The child that listens on a port; None if there is none."""
    wanted = set(_listening_inodes(port))
    for pid in children(master):
        if wanted & set(sockets_of(pid)):
            return pid
    return None


def status_of(pid):
    """/proc/PID/status as a dict."""
    text = Path(f"/proc/{pid}/status").read_text()
    return {key: value.split() for key, _, value in
            (line.partition(":") for line in text.splitlines())}
