"""The whole PHP API on real clusters: every recorded call, made by the native
and by the pure class, on gatewayd and on the PHP GatewayWorker, gives the
recorded result and the recorded bytes at the clients, or what
docs/differences.md lists.
"""

import unittest

from harness import serialize
from harness.cluster import (PURE, REFERENCE, WHY_NO_PURE, WHY_NO_REFERENCE,
                             make_cluster)
from harness.php import NATIVE_EXCEPTION, Php
from harness.process import wait_until
from harness.vectors import CLOSED, check_client, read_vectors
from harness.websocket import text_frame
from harness.worker import has_jit

E_WARNING, E_DEPRECATED = 2, 8192
# The address of a client_id of zeros.
NOWHERE = "tcp://0.0.0.0:0 "
# Everything that is loaded becomes machine code, whether it runs often or not.
MACHINE_CODE = {"opcache.enable_cli": 1, "opcache.jit": "function",
                "opcache.jit_buffer_size": "32M",
                "opcache.file_update_protection": 0}


class Scene:
    """A cluster with three clients, as in the vectors, and one PHP process.
    A and B are on the first gateway; C is on the second where there is one."""

    def __init__(self, kind, native, count, secret_key, recorded_ids=None,
                 machine_code=False):
        self.cluster = make_cluster(kind, count, secret_key)
        self.native = native
        self.php = None
        self.clients = {}
        self.replacements = []
        try:
            self.php = Php(native, self.cluster, files=machine_code,
                           ini=MACHINE_CODE if machine_code else None)
            for letter, gateway in {"A": 0, "B": 0, "C": 1 % count}.items():
                self.clients[letter] = self.cluster.connect(
                    gateway, path="/?room=7")
        except BaseException:
            self.close()
            raise
        self.php.vars = {letter: client.client_id
                         for letter, client in self.clients.items()}
        for letter, recorded in (recorded_ids or {}).items():
            self.replacements.append((recorded, self.php.vars[letter]))
        for letter, recorded in (recorded_ids or {}).items():
            # What is left of a recorded id names a client that is not there.
            self.replacements.append((recorded[:12],
                                      self.php.vars[letter][:12]))

    def localise(self, text):
        """Recorded ids and addresses, as they are in this cluster."""
        for recorded, real in self.replacements:
            text = text.replace(recorded, real)
        return text.replace("127.0.0.1:1236", self.cluster.register_address)

    def check_clients(self, expected):
        for letter, client in self.clients.items():
            check_client(client, expected.get(letter, ""))

    def close(self):
        for client in self.clients.values():
            client.close()
        try:
            if self.php:
                self.php.close()
        finally:
            self.cluster.close()


class CallCheck:
    """Compares one call's outcome with what was recorded."""

    def __init__(self, scene, call):
        self.scene = scene
        # What is not listed is not even connected to: nobody is there.
        if scene.native and NOWHERE in call.get("throws", ""):
            call = {"call": call["call"], "returns": "i:0;"}
        self.call = call
        # Pure calls to the Context touch no server: recorded ids are theirs.
        offline = call["call"].startswith("Context::")
        self.localise = (lambda text: text) if offline else scene.localise
        self.vars = ({"C": "7f0000010b8600000001"} if offline else {})

    def faults(self, result):
        return [*self.return_faults(result), *self.throw_faults(result),
                *self.output_faults(result)]

    def return_faults(self, result):
        want = serialize.loads(self.localise(self.call["returns"]).encode())
        if serialize.canonical(result.value) != serialize.canonical(want):
            yield f"returned {result.raw!r}, recorded {want!r}"

    def throw_faults(self, result):
        recorded = self.call.get("throws")
        if not recorded or not result.throws:
            if recorded or result.throws:
                yield f"threw {result.throws}, recorded {recorded}"
            return
        message = self.localise(recorded).partition(": ")[2]
        if self.scene.native:
            # The same sentence; what follows it may say more of the cause.
            message = message.partition(" Connection refused")[0]
            message = message.partition(" return false")[0]
            if result.throws["class"] != NATIVE_EXCEPTION:
                yield f"threw {result.throws['class']}"
        if not result.throws["message"].startswith(message):
            yield f"threw {result.throws['message']!r}, recorded {message!r}"

    def output_faults(self, result):
        """The pure class prints what the native one raises."""
        deprecated = self.call.get("deprecated", "")
        echo = self.call.get("echoes", "").partition(": ")[2] or deprecated
        if not self.scene.native:
            if echo not in result.echoes or bool(echo) != bool(result.echoes):
                yield f"printed {result.echoes!r}, recorded {echo!r}"
            if bool(result.warnings) != bool(self.call.get("warnings")):
                yield f"warned {result.warnings}"
            return
        if result.echoes:
            yield f"printed {result.echoes!r}"
        levels = [E_DEPRECATED if deprecated else E_WARNING] if echo else []
        if result.levels != levels or echo not in "".join(result.warnings):
            yield f"raised {result.warnings}, expected {echo!r}"

    def run(self):
        """Makes the call. The pure class opens a connection for each, and a
        gateway may serve them in any order: a query is asked again until the
        commands before it are done. The native class has no such excuse."""
        result = None

        def matches():
            nonlocal result
            result = self.scene.php.call(self.localise(self.call["call"]),
                                         **self.vars)
            return not list(self.faults(result))

        query = any("recv" in wire for wire in self.call.get("wire", ()))
        if query and not self.scene.native:
            try:
                wait_until(matches, self.call["call"])
            except AssertionError:
                pass
        else:
            matches()
        return list(self.faults(result))


