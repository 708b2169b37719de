"""docs/faults.md, from a run."""

import table

INTRO = """\
# Faults, and what becomes of a call

Made by `tests/faults/run --docs`; `scripts/test faults` plays all of it and
compares. What is to come out is written in `tests/faults/`, by hand, before
anything is run; a cell that came out otherwise says *seen:* here. A proxy
between two parts delays, trickles one byte at a time, stops, half-closes,
resets, cuts and sends garbage; it neither repeats nor reorders.

After each call on the caller's side the same process must get right answers
to other questions, its next message must arrive once, it must hold one
connection for each gateway, and the gateway one from it, none where they are not
kept. Every message is counted at the browsers. The *deadline* is
`gatewayclient.timeout`, the *connect timeout* `$connectTimeout`; without such a word
the call ends at once, that is in half a second.

Both are kept within 10 %, and that is held by each `scripts/test faults`. What the
machine took is added, as it was measured during the call: the time for which the
process waited for a processor or was stopped, for which one that only sleeps was
late, on each processor, and for which those whose answer it needed were; and 0.3 s
that nobody measured. A call that waits twice the deadline fails, on a busy machine,
too; one that waits twice the connect timeout, which is 1 s here, surely does on an
idle one only: others are asked before or after it, and what these lost is added. What
failed while its parts were held for 0.2 s or more is played again. `tests/faults/run
--strict` adds nothing; it is for an idle machine, and no script runs it. Under *Real
faults* only the deadlines are held like this; "at once" is there "long before a
deadline of 30 s". Times of *the daemon's side* are limits for a busy machine.
"""

COLUMNS = """\
| fault | | connection | message, to one or all | `flush()` after it | arrives | question, to one or all |
|---|---|---|---|---|---|---|
"""

REGISTER_COLUMNS = """\
| fault | | the only Register | there is a second one |
|---|---|---|---|
"""

CASE_COLUMNS = """\
| fault | outcome |
|---|---|
"""


def outcome(text):
    """`timeout@deadline` as a reader likes it."""
    if text is None:
        return "–"
    cause, _, when = text.partition("@")
    return cause + {
        "": "", "any": "", "later": ", later",
        "connect": " after the connect timeout",
        "deadline": " at the deadline"}[when]


def seen(cells):
    """What differs, or nothing."""
    return "".join(f" *seen: {cell.seen}*".replace("|", "/")
                   .replace("\n", " ") for cell in cells if cell.seen)


def as_expected(items):
    names = {item.name: not item.seen for item in items}
    return f"{sum(names.values())} of {len(names)}"


def causes():
    yield "\nThe words stand for these texts of exceptions and warnings:\n\n"
    for name, text in table.CAUSES.items():
        text = text.replace("\n", "\\n").replace("{gw}", "HOST:PORT")
        yield f"- {name}: `{text.replace('{reg}', 'HOST:PORT')}`\n"


def gateway_table(cells):
    yield "\n## Between caller and gateway\n\n" + COLUMNS
    for fault, state, sent, flush, arrives, asked in table.GATEWAY_CELLS:
        what = table.GATEWAY_FAULTS[fault][0]
        own = [c for c in cells if c.part == "gateway"
               and (c.fault, c.state) == (fault, state)]
        yield (f"| {fault} | {what} | {state} | {outcome(sent)} | "
               f"{outcome(flush)} | {arrives} | {outcome(asked)}"
               f"{seen(own)} |\n")
    yield ("\nA message to one returns true when all is well, else false with "
           "an E_WARNING; one to all reaches the other gateway in any case. "
           "A question to one throws; to all it returns what the other "
           "gateway knows, with an E_WARNING.\n\n"
           "*Fresh* is the first connection of a pool, *pooled* one that "
           "answered before. *Not kept* is each one with "
           "`$persistentConnection = false`: it ends with its call, so "
           "`flush()` tells of every message that was sent, and of one to all "
           "for the other gateway, too; afterwards neither side has a "
           "connection.\n")


def register_table(cells):
    yield "\n## Between caller and Register\n\n" + REGISTER_COLUMNS
    for fault, alone, second in table.REGISTER_CELLS:
        what = table.REGISTER_FAULTS[fault][0]
        own = [c for c in cells if c.part == "Register" and c.fault == fault]
        yield (f"| {fault} | {what} | {outcome(alone)} | {outcome(second)}"
               f"{seen(own)} |\n")
    yield ("\nThese are calls for all, messages and questions alike, with "
           "pooled connections to the gateways and without: all throw but "
           "*ok*; then nothing was sent.\n\n"
           "A process that was never told a list asks for given client_ids, "
           "too, with the same outcomes at the same times, but another text: "
           "`not connecting to tcp://HOST:PORT: ` and what is written above, "
           f"of an empty list `{table.EMPTY_LIST}`. A question to one throws "
           "it; a message to one returns false, one to a list of client_ids "
           "null, with an E_WARNING, and nothing was sent. Once it was told a "
           "list that has their gateway it asks no more: all are *ok* at once, "
           "whatever the Register does.\n")


def failure_table(rows):
    yield "\n## The rows of \"Failures\"\n\n"
    yield ("As [php-api.md](php-api.md) has them, each on gatewayd and on the "
           "PHP GatewayWorker:\n\n")
    by_name = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    for name, own in by_name.items():
        yield f"- {name}{seen(own)}\n"


def case_tables(cases):
    parts = {}
    for case in cases:
        parts.setdefault(case.part, []).append(case)
    for part, own in parts.items():
        yield f"\n### {part}\n\n" + CASE_COLUMNS
        for case in own:
            yield f"| {case.fault} | {case.outcome}{seen([case])} |\n"


def document(cells, rows, daemon, real):
    kinds = {"calls under a fault": cells, "rows of failures": rows,
             "faults of the daemon's links": daemon, "real faults": real}
    return "".join([
        INTRO, "\n| | as expected |\n|---|---|\n",
        *(f"| {kind} | {as_expected(of_kind)} |\n"
          for kind, of_kind in kinds.items()),
        *causes(), *gateway_table(cells), *register_table(cells),
        *failure_table(rows), "\n## On the daemon's side\n",
        *case_tables(daemon), "\n## Real faults\n", *case_tables(real)])
