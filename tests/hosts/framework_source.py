"""A framework that Composer may not have: then the one is used that was put beside
the other PHP packages which serve in tests (see tests/reference/find.php)."""

import os
import re
import time
from pathlib import Path

import packages
from host import Unavailable

RETRY_AFTER = 3600  # seconds until Composer is asked again


def folders(variable, main):
    """The folders of Composer packages beside the one named `main`, with its
    prefix up to the first dash; none without that one. `variable` names another
    place than the cache."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = Path(os.environ.get(variable)
                 or base / "gatewayclient-tests/reference")
    prefix = main.partition("-")[0]
    found = sorted(file.parent for file in
                   place.glob(f"{prefix}-*/composer.json"))
    return found if place / main in found else []


def short(reason):
    """Composer's own words on what it lacks, without those around them."""
    found = re.search(r"requires (\S+), it could not be found", reason)
    return f"Composer finds no {found[1]}" if found else reason[-200:]


# pylint: disable-next=too-many-arguments
def install(name, app, require, links, *, variable, main, unused=(),
            **more):
    """packages.install(), from Composer's registry, or else with the folders.
    `unused` are packages that those want and nothing here needs. Raises
    Unavailable."""
    refused = packages.CACHE / f".{name}-refused"
    if not (refused.exists()
            and refused.stat().st_mtime > time.time() - RETRY_AFTER):
        try:
            packages.install(name, app, require, links, **more)
            return
        except Unavailable as reason:
            refused.write_text(short(str(reason)))
    found = folders(variable, main)
    if not found:
        raise Unavailable(f"{refused.read_text()}, and there is no {main} "
                          f"({variable})")
    replace = {**more.pop("replace", {}), **{one: "*" for one in unused}}
    packages.install(
        f"{name}-found", app, require, links, replace=replace,
        repositories=[{"type": "path", "url": str(folder),
                       "options": {"symlink": False}} for folder in found],
        **more)
