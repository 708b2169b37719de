"""Debian 12 in chroots: a base and layers on it that are built once and kept,
and throw-away roots on top, which are overlays.

This process must be alone in its mount namespace (see run): nothing here has
to be unmounted for the machine's sake, only to give memory back."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from place import CACHE, WORK

SUITE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
UNUSED_SECONDS = 14 * 86400
LISTS_SECONDS = 43200
COMMAND_SECONDS = 900


def call(*command, **options):
    """Runs a program of this machine; what it says is shown if it fails."""
    done = subprocess.run([str(word) for word in command],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=COMMAND_SECONDS, **options)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-60:])
        raise AssertionError(f"{' '.join(map(str, command))[:2000]}\n{tail}\n"
                             f"ended with {done.returncode}")
    return done.stdout


def key_of(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def prepare():
    """One run at a time, since all share the cache; the memory that roots
    write to; no layers that nobody uses. Returns what has to be kept."""
    CACHE.mkdir(parents=True, exist_ok=True)
    lock = open(CACHE / "lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    scratch = WORK / "roots"
    scratch.mkdir(parents=True, exist_ok=True)
    call("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", scratch)
    for folder in CACHE.glob("layer-*"):
        if folder.stat().st_mtime < time.time() - UNUSED_SECONDS:
            shutil.rmtree(folder)
    return lock


def apt_settings():
    """How this machine's apt reaches its mirrors, and what it believes."""
    text = call("apt-config", "dump")
    return [line for line in text.splitlines()
            if line.startswith(("Acquire::http", "Acquire::Check-",
                                "Acquire::Retries")) and '""' not in line]


def mirrors():
    """The sources of the suite that this machine has, if it has any: then
    they can be reached. Otherwise those that mmdebstrap knows."""
    text = call("apt-get", "indextargets", "--format",
                f"deb [signed-by={KEYRING}] $(REPO_URI) $(CODENAME) main",
                "Identifier: Packages", "Origin: Debian")
    return sorted({line for line in text.splitlines() if f" {SUITE}" in line})


def keep(folder, fill):
    """Fills a folder of the cache whole, or not at all."""
    if not folder.exists():
        building = folder.with_name(f"building-{folder.name}")
        shutil.rmtree(building, ignore_errors=True) # of a run that was ended
        building.mkdir()
        try:
            fill(building)
            building.rename(folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    os.utime(folder)


class Layer:
    """Folders that an overlay has below, topmost first."""

    def __init__(self, key, lowers):
        self.key = key
        self.lowers = lowers


def base():
    """The smallest Debian that has apt, with the security updates."""
    settings = apt_settings()
    sources = mirrors()
    key = key_of("base 1", SUITE, *settings, *sources)
    folder = CACHE / f"layer-{key}"

    def fill(building):
        call("mmdebstrap", "--mode=root", "--variant=minbase", "--quiet",
             *[f"--aptopt={line}" for line in settings],
             "--dpkgopt=force-unsafe-io", SUITE, building / "upper", *sources)

    keep(folder, fill)
    return Layer(key, [folder / "upper"])


def layer(parent, text, fill, shared_apt=True):
    """`parent` and what `fill(chroot)` writes, by `text`, which tells all that
    the result depends on."""
    key = key_of(parent.key, text)
    folder = CACHE / f"layer-{key}"

    def fill_folder(building):
        upper = building / "upper"
        upper.mkdir()
        with Chroot(parent, upper=upper, shared_apt=shared_apt) as chroot:
            fill(chroot)
        shutil.rmtree(building / "work")

    keep(folder, fill_folder)
    return Layer(key, [folder / "upper", *parent.lowers])


def installed(parent, command, **options):
    """A layer that is made by one command line."""
    return layer(parent, command, lambda chroot: chroot.run(command), **options)


def refresh(parent):
    """apt's lists, which all share, are of today: what they name is there."""
    stamp = CACHE / "apt/updated"
    if not stamp.exists() or \
            stamp.stat().st_mtime < time.time() - LISTS_SECONDS:
        with Chroot(parent) as chroot:
            chroot.run("apt-get update")
        stamp.touch()


class Chroot:
    """A root of its own over a layer; `with` mounts it and takes it away.

    upper        where what is written goes, if that is kept
    shared_apt   apt's lists and downloads are those of all chroots"""

    count = 0

    def __init__(self, parent, upper=None, shared_apt=True):
        Chroot.count += 1
        self.layer = parent
        self.folder = WORK / "roots" / str(Chroot.count)
        self.root = self.folder / "root"
        self.upper = upper or self.folder / "upper"
        self.work = self.upper.with_name("work")
        self.shared_apt = shared_apt
        self.variables = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8",
                          "DEBIAN_FRONTEND": "noninteractive"}

    def __enter__(self):
        for folder in (self.root, self.upper, self.work):
            folder.mkdir(parents=True, exist_ok=True)
        lower = ":".join(map(str, self.layer.lowers))
        call("mount", "-t", "overlay", "overlay", "-o",
             f"lowerdir={lower},upperdir={self.upper},workdir={self.work}",
             self.root)
        try:
            self._mount_inside()
        except BaseException:
            self.close()
            raise
        return self

    def _mount_inside(self):
        call("mount", "-t", "proc", "proc", self.root / "proc")
        self._make_dev()
        for name in ("resolv.conf", "hosts"):
            self.bind(f"/etc/{name}", f"etc/{name}")
        if self.shared_apt:
            for name, place in (("lists", "var/lib/apt/lists"),
                                ("archives", "var/cache/apt/archives")):
                (CACHE / "apt" / name / "partial").mkdir(parents=True,
                                                         exist_ok=True)
                self.bind(CACHE / "apt" / name, place)

    def _make_dev(self):
        dev = self.root / "dev"
        call("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", dev)
        call("cp", "-a", "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
             "/dev/urandom", "/dev/tty", dev)
        for name, target in (("fd", "/proc/self/fd"), ("ptmx", "pts/ptmx"),
                             ("stdin", "fd/0"), ("stdout", "fd/1"),
                             ("stderr", "fd/2")):
            (dev / name).symlink_to(target)
        for name in ("pts", "shm"):
            (dev / name).mkdir()
        call("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=666",
             "devpts", dev / "pts")
        call("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", dev / "shm")

    def bind(self, source, place):
        """Mounts a folder or file of this machine; `place` has no / ahead."""
        target = self.root / place
        if Path(source).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        call("mount", "--bind", source, target)

    def command(self, words, cwd="/", env=None, user=None, network=None):
        """The command line that runs a program in here, on the given
        network, or on that of the machine."""
        variables = {**self.variables, **(env or {})}
        enter = ["chroot"]
        if user:
            enter.append(f"--userspec={user}")
        return [*(network.enter() if network else []), *enter, str(self.root),
                "/usr/bin/env", "-i", f"--chdir={cwd}",
                *[f"{name}={value}" for name, value in variables.items()],
                *map(str, words)]

    def run(self, script, **options):
        """Runs shell commands, up to the first that fails; what they print."""
        return call(*self.command(["/bin/sh", "-e", "-c", script], **options))

    def path(self, place):
        return self.root / place.lstrip("/")

    def close(self):
        subprocess.run(["umount", "--recursive", "--lazy", str(self.root)],
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)

    def __exit__(self, *_):
        self.close()
        # A kept layer's own folder is elsewhere.
        shutil.rmtree(self.folder, ignore_errors=True)
