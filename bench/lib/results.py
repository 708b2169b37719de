"""The stored results: JSON lines as rows print them (see row.py), merged by
row, and the comparisons that are made from them."""

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass


def load(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def merge(path, row, lines):
    """Puts a row's new lines in the place of all that it had."""
    kept = [line for line in load(path) if line["row"] != row]
    text = "".join(json.dumps(line) + "\n" for line in kept + lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


def higher_is_better(unit):
    return unit == "/s"


@dataclass
class Spread:
    """A median with the least and the greatest of its values."""
    median: float
    low: float
    high: float
    count: int


def spread(values):
    values = list(values)
    return Spread(statistics.median(values), min(values), max(values),
                  len(values))


class Results:
    """All figures of a run, found by row, metric, case, n and subject."""

    def __init__(self, lines):
        self.lines = lines
        self._figures = defaultdict(dict)
        self.units = {}
        for line in lines:
            if "value" in line:
                key = (line["row"], line["metric"], line["case"], line["n"])
                by_round = self._figures[key].setdefault(line["subject"], {})
                by_round[line["round"]] = line["value"]
                self.units[line["row"], line["metric"]] = line["unit"]

    def rows(self):
        return sorted({line["row"] for line in self.lines})

    def of(self, row, kind):
        """A row's lines that have the field `kind` (note, missing, run)."""
        return [line for line in self.lines
                if line["row"] == row and kind in line]

    def metrics(self, row):
        """In the order in which the row printed them."""
        return list(dict.fromkeys(key[1] for key in self._figures
                                  if key[0] == row))

    def keys(self, row, metric):
        """The pairs of case and n that were measured, in their order."""
        return [key[2:] for key in self._figures if key[:2] == (row, metric)]

    def subjects(self, row, metric):
        found = {}
        for key, by_subject in self._figures.items():
            if key[:2] == (row, metric):
                found.update(dict.fromkeys(by_subject))
        return list(found)

    def rounds(self, row, metric, case, n, subject):
        """Round to value; empty when it was not measured."""
        return self._figures.get((row, metric, case, n), {}).get(subject, {})

    def spread(self, row, metric, case, n, subject):
        values = self.rounds(row, metric, case, n, subject).values()
        return spread(values) if values else None

    # pylint: disable-next=too-many-arguments,too-many-positional-arguments
    def ratio(self, row, metric, case, n, subject, versus):
        """The spread of subject / versus, round by round. Of several others
        the best one of each round counts. None: nothing to compare."""
        own = self.rounds(row, metric, case, n, subject)
        others = [self.rounds(row, metric, case, n, other)
                  for other in versus]
        best = max if higher_is_better(self.units.get((row, metric))) else min
        ratios = []
        for number, value in own.items():
            peers = [o[number] for o in others if o.get(number)]
            if peers:
                ratios.append(value / best(peers))
        return spread(ratios) if ratios else None
