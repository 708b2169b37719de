"""Where things are."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out"
WORK = OUT / "packages"

sys.path.insert(0, str(ROOT / "tests/interop"))
from harness.cache import cache_folder  # noqa: E402

CACHE = cache_folder("packages")