def test_of(call):
    def test(self):
        faults = CallCheck(self.scene, call).run()
        try:
            self.scene.check_clients(call.get("clients_receive", {}))
        except AssertionError as fault:
            faults.append(str(fault))
        if faults:
            self.fail("\n".join([call["call"], *faults]))

    return test


class Sequence:
    """Calls act on the state that the calls before them left."""

    count = 2
    secret_key = ""
    recorded_ids = None
    machine_code = False
    scene = None

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene(cls.server, cls.native, cls.count, cls.secret_key,
                          cls.recorded_ids, cls.machine_code)

    @classmethod
    def tearDownClass(cls):
        if cls.scene:
            cls.scene.close()


def hexed(message):
    return text_frame(message).hex()


def ser(value):
    """serialize() of what the tables below need."""
    return serialize.dumps(serialize.from_python(value)).decode()


def case(call, returns=None, receive=None, query=False, **more):
    """A call in the form of the vectors."""
    return {"call": call, "returns": ser(returns),
            "wire": [{"recv": ""}] if query else [],
            "clients_receive": {letter: hexed(text) for letter, text
                                in (receive or {}).items()}, **more}


# What the recorded calls leave out. `native_only` marks what the pure class of
# today does not have.
MORE_CALLS = [
    case("Gateway::setSocketSession($A, 'a:1:{s:1:\"k\";i:1;}')", True),
    case("Gateway::getSession($A)", {"k": 1}, query=True),
    case("Gateway::bindUid($A, 'first')"),
    case("Gateway::bindUid($A, 'second')"),
    case("Gateway::getUidByClientId($A)", "second", query=True),
    case("Gateway::isUidOnline('first')", 0, query=True),
    case("Gateway::bindUid($B, '007')"),
    case("Gateway::bindUid($C, 7)"),
    case("Gateway::isUidsOnline(['007', '7', 7.0])", {"007": 1, 7: 1},
         query=True, native_only=True),
    case("Gateway::joinGroup($B, 'room/ü')"),
    case("Gateway::joinGroup($C, 'room/ü')"),
    case("Gateway::sendToGroup('room/ü', 'héllo')", None,
         {"B": "héllo", "C": "héllo"}),
    case("Gateway::getUidListByGroup('room/ü')", {"007": "007", 7: "7"},
         query=True),
    # The pure class stops at the first connection without uid or group.
    case("Gateway::getAllGroupUidList()",
         {"room/ü": {"007": "007", 7: "7"}}, query=True, native_only=True),
    case("Gateway::getAllGroupUidCount()", {"room/ü": 2}, query=True,
         native_only=True),
    case("Gateway::getAllGroupClientIdCount()", {"room/ü": 2}, query=True,
         native_only=True),
    case("count(Gateway::getAllClientInfo())", 3, query=True,
         deprecated="Gateway::getAllClientInfo is deprecated"),
    case("count(Gateway::getClientInfoByGroup('room/ü'))", 2, query=True,
         deprecated="Gateway::getClientInfoByGroup is deprecated"),
    case("Gateway::sendToUid('007', \"\\x00\\xff\")", None,
         {"B": b"\x00\xff"}),
    case("Gateway::sendToAll(str_repeat('y', 70000))", None,
         {letter: "y" * 70000 for letter in "ABC"}),
    case("Gateway::sendToClient($A, \"\\x81\\x01r\", true)", True,
         {"A": "r"}, native_only=True),
    case("Gateway::sendToUid('007', \"\\x81\\x01r\", true)", None,
         {"B": "r"}, native_only=True),
    case("Gateway::sendToAll(\"\\x81\\x01r\", null, null, true)", None,
         {"A": "r", "B": "r", "C": "r"}),
    case("Gateway::sendToAll('x', ['bad'])", None,
         throws="Exception: client_id bad is invalid"),
    case("Gateway::destoryCurrentClient()", None,
         throws="Exception: destoryCurrentClient can not be called in async "
                "context"),
    case("Gateway::flush()", True, native_only=True),
    case("Gateway::destroyClient($B)", True, native_only=True,
         closes="B"),
    case("Gateway::destoryClient($C)", True, closes="C"),
    case("Gateway::closeClient($A, '')", True, {"A": ""}, closes="A"),
    case("Gateway::getAllClientIdList()", {}, query=True, native_only=True),
]


