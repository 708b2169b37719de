"""docs/injection.md, from what a run gave."""

HEAD = """\
# Injection: memory and system calls that fail

Written by `tests/injection/run --all --write`. A library that is preloaded
(`tests/injection/inject.c`) stands between a program and its system calls. It
counts the calls of a fixed scenario; then the scenario runs again for each call
and each fault, and the n-th of those calls fails, or moves one byte or half of
what it could. A scenario is every call of libgwclient against two `gatewayd`, or
everybody who may talk to a `gatewayd` (WebSocket, wss and text clients, an
application, a BusinessWorker, a Register's client, a monitor), or a `gatewayd`'s
start or end.

What must hold, besides that nobody crashes, hangs or leaves a descriptor or
client behind, and that the next run of the scenario is as always:

| | |
|---|---|
| unseen | results, messages and log are those of a run without faults |
| one | at most the connection or the call that was hit fails. A call says why, and when all calls and `gw_flush()` say that all is well, every message came, once. In `gatewayd` everybody else stays connected. A start may be refused, with the reason |
| memory | at most one connection ends, and what was lost is told, in the log or to whoever asked |
| log | nothing is missing but lines of the log, whose number the next line tells |

`malloc` stands for malloc(), calloc() and realloc() as the program itself calls
them, `malloc_lib` for the same by its libraries, OpenSSL above all; where those
are thousands, 300 were drawn at random. The start is without them: OpenSSL, which
allocates 15,000 times while it initialises itself, may crash or go without TLS
when one of these fails. The numbers of calls vary a little from run to run, with
what arrives together.

What the library allocates itself, through the allocator that it was given, is
swept by the unit test `client_oom`: each allocation in every call, alone and with
all after it, of a client that is new, one with a pool, and one whose gateway and
Register are down. Its points are printed, about 2,000. `daemon_oom` does the same
to the hub, to what workers are told of a request, to the Register's lists and to
greetings; `wire_*` to what the codec allocates.
"""


def table(rows):
    """One line for each call and effect: its faults, how many points."""
    lines = ["| call | times | faults | must be | points | failed |",
             "|---|---:|---|---|---:|---:|"]
    groups = {}
    for row in rows:
        groups.setdefault((row.fault.call, row.fault.effect), []).append(row)
    for (call, effect), group in groups.items():
        names = ", ".join(str(row.fault).removeprefix(call + " ")
                          .replace(", ", " then ") for row in group)
        lines.append(f"| {call} | {group[0].calls} | {names} | {effect} | "
                     f"{sum(row.tried for row in group)} | "
                     f"{sum(row.failed for row in group)} |")
    return "\n".join(lines)


def document(sections, points, failed):
    parts = [HEAD]
    parts.append(f"In all {points} points, {failed} of which failed.\n")
    for title, rows in sections:
        parts.append(f"## {title}\n\n{table(rows)}\n")
    return "\n".join(parts)
