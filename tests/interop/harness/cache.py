"""Where tests keep what is expensive to get, as scripts/lib/common.sh says."""

import contextlib
import fcntl
import os
from pathlib import Path


def cache_folder(name):
    base = os.environ.get("GW_CACHE") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache",
        "gatewayclient-tests")
    return Path(base, name)


@contextlib.contextmanager
def locked(path):
    """One process at a time; `path` is made, and stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
