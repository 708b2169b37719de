"""Sequences of calls, made from a seed.

A sequence is JSON: {"seed", "gateways", "pooled", "uncached", "register",
"ops"}. An operation is one of

    ["connect", "c0", gateway]    ["disconnect", "c0"]
    ["call", "Gateway::x", [arguments], {properties}]
    ["context", "c0" or null]     the worker's current client
    ["worker", true or false]     inside a worker, whose connections only note

A gateway is a number, of which there may be fewer. The classes of calls besides
`Gateway` are those of subclasses.php.

The generator knows what would kill the reference: a raw message that is no
string, a session that is no array before it is merged into, a uid that is an
array within a list, a message that json_encode() refuses.
"""

import random

from .values import kind, php_list, php_map

LONG = {"rep": ["長", 341]}  # 1 KB
UIDS = [7, "7", "07", "1e3", 1000, -3, "-3", "ann", "bob", "ümläut", "用户😀",
        LONG, "9223372036854775807", "9223372036854775808", " 7", "7 ", "1.0",
        "a\"b\\c/d", "a\0b", "<script>", 0, "0", ""]
ODD_UIDS = [None, True, False, {"f": "1.5"}, {"f": "-0.0"}, {"f": "1.0E+25"},
            {"b": "/wD+"}]
GROUPS = [7, "7", "07", "room", "lobby", "Größe", "组", LONG, "1e3", "-0",
          -12, "a/b", "a\"b", "42", 42, "x y", "0", 0, ""]
# JSON of these is never refused, so they may be listed, too.
TEXTS = ["", "0", "hello", "ünï😀", "a\0b\r\n", "{\"type\":\"x\"}", "false",
         "x" * 125, "x" * 126, {"rep": ["ab", 32767]},
         {"rep": ["ab", 32768]}]
BINARY = [{"b": "/wD+gA=="}, {"b": "gYGB"}, {"rep": [{"b": "/4A="}, 100]}]
BIG = {"rep": ["0123456789", 100000]}
NUMBERS = [0, 1, -1, 7, 9223372036854775807, -9223372036854775808,
           {"f": "0.1"}, {"f": "-1.5"}, {"f": "1.0E+25"}, {"f": "3.0"},
           {"f": "-0.0"}, {"f": "1.0E-7"}, True, False]
FLOATS = [{"f": x} for x in ("INF", "-INF", "NAN", "0.1", "-0.0", "1.0E+100",
                             "1.7976931348623157E+308", "4.9E-324")]
# Not ids at all. All of them without a hex digit: the reference turns them
# into 0.0.0.0:0 after its warnings, and not into a stranger's address.
MALFORMED = ["", "x", "7f0000010b54", "zzzzzzzzzzzzzzzzzzzz",
             "gggggggggggggggggggg0", 123, True, {"f": "1.5"},
             "漢漢漢漢漢漢gg", "                    "]
OWN = {"Tenant", "Shop"}  # with methods of their own
RAW_FRAMES = [{"b": "gQVoZWxsbw=="}, {"b": "ggMBAgM="}, "not a frame",
              {"b": "iQA="}, ""]
CMD_NAMES = [0, 5, 6, 11, 25, 200, 255, 256, -1]


def weighted(rng, pairs):
    return rng.choices([item for item, _ in pairs],
                       [weight for _, weight in pairs])[0]


