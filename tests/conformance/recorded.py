"""Sequences with the reference's outcomes, for where it cannot be had.

recorded/*.jsonl has one a line: [sequence, outcomes, final state]. Long texts
are packed as {"z": base64 of zlib}.
"""

import base64
import json
import zlib

from harness.process import ROOT

from . import jobs as running
from . import values

FOLDER = ROOT / "tests/conformance/recorded"
WANTED = 300
LONG = 100
FILES = {1: "one-gateway.jsonl", 2: "two-gateways.jsonl",
         3: "three-gateways.jsonl"}


def pack(value):
    if isinstance(value, str) and len(value) > LONG:
        packed = base64.b64encode(zlib.compress(value.encode(), 9)).decode()
        return {"z": packed} if len(packed) + 8 < len(value.encode()) \
            else value
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        if "b" in value and len(value) == 1 and len(value["b"]) > LONG:
            data = base64.b64decode(value["b"])
            return {"y": base64.b64encode(zlib.compress(data, 9)).decode()}
        return {key: pack(item) for key, item in value.items()}
    return value


def unpack(value):
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and "z" in value:
            return zlib.decompress(base64.b64decode(value["z"])).decode()
        if len(value) == 1 and "y" in value:
            return values.of_bytes(
                zlib.decompress(base64.b64decode(value["y"])))
        return {key: unpack(item) for key, item in value.items()}
    return value


def read():
    """[(sequence, outcomes, state)...]"""
    found = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        # Not splitlines(), which splits at U+2028, too.
        for text in path.read_text(encoding="utf-8").split("\n")[:-1]:
            sequence, outcomes, state = json.loads(text)
            found.append((sequence, unpack(outcomes), unpack(state)))
    return found


def line(item):
    sequence, outcomes, state = item
    return json.dumps([sequence, pack(outcomes), pack(state)],
                      ensure_ascii=False, separators=(",", ":"))


def features(item):
    """What a sequence shows: methods × kinds of values × outcomes."""
    sequence, outcomes, _ = item
    setting = (sequence["gateways"], sequence["pooled"])
    for op, outcome in zip(sequence["ops"], outcomes):
        if op[0] != "call":
            yield op[0]
            continue
        how = how_it_went(outcome)
        owner, _, method = op[1].rpartition("::")
        if owner not in ("Chat", "Gateway"):
            method = op[1]  # of a class with methods of its own
        yield method, how
        yield method, setting
        for index, argument in enumerate(op[2]):
            for leaf in values.leaves(argument):
                yield method, index, values.kind(argument), name_of(leaf), how
        if len(op) > 3:
            yield method, json.dumps(op[3]), how


def name_of(leaf):
    """Values that matter by themselves are; others are of a kind."""
    if isinstance(leaf, dict):
        return values.kind(leaf)
    return repr(leaf) if leaf in ("", "0", 0, None, "7", 7, "07") \
        else values.kind(leaf)


def how_it_went(outcome):
    if "throws" in outcome:
        return "throws " + outcome["throws"][0]
    members = [m for m in ("notes", "echoes", "received", "closed", "worker")
               if m in outcome]
    returned = outcome["returns"]
    if isinstance(returned, str) and returned[:1] in "ab":
        # Empty or not, true or false.
        returned = returned[:4]
    return " ".join([str(returned)[:4], *members])


def choose(items, wanted):
    """Greedily, what shows most that was not shown yet for its size."""
    rest = [(set(features(item)), len(line(item)), item) for item in items]
    shown, chosen = set(), []
    while rest and len(chosen) < wanted:
        best = max(rest, key=lambda r: len(r[0] - shown) / (500 + r[1]))
        rest.remove(best)
        shown |= best[0]
        chosen.append(best[2])
    return chosen, shown, len(set().union(shown, *(r[0] for r in rest)))


def record(jobs, count, seed):
    total = running.run(jobs, running.Fresh(range(seed, seed + count),
                                            keep=True))
    for failure in total.failures:
        print(failure)
    chosen, shown, known = choose(total.kept, WANTED)
    FOLDER.mkdir(exist_ok=True)
    for gateways, name in FILES.items():
        lines = [line(item) for item in
                 sorted(chosen, key=lambda i: i[0]["seed"])
                 if item[0]["gateways"] == gateways]
        (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(chosen)} of {len(total.kept)} sequences show {len(shown)} "
          f"of {known} combinations")
    print(f"{len(chosen)} passed, {len(total.failures)} failed")
    return 1 if total.failures else 0
