"""What a report says of where it was made."""

import os
import platform
import re
import subprocess
from pathlib import Path

from .row import ROOT


def first_line(*command):
    """Of what a command prints; nothing when there is no such command."""
    path = os.environ["PATH"] + ":/usr/sbin"
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
            env={**os.environ, "PATH": path})
    except FileNotFoundError:
        return ""
    return done.stdout.splitlines()[0] if done.stdout else ""


def version_in(text):
    found = re.search(r"\d+\.\d+[\w.+~-]*", text)
    return found[0] if found else ""


def processor():
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.*)$", text, re.M)
    return found[1] if found else platform.machine()


def memory():
    text = Path("/proc/meminfo").read_text()
    kb = int(re.search(r"^MemTotal:\s+(\d+)", text, re.M)[1])
    return f"{kb / 2 ** 20:.0f} GB"


def commit():
    return first_line("git", "-C", ROOT, "rev-parse", "--short", "HEAD")


def describe():
    """Label to value; what is not there is left out."""
    ws_package = ROOT / "out/bench/node/node_modules/ws/package.json"
    ws_text = ws_package.read_text() if ws_package.exists() else ""
    found = {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "compiler": first_line("cc", "--version"),
        "gatewayd": version_in(first_line(ROOT / "out/bin/gatewayd",
                                          "--version")),
        "OpenSSL": version_in(first_line("openssl", "version")),
        "PHP": version_in(first_line("php", "--version")),
        "nginx": version_in(first_line("nginx", "-v")),
        "nchan": first_line("dpkg-query", "-W", "-f", "${Version}\n",
                            "libnginx-mod-nchan"),
        "Node.js": version_in(first_line("node", "--version")),
        "ws": version_in(re.sub(r'.*"version":', "", ws_text, flags=re.S)),
    }
    return {label: value for label, value in found.items() if value}
