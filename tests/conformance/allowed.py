"""What the native class does differently from the pure one, on purpose, and
how each rule is named in docs/conformance.md.

A rule turns what the pure class did at one operation into what the native one
must do there, or returns None when it has nothing to say. It allows no more
than that: whatever else differs is a failure. The servers may not differ.

`Rule.reason` is why, as in docs/differences.md and the protocol's description.
"""

import copy
import json
import re

from harness import serialize

from . import values
from .names import hosts, placeholder

E_WARNING, E_DEPRECATED = 2, 8192
EXCEPTION = "GatewayClient\\GatewayException"
UNREACHABLE = [[E_WARNING, "stream_socket_client(): Unable to connect to "
                           "tcp://<dead> (Connection refused)"]]
HUNG_UP = " (closed without an answer: wrong or missing secret key?)"
ONE_FAILED = "1 gateway failed: can not connect to tcp://<dead> " \
    "Connection refused"
UNLISTED = "not connecting to tcp://%s: no such gateway is listed"
NULL_TO_STRLEN = [E_DEPRECATED, "strlen(): Passing null to parameter #1 "
                  "($string) of type string is deprecated"]
TAKES_LISTS = {"sendToUid", "sendToGroup", "isUidsOnline",
               "batchGetClientIdByUid", "batchGetClientIdCountByGroup",
               "getClientIdListByGroup", "getUidListByGroup",
               "getUidCountByGroup"}
VOID = {"bindUid", "unbindUid", "joinGroup", "leaveGroup", "setSession",
        "updateSession"}
GROUP_LISTS = {"getAllGroupUidList", "getAllGroupUidCount",
               "getAllGroupClientIdList", "getAllGroupClientIdCount"}
# Which of a subclass's own methods a method asks.
ASKS = {"isUidOnline": "getClientIdByUid",
        "isUidsOnline": "batchGetClientIdByUid",
        "getUidCountByGroup": "getUidListByGroup",
        "getAllUidCount": "getAllUidList",
        "getAllClientInfo": "getAllClientSessions",
        "getClientInfoByGroup": "getAllClientSessions",
        "getClientSessionsByGroup": "getAllClientSessions",
        "getClientCountByGroup": "getClientIdCountByGroup",
        "getAllClientIdCount": "getClientIdCountByGroup",
        "getAllClientCount": "getClientIdCountByGroup",
        "getAllGroupUidCount": "getAllGroupUidList",
        "getAllGroupClientIdCount": "getAllGroupClientIdList",
        "setSession": "setSocketSession"}
# What has happened already when a call throws.
BEFORE = ("session", "groups", "asked")
RULES = []


class Rule:
    def __init__(self, title, reason, change):
        self.name = change.__name__
        self.title = title
        self.reason = " ".join(reason.split())
        self.change = change


def rule(title, reason):
    def add(change):
        RULES.append(Rule(title, reason, change))
        return change
    return add


class Case:
    """One operation, as the rules see it."""

    def __init__(self, op, sequence, outcome, got):
        self.is_call = op[0] == "call"
        self.callee = op[1] if self.is_call else ""
        self.method = self.callee.partition("::")[2]
        self.arguments = op[2] if self.is_call else []
        self.properties = (op[3] if len(op) > 3 else None) or {}
        self.sequence = sequence
        self.outcome = copy.deepcopy(outcome)
        self.got = got

    @property
    def throws(self):
        return self.outcome.get("throws", ["", ""])

    @property
    def notes(self):
        return self.outcome.get("notes", [])

    def argument(self, index):
        return self.arguments[index] if index < len(self.arguments) else None

    def note(self, text, level=E_WARNING):
        """By the method of the package that found out."""
        method = ASKS.get(self.method, self.method) \
            if "asked" in self.outcome else self.method
        self.outcome["notes"] = [
            [level, f"GatewayClient\\Gateway::{method}(): {text}"]]


def expected(op, sequence, outcome, got, explained):
    """What the native class must have done; counts the rules it took."""
    for each in RULES:
        changed = each.change(Case(op, sequence, outcome, got))
        if changed is not None and changed != outcome:
            explained[each.name] = explained.get(each.name, 0) + 1
            outcome = changed
    return outcome


