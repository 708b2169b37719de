"""The four cells, for clusters of one and of two gateways; started when they
are needed, and anew after one of their parts has ended."""

from harness.cluster import REFERENCE

from .cell import Cell, Site
from .compare import differences
from .proxy import ServerDied

# (kind of server, native class). The first is what the others are held to.
CELLS = [("gatewayworker", False), ("gatewayd", False),
         ("gatewayworker", True), ("gatewayd", True)]
REFERENCE_CELL = CELLS[0]
OUR_CELL = CELLS[3]


class Failure(Exception):
    """A cell could not be run to the end of a sequence."""


class Rig:
    def __init__(self):
        self.sites = {}
        self.cells = {}

    def cell(self, which, count):
        kind, native = which
        if (kind, count) not in self.sites:
            self.sites[kind, count] = Site(kind, count)
        if (which, count) not in self.cells:
            self.cells[which, count] = Cell(self.sites[kind, count], native)
        return self.cells[which, count]

    def run(self, which, sequence):
        count = sequence["gateways"]
        cell = self.cell(which, count)
        try:
            return cell.run(sequence)
        except (ServerDied, AssertionError, OSError) as failure:
            self.drop(which[0], count)
            raise Failure(f"{cell.name}: {failure}") from failure

    def drop(self, kind, count):
        """Ends a site and its cells; an unclean end is reported by the
        failure that was the reason."""
        for key in [k for k in self.cells if k[0][0] == kind
                    and k[1] == count]:
            self.cells.pop(key).close()
        site = self.sites.pop((kind, count), None)
        if site is not None:
            site.close()

    def faults(self, sequence, explained, cells=None):
        """Lines that say how cells differ from the reference."""
        reference = self.run(REFERENCE_CELL, sequence)
        for which in CELLS[1:]:
            if cells is None or which in cells:
                got = self.run(which, sequence)
                for difference in differences(sequence, reference, got,
                                              which[1], explained):
                    yield which, difference

    def close(self):
        for kind, count in list(self.sites):
            self.drop(kind, count)


def has_reference():
    return REFERENCE is not None
