"""Hosts in which one process answers many requests, and none ends for PHP:
Workerman, an Octane-like loop, Swoole."""

import signal
import subprocess

from harness.children import alive, children, sockets_of
from harness.cluster import REFERENCE, WHY_NO_REFERENCE
from harness.inner import split_address
from harness.php import php_command, php_environment
from harness.process import fixed_ports

from host import APP, Host, check_statics, clusters_variable
from load import HttpPlace


def connections_to(ports):
    """The inodes of this machine's connections to these ports."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        for words in map(str.split, table):
            if ":" in words[2] and int(words[2].split(":")[1], 16) in ports:
                yield words[9]


def descendants(pid):
    """The process, and all below it."""
    yield pid
    for child in children(pid):
        if alive(child):
            yield from descendants(child)


class Loop(Host):
    """`script` gets `arguments`, then serves the clusters of
    LIFE_CLUSTERS on the port that is among them. `forked` is how many children
    it has then; None: who knows."""

    keep = 10
    telling_requests = 200  # its heap depends on how many clients are connected
    forked = 0

    def __init__(self, two):
        super().__init__(two)
        port, = fixed_ports(1)
        self.places = [HttpPlace(port, two.NAMES)]
        self.start([*php_command(True), *self.command(port)],
                   {**php_environment(True), **clusters_variable(two)},
                   workers=self.forked)

    def command(self, port):
        raise NotImplementedError

    def check(self):
        check_statics(self.places[0])
        self.expect_own_connections()

    def expect_own_connections(self):
        """No connection to a gateway belongs to two processes."""
        ports = {split_address(cluster.gateways[0].inner_address)[1]
                 for cluster in self.two.clusters}
        inodes = set(connections_to(ports))
        owners = {}
        for pid in self.processes():
            for inode in inodes.intersection(sockets_of(pid)):
                owners.setdefault(inode, []).append(pid)
        shared = {inode: pids for inode, pids in owners.items()
                  if len(pids) > 1}
        if shared or not owners:
            raise AssertionError(f"connections and whose they are: {owners}")


class Workerman(Loop):
    """Two workers, forked after the class was used in the master."""

    title = "Workerman, 2 workers and the master"
    workers = 2
    forked = 2
    reloads = True
    warm_requests = 600  # it keeps the last 512 that it has decoded

    @classmethod
    def why_not(cls):
        return WHY_NO_REFERENCE or None

    def command(self, port):
        return [APP / "workerman.php", REFERENCE, "{folder}", str(port),
                str(self.workers)]

    def answering(self):
        return self.children()

    def reload(self):
        """`reload -g`: workers finish what they have begun."""
        self.reload_by(signal.SIGUSR2)


class Octane(Loop):
    """One process."""

    title = "Octane-like loop"

    def command(self, port):
        return [APP / "octane.php", str(port)]


class Swoole(Loop):
    """Two workers; which processes are above them is Swoole's."""

    title = "Swoole, 2 workers"
    workers = 2
    forked = None

    @classmethod
    def why_not(cls):
        modules = subprocess.run(
            [*php_command(False), "-m"], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=True).stdout.lower().split()
        if {"swoole", "openswoole"} & set(modules):
            return None
        return "php has no swoole, and Debian no package of it"

    def command(self, port):
        return [APP / "swoole.php", str(port), str(self.workers)]

    def processes(self):
        return list(descendants(self.process.pid))