def is_not_hex(value):
    return isinstance(value, str) and len(value.encode()) == 20 and \
        not re.fullmatch("[0-9a-fA-F]{20}", value)


@rule("A client_id of 20 characters that are not all hex digits",
      """The reference raises 20 warnings and talks to a wrong address; ours
      throws `client_id X is invalid`, as for a wrong length.""")
def not_hex(case):
    wrong = [v for argument in case.arguments[:3]
             for v in values.leaves(argument) if is_not_hex(v)]
    # One byte of a character of several is no text, thus a dict.
    illegal = any(isinstance(text, dict) or
                  text.startswith("pack(): Type H: illegal hex digit")
                  for _, text in case.notes)
    if not wrong or not illegal:
        return None
    kept = {k: v for k, v in case.outcome.items() if k in BEFORE}
    return {**kept, "throws": [EXCEPTION, f"client_id {wrong[0]} is invalid"]}


@rule("What the reference prints is a warning",
      """Nothing is echoed into the response: a printed exception is an
      E_WARNING with the same words, the notice of a deprecated method an
      E_DEPRECATED.""")
def printed(case):
    text = case.outcome.pop("echoes", None)
    if text is None:
        return None
    notes = []
    while True:
        found = re.match(r"Warning: (Gateway::\w+ is deprecated [^.]*\.)",
                         text)
        if not found:
            break
        notes.append([E_DEPRECATED, f"GatewayClient\\Gateway::{case.method}(): "
                      + found[1]])
        text = text[found.end():]
    if text.startswith("Exception: "):
        notes.append([E_WARNING, f"GatewayClient\\Gateway::{case.method}(): "
                      + text.removeprefix("Exception: ")])
        text = ""
    if text:
        return None
    case.outcome["notes"] = [*case.notes, *notes]
    return case.outcome


@rule("A gateway that cannot be reached, and a command",
      """The reference raises a warning and, on PHP 8, throws a TypeError.
      Ours raises one E_WARNING that names the gateway; a command to one
      client returns false, one to all gateways what it always returns.""")
def unreachable_for_a_command(case):
    if case.throws[0] != "TypeError" or not case.throws[1].startswith(
            "stream_socket_sendto(): Argument #1"):
        return None
    if case.notes != UNREACHABLE:
        return None
    to_all = case.properties.get("registerAddress") == "one dead"
    del case.outcome["throws"]
    case.outcome["returns"] = "N;" if to_all else "b:0;"
    case.note(ONE_FAILED)
    return case.outcome


@rule("A command to a gateway that a worker has no connection to",
      """Where the reference returns null, because it drops the result, ours
      returns false, as outside of a worker.""")
def unknown_to_the_worker(case):
    if case.arguments[:1] != [{"dead": 1}] or case.method not in VOID or \
            case.outcome.get("returns") != "N;" or \
            {"wire", "worker", "notes"} & {*case.outcome}:
        return None
    case.outcome["returns"] = "b:0;"
    return case.outcome


@rule("A gateway that cannot be reached, and a question to it alone",
      """The same exception, without the warning before it.
      `getUidByClientId()`, which returns null in the reference, throws as the
      others do.""")
def unreachable_for_one_question(case):
    if case.notes != UNREACHABLE or case.arguments[:1] != [{"dead": 1}]:
        return None
    refused = "can not connect to tcp://<dead> Connection refused"
    if case.method == "getUidByClientId":
        del case.outcome["returns"]
        case.outcome["throws"] = [EXCEPTION, refused]
    if case.throws[1] != refused:
        return None
    del case.outcome["notes"]
    return case.outcome


@rule("A gateway that cannot be reached, and a question to all",
      """A partial result with one E_WARNING that names the gateway, as the
      reference's warning does in words of its own.""")
def unreachable_for_a_question(case):
    if case.notes != UNREACHABLE or "throws" in case.outcome:
        return None
    case.note(ONE_FAILED)
    return case.outcome


@rule("A client_id of a gateway that no Register lists",
      """The reference connects to whatever address a client_id names, and shows
      the key there. Ours asks the Register when it has no list with that
      address, and does not connect when the Register has none either. A
      command then raises an E_WARNING; to a question the client is offline, as
      it is in the reference to a worker that does not know the gateway.""")
