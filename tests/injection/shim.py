"""The preloaded shim (inject.h), and what it is told."""

import ctypes
import errno
import mmap
import os
import socket
import struct
import tempfile
from pathlib import Path

from harness.process import PREFIX, ROOT

SHORT = {"1 byte": -1, "half": -2}

# How a fault may show. UNSEEN: not at all. ONE: the connection (or the call of
# the library) that it hit may end. MEMORY: as ONE, but nobody knows whom it
# hit. LOG: log lines may be missing or torn, nothing else.
UNSEEN, ONE, MEMORY, LOG = "unseen", "one", "memory", "log"

SOFT = ("EINTR", "EAGAIN")


def build_folder():
    """Where the build of the variant under test keeps its programs."""
    variant = os.environ.get("GW_VARIANT", "release")
    return ROOT / "out/build" / variant


LIBRARY = build_folder() / "lib/libgw_inject.so"


def call_names():
    name = ctypes.CDLL(str(LIBRARY)).gw_inject_call_name
    name.restype = ctypes.c_char_p
    found = []
    while name(len(found)) is not None:
        found.append(name(len(found)).decode())
    return found


CALLS = call_names()


def number_of(name):
    if name in SHORT:
        return SHORT[name]
    return getattr(socket if name.startswith("EAI_") else errno, name)


class Fault:
    """One way for one call to fail; `times` in a row. A name with a comma in
    it: that one, and the next call of the same function otherwise. `under`:
    the call is made only where that other one fails, as it always does then."""

    # pylint: disable-next=too-many-arguments,too-many-positional-arguments
    def __init__(self, call, name, effect, times=1, under=None):
        self.call = call
        self.name = name
        self.effect = effect
        self.times = times
        first, _, then = name.partition(", ")
        self.number = number_of(first)
        self.then = number_of(then) if then else 0
        self.under = under
        self.under_number = number_of(under[1]) if under else 0

    @property
    def counted(self):
        """The call that tells how many points there are."""
        return self.under[0] if self.under else self.call

    def __str__(self):
        more = f" x{self.times}" if self.times > 1 else ""
        if self.under:
            more += f" ({self.under[0]} {self.under[1]})"
        return f"{self.call} {self.name}{more}"


def faults(call, effect, *names, under=None):
    return [Fault(call, name, effect, under=under) for name in names]


def silent(table, counts):
    """Calls of the table that are never made."""
    return {f.counted for f in table} - {
        call for call, count in counts.items() if count > 0}


def transfers(call):
    return faults(call, UNSEEN, *SOFT, *SHORT)


class Control:
    """The file that steers the shim in one program and its children."""

    MEMBERS = ("armed", "call", "fault", "nth", "times", "then", "under",
               "under_fault", "fired", "fired_fd", "fired_own", "fired_peer")
    SIZE = 4 * (len(MEMBERS) + len(CALLS))

    def __init__(self):
        descriptor, self.path = tempfile.mkstemp(prefix="gw-inject-")
        os.ftruncate(descriptor, self.SIZE)
        self.map = mmap.mmap(descriptor, self.SIZE)
        os.close(descriptor)

    def close(self):
        self.map.close()
        Path(self.path).unlink()

    def env(self):
        """For the program: the shim, in front of a sanitizer's runtime."""
        options = os.environ.get("ASAN_OPTIONS", "")
        return {"GW_INJECT": self.path, "LD_PRELOAD": str(LIBRARY),
                "ASAN_OPTIONS": options + ":verify_asan_link_order=0"
                                          ":allocator_may_return_null=1"}

    def _put(self, member, value):
        struct.pack_into("=i", self.map, 4 * self.MEMBERS.index(member), value)

    def get(self, member):
        return struct.unpack_from("=i", self.map,
                                  4 * self.MEMBERS.index(member))[0]

    def counts(self):
        values = struct.unpack_from(f"={len(CALLS)}i", self.map,
                                    4 * len(self.MEMBERS))
        return dict(zip(CALLS, values))

    def prepare(self, fault=None, nth=0):
        """Counts from zero; the nth of the fault's calls will fail."""
        self.map[:] = bytes(self.SIZE)
        if fault is not None:
            self._put("call", CALLS.index(fault.call))
            self._put("fault", fault.number)
            self._put("nth", nth)
            self._put("times", fault.times)
            self._put("then", fault.then)
            if fault.under:
                self._put("under", CALLS.index(fault.under[0]) + 1)
                self._put("under_fault", fault.under_number)

    def arm(self, fault=None, nth=0):
        self.prepare(fault, nth)
        self._put("armed", 1)

    def disarm(self):
        self._put("armed", 0)

    @property
    def fired(self):
        return self.get("fired")


def points_of(table, counts):
    """All (fault, nth) of a table, by how often its calls were made."""
    return [(fault, nth) for fault in table
            for nth in range(1, counts[fault.counted] + 1)]


def sample(points, rng, count):
    """`count` of them, of each fault about as many: the rare ones first. Not of
    all faults if these are more."""
    groups = {}
    for fault, nth in points:
        groups.setdefault(str(fault), []).append((fault, nth))
    if len(groups) > count:
        groups = dict(rng.sample(sorted(groups.items()), count))
    chosen = []
    left = count
    for number, group in enumerate(sorted(groups.values(), key=len)):
        share = max(1, left // (len(groups) - number))
        picked = rng.sample(group, min(share, len(group)))
        chosen += picked
        left -= len(picked)
    rng.shuffle(chosen)
    return chosen
