"""docs/benchmarks.md and its plots, from the results."""

from . import machine
from .plot import Bars
from .results import higher_is_better
from .targets import METHODS, TARGETS, TITLES, judge
from .units import ratio, short, with_unit

HEAD = """# Benchmarks

`bench/run` measured this and wrote this file; `bench/run 6 7` renews some rows.
What is compared was measured in alternation, round by round, on one machine: a
ratio is the median of the rounds' ratios, with the least and the greatest in
brackets. Figures by themselves are this machine's. How to read the profiles of
the hot paths: [benchmarks-profiles.md](benchmarks-profiles.md).

Servers, callers and the load generator share the machine's processors, and talk
over its loopback device. A server has one process for clients, but in rows 3 and
14, and its defaults but for what `bench/lib/servers.py` sets. What is measured
beside ours does not do the same:

- **GatewayWorker** 4, on Workerman 5, has PHP's own event loop: stream_select() ends
  at 1,024 descriptors. Workerman with the extension `event` holds more, and was not
  measured.
- **nchan** keeps the last messages of a channel, as is its default; the others keep
  none. It takes each message as an HTTP request; the others are sent frames of
  GatewayWorker's inner protocol.
- **ws** is a library: the server around it is `bench/peers/ws_server.js`.
- **pure class** is `workerman/gatewayclient` 3.1, which connects for each call unless
  it is *persistent*.
- **bare** programs are C that does nothing else: what is left of the work when there
  is no server, no protocol and no PHP.
"""
WORDS = {"latency_p50": "latency, p50",
         "latency_p99": "latency, p99", "latency_p999": "latency, p99.9"}


def title_of(metric):
    return WORDS.get(metric, metric.replace("_per_s", " a second")
                     .replace("_", " "))


def where(case, n):
    """`case` and `n` as words."""
    size = f"n = {n:,}" if n else ""
    return ", ".join(filter(None, (case, size)))


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


# ---- targets ---------------------------------------------------------------

def bound_text(target):
    sign = "≥" if target.at_least else "≤"
    if target.versus:
        others = " or ".join(target.versus)
        if len(target.versus) > 1:
            others = "the best of " + ", ".join(target.versus)
        return f"{sign} {ratio(target.bound)} {others}"
    return f"{sign} {with_unit(target.bound, target.unit)}"


def spread_text(verdict):
    spread = verdict.spread
    say = ratio if verdict.target.versus else \
        (lambda value: with_unit(value, verdict.target.unit))
    if spread.count == 1:
        return say(spread.median)
    return f"{say(spread.median)} ({say(spread.low)} – {say(spread.high)})"


def verdict_text(verdict):
    if verdict.met:
        return "met"
    return f"**missed by {short((verdict.miss - 1) * 100)} %**"


def verdicts(found, row):
    return [verdict for target in TARGETS if target.row == row
            for verdict in judge(found, target)]


def target_table(judged, with_row):
    head = ["row"] if with_row else []
    head += ["target", "where", "must be", "is", ""]
    rows = []
    for verdict in judged:
        target = verdict.target
        what = f"{target.subject}: {title_of(target.metric)}, {target.text}"
        cells = [str(target.row)] if with_row else []
        rows.append(cells + [what, where(verdict.case, verdict.n),
                             bound_text(target), spread_text(verdict),
                             verdict_text(verdict)])
    return table(head, rows)


def summary(found):
    judged = [v for row in found.rows() for v in verdicts(found, row)]
    missed = [v for v in judged if not v.met]
    yield f"{len(judged)} targets, {len(judged) - len(missed)} met."
    yield ""
    if missed:
        yield ("Missed, and [why]"
               "(benchmarks-profiles.md#what-is-missed-and-why):")
        yield ""
        yield from target_table(missed, True)


# ---- figures ---------------------------------------------------------------

def figure(found, row, metric, case, n, subject):
    spread = found.spread(row, metric, case, n, subject)
    if spread is None:
        return "–"
    return with_unit(spread.median, found.units[row, metric])


def figure_table(found, row, metric):
    subjects = found.subjects(row, metric)
    rows = [[where(case, n) or "–",
             *(figure(found, row, metric, case, n, s) for s in subjects)]
            for case, n in found.keys(row, metric)]
    return table([title_of(metric), *subjects], rows)


def plot_of(found, row, metric):
    unit = found.units[row, metric]
    bars = Bars(f"{TITLES.get(row, '')}: {title_of(metric)}", unit,
                "more" if higher_is_better(unit) else "less")
    subjects = found.subjects(row, metric)
    for case, n in found.keys(row, metric):
        spreads = {s: found.spread(row, metric, case, n, s)
                   for s in subjects}
        bars.add(where(case, n), {s: v for s, v in spreads.items() if v})
    return bars.svg()


# ---- all -------------------------------------------------------------------

def section(found, row, folder):
    yield f"## {row}. {TITLES.get(row, '')}"
    yield ""
    for run in found.of(row, "run"):
        quick = ", QUICK" if run["run"]["quick"] else ""
        commit = run["run"].get("commit", "unknown")  # of older results
        yield (f"{run['run']['date']}, {run['run']['seconds']} s{quick}, "
               f"commit {commit}.")
        yield ""
    if row in METHODS:
        yield METHODS[row]
        yield ""
    judged = verdicts(found, row)
    if judged:
        yield from target_table(judged, False)
    for metric in found.metrics(row):
        yield from figure_table(found, row, metric)
        name = f"{row:02}-{metric}.svg"
        (folder / name).write_text(plot_of(found, row, metric))
        yield f"![{title_of(metric)}]({folder.name}/{name})"
        yield ""
    for line in found.of(row, "missing"):
        yield f"- {line['subject']} is missing: {line['missing']}."
    notes = [line["note"] for line in found.of(row, "note")]
    for note in dict.fromkeys(notes):
        yield f"- {note}"
    yield ""


def write(found, docs):
    """Writes docs/benchmarks.md and docs/benchmarks/*.svg."""
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    lines = [HEAD, *summary(found), "## Where", ""]
    lines += table(("", ""), machine.describe().items())
    for row in found.rows():
        lines += section(found, row, folder)
    text = "\n".join(lines).rstrip() + "\n"
    (docs / "benchmarks.md").write_text(text)
