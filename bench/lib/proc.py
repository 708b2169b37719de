"""What processes use: memory and processor time, from /proc."""

import re
import time
from pathlib import Path


def private_bytes(pids):
    """Memory that is these processes' own."""
    total = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += sum(int(kb) for kb in
                     re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.M))
    return total * 1024


def shared_bytes(pids):
    """The part of memory shared between them that they have touched: nginx
    keeps channels there. Pss counts each page once."""
    total = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss_Shmem:\s+(\d+) kB", text, re.M)[1])
    return total * 1024


def cpu_seconds(pids):
    """Of all threads, in nanoseconds' resolution."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                pass  # a thread that ended
    return total / 1e9


def settle(pids, seconds=30):
    """Returns when the processes have nothing to do any more."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        before = cpu_seconds(pids)
        time.sleep(0.05)
        quiet = quiet + 1 if cpu_seconds(pids) - before < 0.002 else 0