class Generator:
    """Makes one sequence."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.seed = seed
        self.names = []
        self.online = []
        self.in_worker = False
        self.in_context = False
        # Few values, so that they meet.
        self.uids = self.rng.sample(UIDS, 4)
        self.groups = self.rng.sample(GROUPS, 4)
        self.big = 1
        # Who has subclasses with methods of their own uses them a lot.
        self.owners = [("Gateway", 9), ("Chat", 1)]
        if self.rng.random() < 0.3:
            self.owners += [("Tenant", 6), ("Shop", 3)]

    def sequence(self):
        rng = self.rng
        gateways = rng.choice([1, 2, 3])
        found = {"seed": self.seed, "gateways": gateways,
                 "pooled": rng.random() < 0.5,
                 "uncached": rng.random() < 0.2,
                 "register": rng.choice(["list", "list", "object"])}
        ops = [self.connect() for _ in range(rng.randint(1, 3 + gateways))]
        for _ in range(rng.randint(10, 36)):
            ops.append(self.operation())
        found["ops"] = ops
        return found

    def connect(self):
        name = f"c{len(self.names)}"
        self.names.append(name)
        self.online.append(name)
        return ["connect", name, self.rng.randrange(6)]

    def operation(self):
        what = weighted(self.rng, [("call", 90), ("connect", 3),
                                   ("disconnect", 2), ("context", 2),
                                   ("worker", 1.5)])
        if what == "connect" and len(self.names) < 8:
            return self.connect()
        if what == "disconnect" and len(self.online) > 1:
            name = self.rng.choice(self.online)
            self.online.remove(name)
            return ["disconnect", name]
        if what == "context":
            self.in_context = not self.in_context
            name = self.rng.choice(self.names) if self.in_context else None
            return ["context", name]
        if what == "worker":
            self.in_worker = not self.in_worker
            return ["worker", self.in_worker]
        return self.call()

    def call(self):
        if self.in_worker:
            return self.call_in_worker()
        method, make = weighted(self.rng, CALLS)
        method = self.rng.choice(method.split("|"))
        arguments = make(self)
        if "::" in method:
            return ["call", method, arguments]
        owner = weighted(self.rng, self.owners)
        if owner in OWN and self.rng.random() < 0.05:
            return ["call", f"{owner}::tell", self.tell()]
        op = ["call", f"{owner}::{method}", arguments]
        properties = self.properties(method)
        return [*op, properties] if properties else op

    def call_in_worker(self):
        """Commands only: a worker's questions need its event loop."""
        while True:
            method, make = weighted(self.rng, CALLS)
            method = method.split("|")[0]
            if method in COMMANDS:
                owner = weighted(self.rng, self.owners)
                return ["call", f"{owner}::{method}", make(self)]

    def properties(self, method):
        """Another Register for this call, now and then."""
        if self.rng.random() > 0.06 or method not in TO_ALL:
            return None
        register = self.rng.choice(
            ["refused", "empty", "garbage", "closing", "one dead", "object",
             php_list("refused", "list")["l"], ["list", "refused"]])
        return {"registerAddress": register, "addressesCacheDisable": True}

    # Arguments

    def client(self):
        if self.rng.random() < 0.85 and self.online:
            return {"c": self.rng.choice(self.online)}
        return weighted(self.rng, [
            ({"c": self.rng.choice(self.names)}, 4),
            ({"C": self.rng.choice(self.names)}, 2),
            ({"ghost": self.rng.randrange(6)}, 3), ({"dead": 1}, 1),
            (self.rng.choice(MALFORMED), 2), (None, 0.3)])

    def clients(self):
        """A list with some that are not there; few that are malformed."""
        items = [self.client() for _ in range(self.rng.randint(0, 4))]
        items = [i for i in items
                 if kind(i) in ("c", "C", "ghost")
                 or self.rng.random() < 0.1 and isinstance(i, str)]
        return php_list(*items)

    def client_list(self):
        return weighted(self.rng, [
            (None, 5), (self.clients(), 5), (php_list(), 1),
            (php_map([["a", {"c": self.rng.choice(self.names)}]]), 0.5),
            ("no list", 0.5)])

    def excluded(self):
        return weighted(self.rng, [
            (None, 4), (self.clients(), 5), ({"c": self.rng.choice(
                self.names)}, 2), ("", 0.5), (php_list(), 0.5)])

    def uid(self):
        if self.rng.random() < 0.07:
            return self.rng.choice(ODD_UIDS)
        return self.rng.choice(self.uids)

    def uid_list(self):
        return php_list(*[self.uid() for _ in range(self.rng.randint(0, 4))])

    def uid_or_list(self):
        return self.uid() if self.rng.random() < 0.6 else self.uid_list()

    def group(self):
        if self.rng.random() < 0.05:
            return self.rng.choice(ODD_UIDS)
        return self.rng.choice(self.groups)

    def group_list(self):
        return php_list(*[self.group()
                          for _ in range(self.rng.randint(0, 4))])

    def group_or_list(self):
        return self.group() if self.rng.random() < 0.7 else self.group_list()

    def message(self):
        return weighted(self.rng, [
            (self.rng.choice(TEXTS), 10), (self.rng.choice(BINARY), 2),
            (self.rng.choice(NUMBERS), 3), (None, 1),
            (self.tree(2, self.rng.choice(NUMBERS)), 4)])

    def big_message(self):
        """Not twice in one call: a client's queue takes only so much."""
        if self.big and self.rng.random() < 0.04:
            self.big -= 1
            return BIG
        return self.message()

    def raw_message(self):
        return self.rng.choice([*RAW_FRAMES, *TEXTS[:6], *BINARY])

    def tree(self, depth, *more):
        """A nested array; JSON can hold it."""
        rng = self.rng

        def leaf():
            return rng.choice([None, True, 7, {"f": "1.5"}, {"f": "2.0"},
                               "é/\"\\\u2028\x7f\x01", "", "用户", *more])

        def node(level):
            if level == 0 or rng.random() < 0.4:
                return leaf()
            items = [node(level - 1) for _ in range(rng.randint(0, 3))]
            if rng.random() < 0.4:
                return php_list(*items)
            keys = rng.sample([0, 1, 5, -1, "a", "7", "é", "x y", ""],
                              len(items))
            name = "o" if rng.random() < 0.1 else "a"
            return {name: [[k, item] for k, item in zip(keys, items)]}

        items = [node(depth) for _ in range(rng.randint(0, 3))]
        return php_list(*items) if rng.random() < 0.3 \
            else php_map(zip(rng.sample(["a", "b", "user", "7", 0, 3], 3),
                             items))

    def session(self):
        if self.rng.random() < 0.06:
            return php_map([["big", {"rep": ["é", 20000]}],
                            ["many", php_list(*range(200))]])
        return self.tree(3, *FLOATS, {"b": "gP8="}, LONG)

    def serialized(self):
        return self.rng.choice([
            "a:0:{}", 'a:1:{s:1:"a";i:1;}', "a:1:{i:0;a:1:{i:0;d:0.5;}}",
            "", 'a:1:{s:1:"o";O:8:"stdClass":1:{s:1:"p";b:1;}}',
            'a:2:{s:1:"u";N;s:1:"a";i:2;}'])

    # Calls whose arguments depend on each other

    def send_to_all(self):
        if self.rng.random() < 0.12:
            return [self.raw_message(), self.client_list(), self.excluded(),
                    True]
        message = self.big_message()
        return [message, self.client_list(), self.excluded()][
            :self.rng.randint(1, 3)]

    def send_to_one(self):
        if self.rng.random() < 0.1:
            return [self.client(), self.raw_message(), True]
        return [self.client(), self.big_message()]

    def send_to_uid(self):
        if self.rng.random() < 0.1:
            return [self.uid_or_list(), self.raw_message(), True]
        return [self.uid_or_list(), self.message()]

    def tell(self):
        return [self.rng.choice(self.uids), self.message()]

    def send_to_group(self):
        if self.rng.random() < 0.12:
            return [self.group_or_list(), self.raw_message(),
                    self.excluded(), True]
        return [self.group_or_list(), self.message(), self.excluded()][
            :self.rng.randint(2, 3)]

    def close(self):
        client = self.client()
        if isinstance(client, dict) and "c" in client and \
                self.rng.random() < 0.6:
            return [{"ghost": 0}]
        return [client, self.message()][:self.rng.randint(1, 2)]

    def destroy(self):
        return self.close()[:1]

    def set_session(self):
        """Not of nobody: the reference then changes $_SESSION alone."""
        client = self.client()
        while client is None and not self.in_context:
            client = self.client()
        return [client, self.session()]

    def set_serialized(self):
        return [self.client(), self.serialized()]

    def frame(self):
        rng = self.rng
        return [php_map([
            ["cmd", rng.choice(CMD_NAMES)], ["local_ip", 2130706433],
            ["local_port", rng.choice([0, 2900, 65535, 70000])],
            ["client_ip", rng.choice([0, 4294967295])], ["client_port", 1],
            ["connection_id", rng.choice([0, 1, 4294967295])],
            ["flag", rng.choice([0, 1, 2])], ["gateway_port", 7272],
            ["ext_data", rng.choice(["", "ext", '{"a":1}', {"b": "/w=="}])],
            ["body", rng.choice(["", "body", 5, None, True,
                                 php_list(1, "a"), {"f": "1.5"}])]])]

    def frame_bytes(self):
        # Whole frames: flag 0 and 1, with and without ext_data.
        heads = [
            "AAAAHAV/AAABC1QAAAABAAIAAAABARxoAAAAAA==",
            "AAAAIQV/AAABC1QAAAABAAIAAAABARxoAAAAAGhlbGxv",
            "AAAAIAl/AAABC1QAAAABAAL/////ABxoAAAAAGk6NTs=",
            "AAAAL81/AAABC1QAAAABAAIAAAAHABxoAAAAA2V4dGE6MTp7aT"
            "owO2Q6MC41O30=",
            "AAAAIQN/AAABC1QAAAABAAIAAAAHAxxoAAAAA2V4dP8A"]
        return [{"b": self.rng.choice(heads)}]

    def numbers_of_id(self):
        rng = self.rng
        return [rng.choice([2130706433, 0, 4294967295, "2130706433", -1]),
                rng.choice([0, 2900, 65535, 65536, "2900"]),
                rng.choice([1, 0, 4294967295, 4294967296, "7"])]


