"""A sequence as a PHP script that one can read."""

import json

from .values import kind, leaves, php

GATEWAYS = {1: "one gateway", 2: "2 gateways",
            3: "3 gateways, g1 on another machine"}


def script(sequence):
    settings = ", ".join(
        [GATEWAYS[sequence["gateways"]],
         "pooled" if sequence["pooled"] else "not pooled",
         f"the Register's answer is a JSON {sequence['register']}"])
    lines = ["<?php", f"// Sequence {sequence['seed']}: {settings}.",
             "use GatewayClient\\{Context, Gateway, GatewayProtocol};",
             "require 'tests/conformance/subclasses.php';", "",
             "Gateway::$persistentConnection = "
             f"{php(sequence['pooled'])};"]
    if sequence["uncached"]:
        lines.append("Gateway::$addressesCacheDisable = true;")
    lines += [f"${name} = {what};" for name, what in strangers(sequence)]
    for index, op in enumerate(sequence["ops"]):
        lines.append(f"{line(op, sequence['gateways'])}  // {index + 1}")
    return "\n".join(lines) + "\n"


def strangers(sequence):
    """The ids that belong to no client."""
    connected = {op[1] for op in sequence["ops"] if op[0] == "connect"}
    used = {}
    for op in sequence["ops"]:
        for leaf in leaves({"l": op[2] if op[0] == "call" else []}):
            if kind(leaf) == "dead":
                used["dead"] = "an_id_of_a_gateway_that_is_down()"
            elif kind(leaf) == "ghost":
                used["ghost"] = "an_id_that_nobody_has()"
            elif kind(leaf) in ("c", "C"):
                name = next(iter(leaf.values()))
                if name not in connected:
                    used[name] = "an_id_that_nobody_has()"
    return sorted(used.items())


def line(op, gateways):
    what, *rest = op
    if what == "connect":
        return f"${rest[0]} = a_new_client_of('g{rest[1] % gateways}');"
    if what == "disconnect":
        return f"leaves(${rest[0]});"
    if what == "context":
        return f"the_current_client_is({'$' + rest[0] if rest[0] else 'null'}"\
            ");"
    if what == "worker":
        return "Gateway::setBusinessWorker(" \
            f"{'$worker' if rest[0] else 'null'});"
    call = f"{rest[0]}({', '.join(map(php, rest[1]))});"
    if len(rest) > 2 and rest[2]:
        settings = ", ".join(f"${name} = {json.dumps(value)}"
                             for name, value in rest[2].items())
        call += f" /* with {settings} */"
    return call
