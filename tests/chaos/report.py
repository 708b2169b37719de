"""The books as tables, and the history behind a violation."""

from collections import Counter

from .books import KINDS
from .parts import TIMEOUT

OUTCOMES = ("ok, flushed", "ok, not flushed", "ok, flush named gateways",
            "warning", "exception", "unknown")
FATES = (("owed", "owed, by what the call and flush() said"),
         ("no flush", "not owed: nobody flushed"),
         ("named", "not owed: the gateway was named"),
         ("ended before", "not owed: nothing came after it on that connection"),
         ("not listed yet", "not owed: not every Register had the gateway yet"),
         ("hung", "not owed: stopped when a Register came back"),
         ("busy", "the same, but it was the machine that stood still"),
         ("forgotten", "owed, but a Register that came back did not know"),
         ("namesake", "not owed: a client_id that PHP gave out twice"),
         ("exception", "not owed: exception"),
         ("unknown", "not owed: the sender was killed"))
EVENTS = ("kill", "stop", "terminate", "start")
SHOWN = 10       # violations with their history
NEAR = 3.0       # seconds of history before a message


def outcome_of(message):
    if message.outcome != "ok":
        return message.outcome
    if message.confirmed is None:
        return "ok, not flushed"
    return ("ok, flushed" if message.flush == "ok"
            else "ok, flush named gateways")


def table(head, rows):
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    rule = "|---|" + "---:|" * (len(head) - 1)
    return ["| " + " | ".join(head) + " |", rule, *lines, ""]


def messages_table(books):
    counts = Counter((m.kind, outcome_of(m)) for m in books.messages.values())
    rows = [(kind, *(counts[kind, o] for o in OUTCOMES),
             sum(counts[kind, o] for o in OUTCOMES)) for kind in KINDS]
    rows.append(("sum", *(sum(counts[k, o] for k in KINDS) for o in OUTCOMES),
                 len(books.messages)))
    return table(("messages to", *OUTCOMES, "sum"), rows)


def deliveries_table(result):
    rows = [(text, result.counts[fate, True], result.counts[fate, False])
            for fate, text in FATES]
    return table(("message and connection", "arrived", "did not"), rows)


def harm_table(parts):
    rows = []
    for part in parts:
        counts = part.counts()
        rows.append((part.name, *(counts.get(e, 0) for e in EVENTS)))
    rows.append(("sum", *(sum(row[i] for row in rows)
                          for i in range(1, len(EVENTS) + 1))))
    return table(("part", "killed", "stopped", "terminated", "started"), rows)


def slowest_table(books, taken):
    worst = sorted(books.calls, key=lambda c: -c.seconds)
    rows = [(c.method, f"{c.seconds:.3f}", f"{c.waited:.3f}",
             f"{taken(c.begin, c.end):.3f}", c.outcome)
            for c in [c for c in worst if c.method != "pause"][:8]]
    return table(("slowest calls", "seconds", "waiting for a processor",
                  "canary late", "outcome"), rows)


def violations_table(result, kinds):
    counts = Counter(v.kind for v in result.violations)
    return table(("violations", "count"),
                 [(kind, counts[kind]) for kind in kinds])


class History:
    """What happened around a message, from everybody's books."""

    def __init__(self, books, cluster, registers):
        self.books, self.cluster = books, cluster
        self.registers = registers

    def of(self, violation):
        message, connection = violation.message, violation.connection
        events = []
        if message:
            events += self._message(message)
        if connection:
            events += self._connection(connection, message)
        moment = message.begin if message else None
        if moment is not None:
            end = (message.confirmed or moment) + 0.5
            events += [e for e in [*self._parts(), *self._lists()]
                       if moment - NEAR < e[0] < end]
        lines = [f"{violation.kind.upper()}: {violation.text}"]
        start = moment or 0
        for when, text in sorted(events):
            lines.append(f"  {when - start:+9.3f} s  {text}")
        return lines

    def _message(self, m):
        yield m.begin, (f"message {m.number} to {m.kind} "
                        f"{list(m.names)[:8]} by process {m.process}: "
                        f"{m.outcome} {m.text} (missed: {sorted(m.missed)})")
        if m.confirmed:
            yield m.confirmed, f"flush(): {m.flush}"

    def _connection(self, c, message):
        who = f"connection {c.serial} ({c.client_id}, client {c.client})"
        yield c.opened, f"{who} opened at {c.gateway}"
        if c.bound:
            yield c.bound, f"{who} bound"
        if c.shut:
            yield c.shut, f"{who} shut: {c.why}"
        for when, number in c.got:
            if message and number == message.number:
                yield when, f"{who} got message {number}"
        later = [entry for entry in c.got if message
                 and entry[0] > (message.confirmed or message.begin)]
        for when, number in later[:2]:
            yield when, f"{who} got message {number}, a later one"

    def _parts(self):
        for part in self.cluster.harmed:
            address = getattr(part, "address", "")
            for when, event in part.history:
                yield when, f"{part.name} {address}: {event}"

    def _lists(self):
        for watcher in self.registers.watchers:
            for since, _, gateways in list(watcher.views):
                yield since, (f"Register {watcher.address} lists "
                              f"{sorted(gateways)} (then, or later)")


def document(run, books, result, kinds):
    """`run` has what the command line and the end of the run said."""
    lines = [f"# Chaos: {run.title}", "", *run.facts, ""]
    lines += violations_table(result, kinds)
    lines += messages_table(books)
    lines += deliveries_table(result)
    lines += harm_table(run.cluster.harmed)
    lines += slowest_table(books, run.canary.taken)
    lines.append(f"Timeout of a call: {TIMEOUT:g} s.")
    return "\n".join(lines) + "\n"