def none(_):
    return []


def one(*names):
    """A maker of arguments from the generator's methods."""
    return lambda g: [getattr(g, name)() for name in names]


def optional(name):
    return lambda g: [getattr(g, name)()][:g.rng.randint(0, 1)]


CALLS = [
    (("sendToAll", lambda g: g.send_to_all()), 7),
    (("sendToClient", lambda g: g.send_to_one()), 7),
    (("sendToUid", lambda g: g.send_to_uid()), 7),
    (("sendToGroup", lambda g: g.send_to_group()), 7),
    (("closeClient", lambda g: g.close()), 3),
    (("destoryClient|destroyClient", lambda g: g.destroy()), 2),
    (("destoryCurrentClient", none), 0.5),
    (("bindUid", one("client", "uid")), 8),
    (("unbindUid", one("client", "uid")), 2),
    (("joinGroup", one("client", "group")), 9),
    (("leaveGroup", one("client", "group")), 3),
    (("ungroup", one("group")), 1.5),
    (("isOnline", one("client")), 2),
    (("isUidOnline", one("uid")), 2),
    (("isUidsOnline", one("uid_list")), 2),
    (("getClientIdByUid", one("uid")), 2),
    (("batchGetClientIdByUid", one("uid_list")), 2),
    (("getUidByClientId", one("client")), 2),
    (("getClientIdListByGroup", one("group_or_list")), 2),
    (("getAllClientIdList", none), 1),
    (("getUidListByGroup", one("group_or_list")), 2),
    (("getAllUidList", none), 1),
    (("getUidCountByGroup", one("group_or_list")), 1),
    (("getAllUidCount", none), 1),
    (("getClientIdCountByGroup|getClientCountByGroup",
      optional("group")), 2),
    (("getAllClientIdCount|getAllClientCount", none), 1),
    (("batchGetClientIdCountByGroup", one("group_list")), 2),
    (("getAllClientSessions", optional("group")), 1.5),
    (("getClientSessionsByGroup", one("group")), 1.5),
    (("getAllClientInfo", optional("group")), 0.6),
    (("getClientInfoByGroup", one("group")), 0.6),
    (("getAllGroupIdList", none), 1),
    (("getAllGroupUidList|getAllGroupUidCount|getAllGroupClientIdList"
      "|getAllGroupClientIdCount", none), 3),
    (("setSession", lambda g: g.set_session()), 4),
    (("updateSession", lambda g: g.set_session()), 5),
    (("setSocketSession", lambda g: g.set_serialized()), 1.5),
    (("getSession", one("client")), 4),
    (("Context::clientIdToAddress", one("client")), 1),
    (("Context::addressToClientId", lambda g: g.numbers_of_id()), 0.7),
    (("Context::sessionEncode", one("session")), 0.5),
    (("Context::sessionDecode", one("serialized")), 0.5),
    (("Context::clear", none), 0.2),
    (("GatewayProtocol::encode", lambda g: g.frame()), 0.7),
    (("GatewayProtocol::decode", lambda g: g.frame_bytes()), 0.5),
    (("GatewayProtocol::input", lambda g: g.frame_bytes()), 0.3),
]
COMMANDS = {"sendToAll", "sendToClient", "sendToUid", "sendToGroup",
            "closeClient", "destoryClient", "bindUid", "unbindUid",
            "joinGroup", "leaveGroup", "ungroup", "setSession",
            "updateSession", "setSocketSession"}
# What asks the Register.
TO_ALL = {"sendToAll", "sendToUid", "sendToGroup", "ungroup", "isUidOnline",
          "isUidsOnline", "getClientIdByUid", "batchGetClientIdByUid",
          "getClientIdListByGroup", "getAllClientIdList", "getUidListByGroup",
          "getAllUidList", "getUidCountByGroup", "getAllUidCount",
          "getClientIdCountByGroup", "getClientCountByGroup",
          "getAllClientIdCount", "getAllClientCount",
          "batchGetClientIdCountByGroup", "getAllClientSessions",
          "getClientSessionsByGroup", "getAllGroupIdList",
          "getAllGroupUidList", "getAllGroupUidCount",
          "getAllGroupClientIdList", "getAllGroupClientIdCount"}


def generate(seed):
    return Generator(seed).sequence()