def unlisted(case):
    dead = case.arguments[:1] == [{"dead": 1}]
    refused = "can not connect to tcp://<dead> Connection refused"
    if dead and case.throws[1] == refused:
        del case.outcome["throws"]
        case.outcome["returns"] = "i:0;" if case.method == "isOnline" else "N;"
    text = json.dumps(case.outcome)
    if dead:
        text = text.replace(refused, UNLISTED % "<dead>")
    case.outcome = json.loads(text)
    if case.sequence["uncached"] and (dead or "wire" in case.outcome) and \
            "register" not in case.outcome and names_clients(case):
        asked = case.got.get("register", [])
        if len(asked) == 1 and asked[0].get("event") == "worker_connect":
            case.outcome["register"] = asked
    return case.outcome


def names_clients(case):
    return any(isinstance(leaf, dict) and {"c", "C", "ghost", "dead"} & {*leaf}
               for argument in case.arguments
               for leaf in values.leaves(argument))


NO_LIST = {
    "refused": "not connecting to tcp://%s: Can not connect to tcp://<dead> "
               "Connection refused",
    "closing": "not connecting to tcp://%s: getAllGatewayAddressesFromRegister "
               "fail. tcp://<closing> return false (closed without an answer: "
               "wrong or missing secret key?)",
    "garbage": "not connecting to tcp://%s: getAllGatewayAddressesFromRegister "
               "fail. tcp://<garbage> return 'no JSON'",
    "empty": "not connecting to tcp://%s: the list of gateways is empty",
}


@rule("A list of client_ids, and no list of gateways",
      """`sendToAll()` asks the Register for it in ours, for the same reason.
      When there is none, nobody gets the message, and one E_WARNING says
      why.""")
def no_list_for_clients(case):
    words = NO_LIST.get(str(case.properties.get("registerAddress")))
    wire = case.outcome.get("wire", {})
    if case.method != "sendToAll" or not words or not wire or \
            kind_of_list(case.argument(1)) != "clients":
        return None
    order = [name_of(client, case.sequence["gateways"])
             for client in values.leaves(case.argument(1))
             if isinstance(client, dict)]
    asked = sorted(wire, key=lambda gateway: min(
        (n for n, name in enumerate(order)
         if f'"{name}"' in wire[gateway][0][1]),
        default=len(order)))  # one that a smaller sequence never connects
    del case.outcome["wire"]
    case.outcome.pop("received", None)
    plural = "1 gateway failed: " if len(asked) == 1 \
        else f"{len(asked)} gateways failed: "
    case.note(plural + "; ".join(words % f"<{name}>" for name in asked))
    return case.outcome


def name_of(client, gateways):
    if "ghost" in client:
        return f"ghost{client['ghost'] % gateways}"
    return client.get("c", client.get("C"))


def kind_of_list(value):
    """`clients`: a list that names some."""
    found = [leaf for leaf in values.leaves(value) if isinstance(leaf, dict)]
    return "clients" if found else "other"


@rule("`sendToClient()` and `sendToUid()` have a parameter `$raw`",
      """The pure class lacks it, so it encodes the message; GatewayWorker's
      own class has it, and so does ours.""")
def raw_to_one(case):
    if case.method not in ("sendToClient", "sendToUid") or \
            case.argument(2) is not True:
        return None
    for frames in [*case.outcome.get("wire", {}).values(),
                   *case.outcome.get("worker", {}).values()]:
        for frame in frames:
            command, flag, *rest = frame[0].split(" ")
            frame[0] = " ".join([command, str(int(flag) | 2), *rest])
    received = case.outcome.get("received", {})
    for name, messages in list(received.items()):
        received[name] = as_raw(messages)
        if not received[name]:
            del received[name]
    if not received:
        case.outcome.pop("received", None)
    return case.outcome


def as_raw(messages):
    """How the cell reads the same messages without their frames."""
    from .cell import messages as read
    stream = b"".join(values.to_bytes(message) for message in messages)
    return [values.of_bytes(message) for message in read(stream)]


@rule("null where PHP's own functions deprecate it",
      """`strlen(null)` of the pure class raises an E_DEPRECATED that tells of
      its source, not of the caller's.""")