def more_calls(native):
    for call in MORE_CALLS:
        if native or not call.get("native_only"):
            call = dict(call)
            closed = call.pop("closes", None)
            if closed:
                receive = dict(call["clients_receive"])
                receive[closed] = receive.get(closed, "") + CLOSED
                call["clients_receive"] = receive
            yield call


def sticky(calls):
    """A closed client stays closed, as the vectors write it in every line."""
    closed = set()
    for call in calls:
        receive = dict(call["clients_receive"])
        for letter in closed:
            receive.setdefault(letter, CLOSED)
        closed |= {k for k, v in receive.items() if v.endswith(CLOSED)}
        yield {**call, "clients_receive": receive}


def skip_without(kind, native, cls):
    """Tests whose peer is missing are skipped one by one, by name."""
    if REFERENCE is None and kind == "gatewayworker":
        return unittest.skip(WHY_NO_REFERENCE)(cls)
    if PURE is None and not native:
        return unittest.skip(WHY_NO_PURE)(cls)
    return cls


def define(name, kind, native, calls, **members):
    members.update(server=kind, native=native)
    for number, call in enumerate(calls, 1):
        members[f"test_{number:03}"] = test_of(call)
    cls = type(name, (Sequence, unittest.TestCase), members)
    globals()[name] = skip_without(kind, native, cls)


def compiled_test(self):
    """The last of its class: all of the above were compiled."""
    if not has_jit():
        self.skipTest("this PHP has no JIT")
    jit = self.scene.php.call(
        "opcache_get_status()['jit'] + ['scripts' => "
        "opcache_get_status()['opcache_statistics']['num_cached_scripts']]")
    found = dict(jit.value)
    self.assertIs(found[b"on"], True)
    self.assertGreater(found[b"buffer_size"], found[b"buffer_free"])
    self.assertGreater(found[b"scripts"], 50)


def define_machine_code(title, kind, plain):
    define(f"NativeOn{title}MachineCode", kind, True, plain[1:],
           recorded_ids=plain[0]["client_ids"], machine_code=True,
           test_compiled=compiled_test)


def define_all():
    plain = read_vectors("calls.jsonl")
    keyed = read_vectors("calls-secret-key.jsonl")
    for kind, title in (("gatewayd", "Gatewayd"),
                        ("gatewayworker", "GatewayWorker")):
        for native in (True, False):
            who = "Native" if native else "Pure"
            for count in (1, 2, 8) if native else (2,):
                ids = plain[0]["client_ids"]
                for secret_key in ("", "s3cret"):
                    suffix = "Keyed" if secret_key else ""
                    define(f"{who}On{count}{title}{suffix}", kind, native,
                           plain[1:], count=count, secret_key=secret_key,
                           recorded_ids=ids)
            define(f"{who}On{title}RecordedWithKey", kind, native, keyed[1:],
                   secret_key="s3cret", recorded_ids=keyed[0]["client_ids"])
            if native:
                define_machine_code(title, kind, plain)
            define(f"{who}On{title}More", kind, native,
                   list(sticky(more_calls(native))))


