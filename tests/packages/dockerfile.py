"""Carries out a Dockerfile in chroots, step by step, as an engine would: what
comes before the sources are copied is cached, by the commands themselves."""

import json
import re
import shlex
import shutil
from pathlib import Path

import compiler_cache
from chroots import Chroot, call, layer

BASES = ("debian:12-slim",)  # the smallest Debian 12, as base() makes it


def instructions(text):
    """Pairs (NAME, the rest), comments and line ends in it removed."""
    lines = [line for line in text.splitlines()
             if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", "", "\n".join(lines)).splitlines():
        name, _, rest = line.strip().partition(" ")
        yield name.upper(), rest.strip()


def words_of(text):
    """The exec form as it is, the shell form as the shell gets it."""
    if text.startswith("["):
        return json.loads(text)
    return ["/bin/sh", "-c", text]


def flags_of(text):
    """({name: value}, the rest) of `--name=value ... rest`."""
    flags = {}
    while text.startswith("--"):
        flag, _, text = text.partition(" ")
        name, _, value = flag[2:].partition("=")
        flags[name] = value
        text = text.lstrip()
    return flags, text


class Stage:
    """What one FROM begins. `chroot` is its root, once a file was copied."""

    def __init__(self, parent):
        self.layer = parent
        self.chroot = None
        self.env = {}
        self.folder = "/"
        self.user = None
        self.ports = []
        self.health = self.entry = self.cmd = None
        self.stop_signal = "SIGTERM"

    def open(self):
        if self.chroot is None:
            self.chroot = Chroot(self.layer, shared_apt=False)
            self.chroot.__enter__()
            compiler_cache.give_to(self.chroot)
        return self.chroot

    def options(self):
        return {"cwd": self.folder, "env": self.env, "user": self.user}

    def do_run(self, text):
        words = words_of(text)

        def carry_out(chroot):
            call(*chroot.command(words, **self.options()))

        if self.chroot is None:
            self.layer = layer(self.layer, json.dumps(
                [words, self.options()]), carry_out, shared_apt=False)
        else:
            carry_out(self.chroot)

    def do_copy(self, text, context, stages):
        flags, text = flags_of(text)
        if "chmod" in flags:
            raise AssertionError("COPY --chmod needs BuildKit, which Debian "
                                 "12's Docker does not build with")
        *sources, target = shlex.split(text)
        root = stages[flags["from"]].open().root if "from" in flags \
            else context
        place = self.open().path(str(Path(self.folder) / target))
        if target.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        for source in sources:
            path = root / source.lstrip("/")
            if not path.exists():
                raise AssertionError(f"COPY: there is no {source}")
            if path.is_dir(): # what is in it, not the folder
                place.mkdir(parents=True, exist_ok=True)
                call("cp", "-a", "--no-preserve=ownership", f"{path}/.", place)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            call("cp", "-a", "--no-preserve=ownership", path, place)

    def do_workdir(self, text):
        self.folder = str(Path(self.folder) / text)
        self.open().path(self.folder).mkdir(parents=True, exist_ok=True)

    def do_env(self, text):
        self.env.update(word.split("=", 1) for word in shlex.split(text))

    def do_user(self, text):
        self.user = text

    def do_expose(self, text):
        self.ports += [int(word) for word in text.split()]

    def do_healthcheck(self, text):
        _, text = flags_of(text)
        name, _, text = text.partition(" ")
        if name != "CMD":
            raise AssertionError(f"HEALTHCHECK {name}")
        self.health = words_of(text.strip())

    def do_entrypoint(self, text):
        self.entry = words_of(text)

    def do_cmd(self, text):
        self.cmd = words_of(text)

    def do_stopsignal(self, text):
        self.stop_signal = text

    def program(self):
        return [*(self.entry or []), *(self.cmd or [])]

    def command(self, words, network, env=None):
        """A command line for what runs in a container of this image."""
        return self.chroot.command(words, network=network, cwd=self.folder,
                                   user=self.user,
                                   env={**self.env, **(env or {})})


class Build:
    """`with` gives the last stage, as the image; all roots go at the end."""

    def __init__(self, file, context, base):
        self.file = file
        self.context = context
        self.base = base
        self.stages = {}
        self.all = []

    def _from(self, text):
        image, *rest = text.split()
        if image not in BASES:
            raise AssertionError(f"FROM {image} is none of {BASES}")
        stage = Stage(self.base)
        self.all.append(stage)
        if rest:
            self.stages[rest[1]] = stage
        return stage

    def __enter__(self):
        stage = None
        try:
            for name, text in instructions(self.file.read_text()):
                if name == "FROM":
                    stage = self._from(text)
                elif name == "COPY":
                    stage.do_copy(text, self.context, self.stages)
                else: # an unknown one is an AttributeError: a failure
                    getattr(stage, f"do_{name.lower()}")(text)
            stage.open()
        except BaseException:
            self.close()
            raise
        return stage

    def close(self):
        for stage in self.all:
            if stage.chroot is not None:
                stage.chroot.__exit__(None, None, None)

    def __exit__(self, *_):
        self.close()


def context_of(sources, folder):
    """The sources less what .dockerignore names: whole names of the root."""
    ignored = (sources / ".dockerignore").read_text().split()
    shutil.rmtree(folder, ignore_errors=True)
    for name in ignored:
        if re.search(r"[*?!\[/]", name):
            raise AssertionError(f".dockerignore: {name} is no plain name")
    shutil.copytree(sources, folder, symlinks=True,
                    ignore=lambda place, names: ignored
                    if Path(place) == sources else [])
    return folder
