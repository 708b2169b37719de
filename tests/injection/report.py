"""docs/injection.md, from what a run gave."""

HEAD = """\
# Injection: memory and system calls that fail

Written by `tests/injection/run --all --write`. A library that is preloaded
(`tests/injection/inject.c`) stands between a program and its system calls. It
counts the calls of a fixed scenario; then the scenario runs again for each call
and each fault, and the n-th of those calls fails, or moves one byte or half of
what it could. A scenario is every call of libgwclient against two `gatewayd`, or
everybody who may talk to a `gatewayd` (WebSocket, wss and text clients, an
application, a BusinessWorker and the one that takes its place, a Register's client,
somebody who speaks no WebSocket, a monitor), or a `gatewayd`'s start or end, or all of
a `gatewayd` with two workers, a pid file, a service manager and another user: its
start, a process that is killed, its end.

What must hold, besides that nobody crashes, hangs or leaves a descriptor or
client behind, and that the next run of the scenario is as always:

| | |
|---|---|
| unseen | results, messages and log are those of a run without faults |
| one | at most the connection or the call that was hit fails. A call says why, and when all calls and `gw_flush()` say that all is well, every message came, once. In `gatewayd` everybody else stays connected. A start may be refused, with the reason and without a pid left in its file; another process is started for one that ended; a service manager that was not told something stands in the log |
| memory | at most one connection ends, and what was lost is told, in the log or to whoever asked |
| log | nothing is missing but lines of the log, whose number the next line tells |

`malloc` stands for malloc(), calloc() and realloc() as the program itself calls
them, `malloc_lib` for the same by its libraries, OpenSSL above all; where those
are thousands, 300 were drawn at random. The start is without them: OpenSSL, which
allocates 15,000 times while it initialises itself, may crash or go without TLS
when one of these fails. The numbers of calls vary a little from run to run, with
what arrives together.

Every run also compares what `libgwclient.so` and `gatewayd` take from libc with these
tables: a call of the system that none of them has stands in
`tests/injection/symbols.py`, with the reason why it cannot fail or where that is
tested, or the run fails. It fails, too, when the faults of this page are not those of
the tables. Calls that libevent and OpenSSL make by themselves fail where the table
names them (`epoll_…`, `pipe2`, `malloc_lib`). A fault with another in brackets: the call
is made only where that other one fails, as it does then.

What the library allocates itself, through the allocator that it was given, is
swept by the unit test `client_oom`: each allocation in every call, alone and with
all after it, of a client that is new, one with a pool, and one whose gateway and
Register are down. Its points are printed, about 2,000. `daemon_oom` does the same
to the hub, to what workers are told of a request, to the Register's lists and to
greetings; `wire_*` to what the codec allocates.
"""


def grouped(faults):
    """Faults by call and effect, in their order; their names as they are
    shown."""
    groups = {}
    for fault in faults:
        groups.setdefault((fault.call, fault.effect), []).append(
            str(fault).removeprefix(fault.call + " ").replace(", ", " then "))
    return groups


def lines_of(rows):
    """One for each call and effect: its faults, how many points."""
    lines = {}
    for (call, effect), names in grouped(r.fault for r in rows).items():
        group = [row for row in rows
                 if (row.fault.call, row.fault.effect) == (call, effect)]
        lines[call, effect] = [
            call, str(group[0].calls), ", ".join(names), effect,
            str(sum(row.tried for row in group)),
            str(sum(row.failed for row in group))]
    return lines


def sections_of(text):
    """Of a document: the lines of its tables by title, as of lines_of()."""
    found = {}
    for section in text.split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        cells = [[cell.strip() for cell in line.strip("|").split("|")]
                 for line in body.splitlines() if line.startswith("| ")]
        found[title] = {(line[0], line[3]): line for line in cells[1:]}
    return found


def differences(text, parts):
    """What a document written by document() has otherwise than the tables of
    these parts, which are all."""
    found = {title: {(call, effect, names) for
                     call, _, names, effect, _, _ in lines.values()}
             for title, lines in sections_of(text).items()}
    wanted = {part.title: {(call, effect, ", ".join(names)) for
                           (call, effect), names in
                           grouped(part.documented).items()}
              for part in parts}
    wrong = [f"{title}: {sorted(found[title] ^ wanted[title])}"
             for title in wanted if found.get(title, wanted[title]) !=
             wanted[title]]
    return wrong + sorted(set(found) ^ set(wanted))


def document(before, sections, commit):
    """Lines that were not tried anew stay as they were `before`."""
    found = sections_of(before)
    for title, rows in sections:
        found.setdefault(title, {}).update(lines_of(rows))
    lines = [line for table in found.values() for line in table.values()]
    parts = [HEAD, f"In all {sum(int(line[4]) for line in lines)} points, "
             f"{sum(int(line[5]) for line in lines)} of which failed, the last "
             f"of them tried at {commit}.\n"]
    for title, table in found.items():
        parts.append(f"## {title}\n\n"
                     "| call | times | faults | must be | points | failed |\n"
                     "|---|---:|---|---|---:|---:|")
        parts += [f"| {' | '.join(line)} |" for line in table.values()]
        parts.append("")
    return "\n".join(parts)