def null_to_strlen(case):
    notes = [n for n in case.notes if n != NULL_TO_STRLEN]
    if len(notes) == len(case.notes) or None not in case.arguments[:2]:
        return None
    if notes:
        case.outcome["notes"] = notes
    else:
        del case.outcome["notes"]
    return case.outcome


@rule("No client_id, outside of a worker's event",
      """The reference then talks to 0.0.0.0:0, which ends as a gateway that
      cannot be reached, or inside a worker as nothing at all; ours throws.""")
def null_client(case):
    if case.arguments[:1] != [None] or "wire" in case.outcome or not any(
            text.startswith("long2ip(): Passing null")
            for _, text in case.notes):
        return None
    kept = {k: v for k, v in case.outcome.items() if k in BEFORE}
    return {**kept, "throws": [
        EXCEPTION, "client_id NULL is invalid: there is no current client"]}


@rule("A uid or group in a list that is not UTF-8",
      """JSON cannot hold it. The reference sends an empty list, so the message
      is lost in silence; ours throws.""")
def not_utf8(case):
    values_ = case.arguments[:1]
    if case.method not in TAKES_LISTS or not values_ or not any(
            isinstance(leaf, dict) and "b" in leaf
            for leaf in values.leaves(values_[0])):
        return None
    kept = {k: v for k, v in case.outcome.items() if k in BEFORE}
    message = "a uid or group cannot be written as JSON" \
        if "worker" in case.outcome else "malformed UTF-8"
    return {**kept, "throws": [EXCEPTION, message]}


@rule("The Register's answer in an exception is one line",
      """Its end is not quoted, and neither are control characters: exceptions
      go to logs.""")
def quoted_answer(case):
    case.outcome["throws"] = [case.throws[0], re.sub(
        r"(?s)(return '.*)\n'$", r"\1'", case.throws[1])]
    return case.outcome if "fail. tcp://<garbage>" in case.throws[1] else None


@rule("A Register that hangs up instead of answering",
      """`… return false` is followed by `(closed without an answer: wrong or
      missing secret key?)`.""")
def hung_up(case):
    if "fail. tcp://" not in case.throws[1] or \
            not case.throws[1].endswith(" return false"):
        return None
    case.outcome["throws"] = [case.throws[0], case.throws[1] + HUNG_UP]
    return case.outcome


@rule("Exceptions have a class of their own",
      """`GatewayClient\\GatewayException`, which extends `Exception`, with the
      same message.""")
def exception_class(case):
    if case.throws[0] != "Exception":
        return None
    case.outcome["throws"][0] = EXCEPTION
    return case.outcome


@rule("A connection without uid or group",
      """`getAllGroupUidList()`, `getAllGroupUidCount()`,
      `getAllGroupClientIdList()` and `getAllGroupClientIdCount()`: the
      reference stops at the first one and forgets the rest of that gateway;
      ours skips that one.""")
def skips_one_connection(case):
    if "groups" not in case.outcome or "returns" not in case.outcome or \
            case.method not in GROUP_LISTS:
        return None
    found = {}
    for name, uid, groups, _ in [row for gateway in
                                 by_machine(case.outcome["groups"])
                                 for row in gateway]:
        uid = serialize.loads(values.to_bytes(uid))
        groups = serialize.loads(values.to_bytes(groups)) or []
        if "Uid" in case.method and uid in (None, b"", b"0"):
            continue
        who = uid if "Uid" in case.method else placeholder(name)
        for group in [group for _, group in groups]:
            found.setdefault(array_key(group), {})[array_key(who)] = who
    case.outcome["returns"] = values.of_bytes(serialize.dumps(
        serialize.PhpArray((group, len(members) if "Count" in case.method
                            else serialize.PhpArray(members.items()))
                           for group, members in found.items())))
    return case.outcome


def by_machine(gateways):
    """A machine's gateways come together in what the reference makes."""
    machines = hosts(len(gateways))
    order = sorted(range(len(gateways)),
                   key=lambda index: machines.index(machines[index]))
    return [gateways[index] for index in order]


def array_key(text):
    """As PHP makes it: "7" is 7."""
    if re.fullmatch(rb"0|-?[1-9]\d*", text) and -2**63 <= int(text) < 2**63:
        return int(text)
    return text


def document():
    """The list for docs/conformance.md."""
    return "".join(f"- **{each.title}.** {each.reason}\n" for each in RULES)
