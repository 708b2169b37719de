"""Applications' dependencies, by Composer: downloaded once, kept in the tests'
cache (GW_CACHE), copied into each application."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess

from harness.cache import cache_folder, locked
from harness.process import ROOT
from host import Unavailable

CACHE = cache_folder("hosts")
LIMIT = 400  # seconds that Composer may take
# Nothing is run that a package brings, unless the host wants its plugins.
FLAGS = ["--no-interaction", "--no-progress", "--no-scripts", "--prefer-dist",
         "--no-dev"]


def _composer(folder, plugins):
    """None, or why it did not work."""
    command = ["composer", "update", *FLAGS]
    if not plugins:
        command.append("--no-plugins")
    environment = {**os.environ, "COMPOSER_ALLOW_SUPERUSER": "1",
                   "COMPOSER_PROCESS_TIMEOUT": str(LIMIT)}
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LIMIT,
                              env=environment, check=False)
    except FileNotFoundError:
        return "there is no Composer"
    except subprocess.TimeoutExpired:
        return f"Composer was not done after {LIMIT} s"
    if done.returncode == 0:
        return None
    words = " ".join((done.stderr or done.stdout).split())
    problem = re.search(r"Problem 1 - (.*)", words)
    return f"Composer: {(problem[1] if problem else words)[:300]}"


def manifest(require, links=None, **more):
    """A composer.json. `links` are packages of the repository: {name: folder},
    required besides `require` as path repositories."""
    config = {"platform": {"ext-gatewayclient": "0.1.0"},
              "allow-plugins": True}
    found = {"name": "gatewayclient/host", "type": "project",
             "require": dict(require), "config": config,
             "minimum-stability": "stable", "prefer-stable": True, **more}
    for name, folder in (links or {}).items():
        found["require"][name] = "@dev"
        found.setdefault("repositories", []).append(
            {"type": "path", "url": str(ROOT / folder),
             "options": {"symlink": True}})
    return found


def _key(wanted, links):
    """What the cached tree depends on; not on where the repository lies."""
    text = json.dumps(wanted, sort_keys=True).replace(str(ROOT), "")
    for folder in (links or {}).values():
        text += (ROOT / folder / "composer.json").read_text()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def install(name, app, require, links=None, plugins=False, **more):
    """Puts composer.json, composer.lock and vendor/ into the application.
    `more` are members of composer.json, like autoload=…. Raises Unavailable."""
    wanted = manifest(require, links, **more)
    kept = CACHE / f"{name}-{_key(wanted, links)}"
    with locked(CACHE / f".{name}.lock"):
        if not kept.is_dir():
            _fetch(name, kept, wanted, plugins)
        # Here: another run, of another composer.json, removes it.
        subprocess.run(["cp", "-a", f"{kept}/.", f"{app}/"], check=True)
    for package, folder in (links or {}).items():
        link = app / "vendor" / package
        if link.is_symlink():
            link.unlink()
        elif link.exists():
            shutil.rmtree(link)
        link.symlink_to(ROOT / folder)


def _fetch(name, kept, wanted, plugins):
    work = CACHE / f".{name}.{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        (work / "composer.json").write_text(json.dumps(wanted, indent=4))
        why = _composer(work, plugins)
        if why:
            raise Unavailable(why)
        for old in CACHE.iterdir():  # of an earlier composer.json
            if re.fullmatch(rf"{re.escape(name)}-[0-9a-f]{{16}}", old.name):
                shutil.rmtree(old, ignore_errors=True)
        work.rename(kept)
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(work)