define_all()


# Queries on one state, asked of both classes: the results must be identical.
SAME_STATE = [
    "Gateway::bindUid($A, 'u1')", "Gateway::bindUid($B, 42)",
    "Gateway::bindUid($C, 'u1')", "Gateway::joinGroup($A, 'g')",
    "Gateway::joinGroup($B, 'g')", "Gateway::joinGroup($C, 'g')",
    "Gateway::joinGroup($C, 7)", "Gateway::joinGroup($A, '007')",
    "Gateway::setSession($A, ['a' => [1, 2.5, null, true, 'ü'], 7 => -1])",
    "Gateway::setSession($C, [])",
]
SAME_QUERIES = [
    "isOnline($A)", "isUidOnline('u1')", "isUidOnline(0)",
    "isUidsOnline(['u1', 42, 'x', '42'])", "getClientIdByUid('u1')",
    "getClientIdByUid(42)", "getClientIdByUid('')",
    "batchGetClientIdByUid(['x', 'u1', 42])", "batchGetClientIdByUid([])",
    "batchGetClientIdByUid((object)['first' => 'u1', 'second' => 42])",
    "isUidsOnline(new \\ArrayObject(['u1', 'x']))",
    "getUidByClientId($A)", "getUidByClientId($B)",
    "getClientIdListByGroup('g')", "getClientIdListByGroup(['g', 7, 'x'])",
    "getAllClientIdList()", "getUidListByGroup('g')", "getUidListByGroup(7)",
    "getUidListByGroup('x')", "getAllUidList()", "getUidCountByGroup('g')",
    "getUidCountByGroup('x')", "getAllUidCount()",
    "getClientIdCountByGroup('g')", "getClientIdCountByGroup()",
    "getClientCountByGroup(7)", "getClientCountByGroup('')",
    "getAllClientIdCount()", "getAllClientCount()",
    "batchGetClientIdCountByGroup(['g', 7, '007', 'x'])",
    "batchGetClientIdCountByGroup([])", "getAllClientSessions()",
    "getAllClientSessions('g')", "getClientSessionsByGroup(7)",
    "getAllGroupIdList()", "getAllGroupUidList()", "getAllGroupUidCount()",
    "getAllGroupClientIdList()", "getAllGroupClientIdCount()",
    "getSession($A)", "getSession($B)", "getSession($C)",
]


class SameResults:
    """Native and pure side by side on one cluster."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene(cls.server, True, cls.count, "")
        cls.pure = None
        try:
            cls.pure = Php(False, cls.scene.cluster)
            cls.pure.vars = cls.scene.php.vars
            for code in SAME_STATE:
                result = cls.scene.php.call(code)
                if result.throws:
                    raise AssertionError(f"{code}: {result}")
            if cls.scene.php.call("Gateway::flush()").value is not True:
                raise AssertionError("flush failed")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        if cls.pure:
            cls.pure.close()
        cls.scene.close()

    def compare(self, query):
        native = self.scene.php.call(f"Gateway::{query}")
        pure = self.pure.call(f"Gateway::{query}")
        self.assertEqual((native.throws, pure.throws), (None, None))
        if self.count == 1:
            self.assertEqual(native.raw, pure.raw)
        else:
            self.assertEqual(serialize.canonical(native.value),
                             serialize.canonical(pure.value))


def define_same(kind, title, count):
    members = {"server": kind, "count": count}
    for number, query in enumerate(SAME_QUERIES, 1):
        members[f"test_{number:03}_{query.partition('(')[0]}"] = \
            lambda self, query=query: self.compare(query)
    name = f"SameResultsOn{count}{title}"
    cls = type(name, (SameResults, unittest.TestCase), members)
    globals()[name] = skip_without(kind, False, cls)


for _count in (1, 2):
    define_same("gatewayd", "Gatewayd", _count)
    define_same("gatewayworker", "GatewayWorker", _count)
