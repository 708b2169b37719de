"""Hosts of a test's own: network namespaces on one switch, root only."""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess

CLONE_NEWNET = 0x40000000
NAMESPACES = "/run/netns"
SUBNET = "10.77.0"
INSIDE = "172.30.0"  # between a host and the container on it
_numbers = itertools.count()


def why_not():
    """Why there can be no such hosts here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for tool in ("ip", "nft"):
        if shutil.which(tool) is None:
            return f"{tool} is missing"
    name = f"gwprobe{os.getpid()}n{next(_numbers)}"
    probe = subprocess.run(["ip", "netns", "add", name],
                           capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return "no network namespaces: " + probe.stderr.strip()
    subprocess.run(["ip", "netns", "del", name], check=True)
    return None


def run(*words, text=None):
    command = [str(word) for word in words]
    done = subprocess.run(command, input=text, text=True, check=False,
                          capture_output=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stderr.strip()}")


@contextlib.contextmanager
def inside(namespace):
    """Sockets made within belong to that host."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path):
        with open(path, "rb") as handle:
            if libc.setns(handle.fileno(), CLONE_NEWNET) < 0:
                raise OSError(ctypes.get_errno(), f"setns {path}")

    # Opened first: after setns() that name means the other namespace.
    with open("/proc/self/ns/net", "rb") as home:
        enter(f"{NAMESPACES}/{namespace}")
        try:
            yield
        finally:
            if libc.setns(home.fileno(), CLONE_NEWNET) < 0:
                raise OSError(ctypes.get_errno(), "setns back")


class Host:
    def __init__(self, network, name, number):
        self.network = network
        self.namespace = network.namespace(name)
        self.address = f"{network.subnet}.{number}"

    @property
    def prefix(self):
        """The words that run a command there."""
        return ["ip", "netns", "exec", self.namespace]

    def ip(self, *words):
        run("ip", "-n", self.namespace, *words)


class Network:
    """A switch and the hosts at it. `link` cuts one off as a pulled cable at
    the switch does: nobody is told, no packet comes back. `subnet` has the
    first three numbers of its addresses."""

    def __init__(self, subnet=SUBNET):
        self.subnet = subnet
        self.number = next(_numbers)
        self.made = []
        self.hosts = {}
        try:
            self.switch = self.namespace("switch")
            run("ip", "-n", self.switch, "link", "add", "name", "bridge0",
                "type", "bridge")
            run("ip", "-n", self.switch, "link", "set", "bridge0", "up")
        except BaseException:
            self.close()
            raise

    def namespace(self, name):
        full = f"gw{os.getpid()}n{self.number}{name}"
        run("ip", "netns", "add", full)
        self.made.append(full)
        run("ip", "-n", full, "link", "set", "lo", "up")
        return full

    def replace(self, host):
        """Another machine with the address of `host`, which is cut off: that
        machine without its memory."""
        self.link(host, up=False)
        number = int(host.address.rpartition(".")[2])
        new = self.add(f"new{number}", number)
        for other in self.hosts.values():
            other.ip("neigh", "flush", "dev", "eth0")
        return new

    def add(self, name, number=None):
        if number is None:
            number = len(self.hosts) + 1
        host = Host(self, name, number)
        self.hosts[name] = host
        run("ip", "-n", self.switch, "link", "add", name, "type", "veth",
            "peer", "name", "eth0", "netns", host.namespace)
        run("ip", "-n", self.switch, "link", "set", name, "master", "bridge0",
            "up")
        host.ip("addr", "add", f"{host.address}/24", "dev", "eth0")
        host.ip("link", "set", "eth0", "up")
        return host

    def add_container(self, host, name, ports):
        """A container on `host`, behind its address translation: `ports` of
        the host lead to it, as docker's published ports do."""
        inner = Host(self, name, 0)
        inner.address = f"{INSIDE}.2"
        host.ip("link", "add", name, "type", "veth", "peer", "name", "eth0",
                "netns", inner.namespace)
        host.ip("addr", "add", f"{INSIDE}.1/24", "dev", name)
        host.ip("link", "set", name, "up")
        inner.ip("addr", "add", f"{inner.address}/24", "dev", "eth0")
        inner.ip("link", "set", "eth0", "up")
        inner.ip("route", "add", "default", "via", f"{INSIDE}.1")
        run(*host.prefix, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        listed = ", ".join(map(str, ports))
        run(*host.prefix, "nft", "-f", "-", text=f"""
            table ip nat {{
              chain prerouting {{
                type nat hook prerouting priority dstnat;
                ip daddr {host.address} tcp dport {{ {listed} }} \
                  dnat to {inner.address}
              }}
              chain postrouting {{
                type nat hook postrouting priority srcnat;
                ip saddr {INSIDE}.0/24 oifname "eth0" masquerade
              }}
            }}""")
        return inner

    def link(self, host, up):
        name = next(n for n, h in self.hosts.items() if h is host)
        run("ip", "-n", self.switch, "link", "set", name,
            "up" if up else "down")

    def close(self):
        for namespace in reversed(self.made):
            subprocess.run(["ip", "netns", "del", namespace], check=False)
        self.made = []
