"""A chroot with systemd as its first process: what maintainer scripts do to
services can be seen there."""

import os
import subprocess
from pathlib import Path

from chroots import call
from network import wait_until

# Arguments: the new root, and a cgroup of version 2 of its own. The first
# process of the container carries this out and becomes systemd.
ENTER = r"""
set -e
cd "$1"
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock
mount -t cgroup2 cgroup2 sys/fs/cgroup
umount proc
mount -t proc proc proc
pivot_root . mnt
exec chroot . sh -c 'umount -l /mnt
exec env -i container=chroot PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system' >/dev/null 2>&1 </dev/null
"""


def cgroup_mount():
    """Where cgroups of version 2 are, or None."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2" and os.access(place, os.W_OK):
            return Path(place)
    return None


class Booted:
    """`with` boots it and ends it. It has `run` and `command` of a Chroot; its
    network is the given one."""

    def __init__(self, chroot, network):
        self.chroot = chroot
        self.network = network
        self.cgroup = cgroup_mount() / f"gatewayclient-{os.urandom(4).hex()}"
        self.outer = None
        self.first = None

    def __enter__(self):
        self.cgroup.mkdir()
        # The cgroup namespace begins where the process is.
        join = ('echo $$ >"$2/cgroup.procs" && exec unshare --mount --pid '
                '--cgroup --uts --ipc --propagation private --fork '
                '--kill-child sh -c "$3" sh "$1"')
        self.outer = subprocess.Popen(
            [*self.network.enter(), "sh", "-c", join, "sh",
             str(self.chroot.root), str(self.cgroup), ENTER],
            stdin=subprocess.DEVNULL)
        try:
            self.first = wait_until(self._child, "the container")
            wait_until(self._is_up, self._why_not, interval=0.2)
        except BaseException:
            self.close()
            raise
        return self

    def _child(self):
        if self.outer.poll() is not None:
            raise AssertionError("systemd ended at once")
        pid = self.outer.pid
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return int(text.split()[0]) if text.split() else None

    def _state(self):
        return subprocess.run(
            self.command(["systemctl", "is-system-running"]),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False).stdout.strip()

    def _is_up(self):
        return self._state() in ("running", "degraded")

    def _why_not(self):
        return f"systemd, which is {self._state()!r}"

    def command(self, words, cwd="/", env=None, **_):
        variables = {**self.chroot.variables, **(env or {})}
        return ["nsenter", f"--target={self.first}", "--mount", "--pid",
                "--uts", "--ipc", "--net", "--cgroup", "/usr/bin/env", "-i",
                f"--chdir={cwd}",
                *[f"{name}={value}" for name, value in variables.items()],
                *map(str, words)]

    def run(self, script, **options):
        return call(*self.command(["/bin/sh", "-e", "-c", script], **options))

    def path(self, place):
        return self.chroot.path(place)

    def close(self):
        self.outer.kill() # and with it, by --kill-child, all that is in there
        self.outer.wait()
        for folder in sorted(self.cgroup.rglob("*"), reverse=True):
            if folder.is_dir():
                self._remove(folder)
        self._remove(self.cgroup)

    @staticmethod
    def _remove(folder):
        """A cgroup can go when the kernel is done with its processes."""
        def gone():
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass
            except OSError:
                return False
            return True
        wait_until(gone, f"the end of {folder}", interval=0.05)

    def __exit__(self, *_):
        self.close()
