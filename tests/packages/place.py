"""Where things are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out"
WORK = OUT / "packages"
CACHE = Path(
    os.environ.get("GW_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "gatewayclient-tests") / "packages"
