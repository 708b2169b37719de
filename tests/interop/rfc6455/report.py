"""docs/rfc6455.md: every case, what has to come, and what came."""

from .model import ALLOWANCES

HEAD = """\
# Conformance with RFC 6455

What `gatewayd` does with {total} sequences of WebSocket frames, right and
wrong ones. The numbers follow sections 1 to 7, 9 and 10 of the Autobahn test
suite, so that results can be compared; the cases are written anew, from the
RFC. Messages stop at what a worker takes, 10 MiB. Section A is about rules that
the numbered sections leave out.

A real `gatewayd` is tested, over TCP. The echo comes from a worker at its
inner port; text cases use a `websocket://` listener, binary cases one with
`binary` behind it. Each case also checks what the worker was told: its
messages, complete and in order, and that the client came and went. A case that
ends without an error ends with the client's close 1000 and gatewayd's answer.
No byte may come that is not expected, and the end has to be an end of file,
not a reset.

`scripts/test rfc6455` runs all of it and fails when this page is not what it
found. `tests/interop/rfc6455/run.py --write` writes the page.

**{ok} OK, {other} NON-STRICT, {failed} failed.**

| result | meaning |
|---|---|
| OK | exactly what is expected |
| NON-STRICT | otherwise than expected, where the RFC leaves the choice; why is below |

Expected: the frames in this order, with the bytes of their payload in
parentheses; in brackets, what may be missing.
"""

COLUMNS = "| case | what is sent | expected | result |\n|---|---|---|---|\n"


def _verdict(result):
    if isinstance(result, Exception):
        return "**FAILED**"
    return "OK" if result is None else f"NON-STRICT: {result}"


def _remarks(results):
    used = {r for r in results.values() if isinstance(r, str)}
    if not used:
        return ""
    lines = [f"- *{name}*: {why}\n" for name, why in ALLOWANCES.items()
             if name in used]
    return "\n## Where the RFC leaves the choice\n\n" + "".join(lines)


def document(sections, results):
    kinds = [_verdict(result).split(":")[0] for result in results.values()]
    text = HEAD.format(total=len(results), ok=kinds.count("OK"),
                       other=kinds.count("NON-STRICT"),
                       failed=kinds.count("**FAILED**"))
    text += _remarks(results)
    for title, cases in sections:
        rows = [f"| {case.number} | {case.what} | {case.expected} | "
                f"{_verdict(results[case.number])} |\n"
                for case in cases if case.number in results]
        if rows:
            text += f"\n## {title}\n\n{COLUMNS}" + "".join(rows)
    return text
