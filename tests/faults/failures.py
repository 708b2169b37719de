"""The rows of the "Failures" table of docs/php-api.md, one after the other: each
with its outcome written beside it, on gatewayd and on the PHP GatewayWorker."""

import re
import time
from dataclasses import dataclass

from harness.php import NATIVE_EXCEPTION, Php
from harness.process import refusing_address
from lateness import TRIES, Helpers
from matrix import E_WARNING, Failure, be_exact, be_patient, expect_time, plain
from place import is_quiet, until
from proxy import RST, STOP, Answerer, Proxy, Rule, Script
from table import CONNECT, TIMEOUT

FAST, DEADLINE, CONNECTING = (0, 0.5), (TIMEOUT, TIMEOUT * 1.1), \
    (CONNECT, CONNECT * 1.1)
REFUSED = Script(refuse=True)
STALLED = Script(up=Rule(STOP), down=Rule(STOP))
MESSAGE = "the row's message"


@dataclass
class Row:
    name: str
    steps: object  # a generator function: of calls with their outcomes
    seen: str = ""
    tries: int = 1


@dataclass
class Step:
    """A call, and all that is to be seen of it. Texts are regular
    expressions; `returns` is None for an exception."""
    code: str
    returns: object = None
    throws: str = ""
    warns: str = ""
    time: tuple = FAST
    variables: dict = None
    before: object = None     # done first
    arrives: dict = None      # uid -> how often MESSAGE has come by now


ROWS = []


def row(name):
    def add(steps):
        ROWS.append((name, steps))
        return steps
    return add


def one_failed(cause):
    return rf"1 gateway failed: {cause}$"


@row("a client_id that is not 20 hex digits")
def bad_client_id(_):
    for text in ("7f00", "g" * 20, "7f0000010b540000000g", "", "0" * 40):
        wanted = f"^client_id {re.escape(text)} is invalid$"
        yield Step("Gateway::sendToClient($id, 'x')", throws=wanted,
                   variables={"id": text})
        yield Step("Gateway::isOnline($id)", throws=wanted,
                   variables={"id": text})


@row("no Register answers: every address is named, and why")
def no_register(stage):
    hole = stage.proxy_before(stage.site.register)
    hole.arm(Script(blackhole=True))
    with refusing_address() as one, refusing_address() as other:
        named = [rf"tcp://{re.escape(a)} Connection refused"
                 for a in (one, other)]
        yield Step("Gateway::sendToAll('x')",
                   variables={"registers": [one, other]},
                   throws=rf"^Can not connect to {named[0]}; {named[1]}$")
        yield Step("Gateway::getAllClientIdCount()", time=CONNECTING,
                   variables={"registers": [one, hole.address]},
                   throws=rf"^Can not connect to {named[0]}; "
                          rf"tcp://{re.escape(hole.address)} "
                          "Connection timed out$")


@row("the Register: wrong key")
def wrong_key_at_register(stage):
    where = re.escape(stage.site.register)
    for code in ("Gateway::sendToAll('x')", "Gateway::getAllGroupIdList()"):
        yield Step(code, variables={"key": "wrong",
                                    "registers": stage.site.register},
                   throws="^getAllGatewayAddressesFromRegister fail. "
                          rf"tcp://{where} return false \(closed without an "
                          r"answer: wrong or missing secret key\?\)$")


@row("the Register: silence")
def silent_register(stage):
    proxy = stage.proxy_before(stage.site.register)
    proxy.arm(STALLED)
    yield Step("Gateway::getAllClientIdCount()", time=DEADLINE,
               variables={"registers": proxy.address},
               throws="^getAllGatewayAddressesFromRegister fail. "
                      rf"tcp://{proxy.address} return false$")


@row("the Register: bad JSON")
def bad_json(stage):
    fake = stage.register_that_says(b'{"event":"broadcast_addr\n')
    yield Step("Gateway::sendToUid('ann', 'x')",
               variables={"registers": fake},
               throws="^getAllGatewayAddressesFromRegister fail. "
                      rf"tcp://{fake} return '.*'$")


@row("the Register: an empty list")
def empty_list(stage):
    fake = stage.register_that_says(
        b'{"event":"broadcast_addresses","addresses":[]}\n')
    yield Step("Gateway::sendToAll('x')", variables={"registers": fake},
               throws="with registerAddress:.*return array")


@row("a command or question for given client_ids, and none of these lists")
def no_list_for_clients(stage):
    empty = stage.register_that_says(
        b'{"event":"broadcast_addresses","addresses":[]}\n')
    with refusing_address() as refusing:
        for address, why in (
                (refusing, rf"Can not connect to tcp://{refusing} "
                           "Connection refused"),
                (empty, "the list of gateways is empty")):
            asked = {"registers": address}
            text = rf"not connecting to tcp://{stage.proxy.address}: {why}"
            for code, returns in (
                    ("Gateway::sendToClient($ann, $message)", False),
                    ("Gateway::bindUid($ann, 'x')", False),
                    ("Gateway::sendToAll($message, [$ann])", None)):
                yield Step(code, returns, variables=asked,
                           warns=one_failed(text), arrives={"ann": 0})
            yield Step("Gateway::isOnline($ann)", variables=asked,
                       throws=f"^{text}$")


@row("the same with a list that was fetched before: no Register is asked")
def kept_list_for_clients(stage):
    register = stage.proxy_before(stage.vars["registers"])
    asked = {"registers": register.address}
    # To calls for all it is too old.
    stage.php.call("Gateway::$addressesCacheDisable = true")
    yield Step("Gateway::getAllClientIdCount()", 4, variables=asked)
    yield Step("Gateway::sendToAll($message)", variables=asked,
               before=lambda: register.arm(REFUSED),
               throws=rf"^Can not connect to tcp://{register.address} "
                      "Connection refused$")
    yield Step("Gateway::sendToClient($ann, $message)", True, variables=asked)
    yield Step("Gateway::isOnline($ann)", 1, variables=asked)
    yield Step("Gateway::flush()", True, variables=asked, arrives={"ann": 1})


def all_commands():
    """The commands that go to every gateway and bring ann's browser MESSAGE."""
    yield "Gateway::sendToAll($message)"
    yield "Gateway::sendToUid(['zoe', 'ann'], $message)"
    yield "Gateway::sendToGroup('g1', $message)"


@row("a command to all, one gateway down: the others get it, one E_WARNING")
def command_to_all(stage):
    stage.proxy.arm(REFUSED)
    cause = (rf"can not connect to tcp://{stage.proxy.address} "
             "Connection refused")
    for number, code in enumerate(all_commands(), 1):
        yield Step(code, warns=one_failed(cause),
                   arrives={"zoe": number, "ann": 0})


@row("a command to one, gateway down: E_WARNING, false")
def command_to_one(stage):
    stage.proxy.arm(REFUSED)
    cause = (rf"can not connect to tcp://{stage.proxy.address} "
             "Connection refused")
    for code in ("Gateway::sendToClient($ann, $message)",
                 "Gateway::closeClient($ann)", "Gateway::destoryClient($ann)",
                 "Gateway::bindUid($ann, 'x')", "Gateway::joinGroup($ann, 'x')",
                 "Gateway::setSession($ann, [])"):
        yield Step(code, False, warns=one_failed(cause), arrives={"ann": 0})


@row("a question to all, one gateway down: partial, one E_WARNING")
def question_down(stage):
    stage.proxy.arm(REFUSED)
    cause = (rf"can not connect to tcp://{stage.proxy.address} "
             "Connection refused")
    yield Step("array_values(Gateway::getUidListByGroup('g1'))", {b"zoe"},
               warns=one_failed(cause))
    yield Step("Gateway::getAllClientIdCount()", 2, warns=one_failed(cause))
    yield Step("Gateway::isUidOnline('ann')", 0, warns=one_failed(cause))


@row("a question to all, one gateway stalled: partial after one deadline")
def question_stalled(stage):
    stage.proxy.arm(STALLED)
    cause = rf"timed out waiting for tcp://{stage.proxy.address}"
    yield Step("array_values(Gateway::getUidListByGroup('g1'))", {b"zoe"},
               warns=one_failed(cause), time=DEADLINE)
    yield Step("Gateway::getAllClientIdCount()", 2, warns=one_failed(cause),
               time=DEADLINE)


@row("a question to all, two gateways stalled: still one deadline")
def two_stalled(stage):
    first = stage.proxy_before(stage.site.inner[0])
    for proxy in (first, stage.proxy):
        proxy.arm(STALLED)
    fake = stage.register_of(first.address, stage.proxy.address)
    yield Step("Gateway::getAllClientIdCount()", 0,
               variables={"registers": fake}, time=DEADLINE,
               warns=rf"2 gateways failed: timed out waiting for "
                     rf"tcp://{first.address}; timed out waiting for "
                     rf"tcp://{stage.proxy.address}$")


@row("a question to one, gateway stalled: exception at the deadline")
def one_stalled(stage):
    stage.proxy.arm(STALLED)
    for code in ("Gateway::isOnline($ann)", "Gateway::getSession($ann)"):
        yield Step(code, time=DEADLINE,
                   throws=rf"^timed out waiting for "
                          rf"tcp://{stage.proxy.address}$")


@row("a question to one, gateway down: exception")
def one_down(stage):
    stage.proxy.arm(REFUSED)
    for code in ("Gateway::isOnline($ann)", "Gateway::getSession($ann)",
                 "Gateway::getUidByClientId($ann)"):
        yield Step(code, throws=rf"^can not connect to "
                                rf"tcp://{stage.proxy.address} "
                                "Connection refused$")


@row("wrong key at a gateway: told at the next use, and by flush()")
def wrong_key(stage):
    """The key reaches the gateway only: commands to one ask no Register."""
    wrong = {"key": "wrong"}
    cause = (rf"tcp://{stage.proxy.address} closed the connection after "
             r"authorisation: wrong secret key\?")
    send = "Gateway::sendToClient($ann, $message)"

    def closed():
        stage.until_noticed()

    yield Step(send, True, variables=wrong)
    yield Step(send, False, warns=one_failed(cause), variables=wrong,
               before=closed)
    yield Step("Gateway::flush()", False, variables=wrong,
               warns=rf"1 sent to tcp://{stage.proxy.address} and not "
                     r"confirmed: the connection is gone \(wrong secret key\?"
                     r"\)$")
    yield Step(send, False, warns=one_failed(cause), variables=wrong)
    yield Step("Gateway::isOnline($ann)", variables=wrong,
               throws=rf"^connection close tcp://{stage.proxy.address}$")
    yield Step(send, True)
    yield Step("Gateway::flush()", True, arrives={"ann": 1})


@row("the first thing with a wrong key is flush()ed: told")
def wrong_key_flush(stage):
    def closed():
        stage.until_noticed()

    yield Step("Gateway::sendToClient($ann, $message)", True,
               variables={"key": "wrong"})
    yield Step("Gateway::flush()", False, variables={"key": "wrong"},
               before=closed,
               warns=rf"1 sent to tcp://{stage.proxy.address} and not "
                     r"confirmed: the connection is gone \(wrong secret key\?"
                     r"\)$", arrives={"ann": 0})


@row("the same where connections are not kept: told by questions only, and "
     "flush() calls such commands unconfirmed")
def wrong_key_not_kept(stage):
    wrong = {"key": "wrong"}
    gone = (rf"sent to tcp://{stage.proxy.address} and not confirmed: the "
            "connection is gone$")
    send = "Gateway::sendToClient($ann, $message)"
    stage.php.call("Gateway::$persistentConnection = false")
    yield Step(send, True, variables=wrong)
    yield Step(send, True, variables=wrong)
    yield Step("Gateway::flush()", False, variables=wrong, arrives={"ann": 0},
               warns=f"1 gateway failed: 2 {gone}")
    yield Step("Gateway::isOnline($ann)", variables=wrong,
               throws=rf"^connection close tcp://{stage.proxy.address}$")
    yield Step(send, True)
    yield Step("Gateway::flush()", False, arrives={"ann": 1},
               warns=f"1 gateway failed: 1 {gone}")


@row("gateway restarted, pooled connection stale: reconnected, sent once")
def restarted(stage):
    """Its process is gone, and with it its connections; another serves the
    address."""
    yield Step("Gateway::getAllClientIdCount()", 4)
    yield Step("Gateway::sendToAll($message)", arrives={"ann": 1, "zoe": 1},
               before=stage.reset)
    yield Step("Gateway::flush()", True, arrives={"ann": 1, "zoe": 1})
    yield Step("Gateway::sendToClient($ann, $message)", True,
               before=stage.reset)
    yield Step("Gateway::flush()", True, arrives={"ann": 2, "zoe": 1})


@row("the Register slow and a gateway stalled: one deadline for both")
def slow_and_stalled(stage):
    register = stage.proxy_before(stage.vars["registers"])
    register.arm(Script(down=Rule(delay=TIMEOUT * 0.5)))
    stage.proxy.arm(STALLED)
    yield Step("array_values(Gateway::getUidListByGroup('g1'))", {b"zoe"},
               variables={"registers": register.address}, time=DEADLINE,
               warns=one_failed(rf"timed out waiting for "
                                rf"tcp://{stage.proxy.address}"))


@row("a gateway of a list that is believed is down, and the Register that is "
     "asked again stalls: the others are served at once, one deadline, one "
     "E_WARNING")
def down_and_stalled(stage):
    register = stage.proxy_before(stage.vars["registers"])
    asked = {"registers": register.address}
    # Believed for so long that the next call surely believes it.
    stage.php.call("ini_set('gatewayclient.addresses_cache_ttl', 60)")
    yield Step("Gateway::getAllClientIdCount()", 4, variables=asked)

    def strike():
        register.arm(STALLED)
        stage.refuse()

    yield Step("Gateway::sendToAll($message)", variables=asked, before=strike,
               time=DEADLINE, arrives={"zoe": 1, "ann": 0},
               warns=one_failed(rf"can not connect to "
                                rf"tcp://{stage.proxy.address} "
                                "Connection refused"))


class Stage:
    """What a row's steps are played on."""

    def __init__(self, site, loop, machine, name):
        self.site = site
        self.loop = loop
        self.machine = machine
        self.made = []
        self.proxy = self.proxy_before(site.inner[1])
        self.php = Php(True)
        machine.watch(self.php.popen.pid)
        self.vars = {"registers": self.register_of(site.inner[0],
                                                   self.proxy.address),
                     "key": site.secret_key, "message": f"row {name}",
                     "ann": site.id_behind("ann", self.proxy.address)}

    def keep(self, made):
        self.made.append(made)
        return made

    def proxy_before(self, address):
        return self.keep(Proxy(self.loop, address))

    def register_that_says(self, line):
        return self.keep(Answerer(self.loop, line)).address

    def register_of(self, *addresses):
        listed = '","'.join(addresses)
        return self.register_that_says(
            b'{"event":"broadcast_addresses","addresses":["%s"]}\n'
            % listed.encode())

    def refuse(self):
        self.proxy.arm(REFUSED)
        self.until_noticed()

    def reset(self):
        self.proxy.arm(Script(end=RST, old_only=True))
        self.until_noticed()

    def until_noticed(self):
        """Until the kernel has told PHP's side of the end."""
        def noticed():
            ports = list(self.proxy.near_ports)  # the loop adds to them
            return ports and not any(is_quiet(port, self.proxy.port)
                                     for port in ports)

        until(noticed, "the end of a connection")

    def play(self, step):
        if step.before:
            step.before()
        variables = {**self.vars, **(step.variables or {})}
        self.php.call("[Gateway::$registerAddress = $registers, "
                      "Gateway::$secretKey = $key]", **variables)
        if step.time is FAST:
            be_patient(self.php)
        else:
            be_exact(self.php)
        needed = (None if step.time is DEADLINE
                  else Helpers(self.loop, self.site.pids))
        result = self.php.call(step.code, **variables)
        self.judge(step, result)
        expect_time(result, step.time, self.machine, needed)
        for uid, times in (step.arrives or {}).items():
            self.expect_mail(step, uid, times)

    @staticmethod
    def judge(step, result):
        def fail(why):
            raise Failure(f"{step.code}: {why}: {result}")

        if step.throws:
            thrown = result.throws or {"class": "", "message": ""}
            if (thrown["class"] != NATIVE_EXCEPTION
                    or not re.search(step.throws, thrown["message"])):
                fail(f"expected the exception {step.throws!r}")
        elif result.throws:
            fail("threw")
        elif plain(result.value) != step.returns:
            fail(f"expected {step.returns!r}")
        levels = [E_WARNING] if step.warns else []
        if result.levels != levels or result.echoes:
            fail("other warnings than expected")
        if step.warns and not re.search(step.warns, result.warnings[0]):
            fail(f"expected the warning {step.warns!r}")

    def expect_mail(self, step, uid, times):
        until(lambda: self.site.mail.count(uid, self.vars["message"]) >= times,
              f"{uid}'s message after {step.code}")
        got = self.site.mail.count(uid, self.vars["message"])
        if got != times:
            raise Failure(f"{step.code}: {uid} got {got}, not {times}")

    def close(self):
        self.php.close()
        for made in self.made:
            made.close()


def run_row(row_, site, loop, machine, name):
    """Whether what was seen is to be judged."""
    begin = time.monotonic()
    stage = Stage(site, loop, machine, name)
    row_.seen = ""
    try:
        for step in row_.steps(stage):
            stage.play(step)
    except (Failure, AssertionError, OSError) as failure:
        row_.seen = str(failure)
    finally:
        stage.close()
    return not row_.seen or not machine.disturbed(
        begin, loop, [stage.php.popen.pid, *site.pids])


def run_rows(site, loop, machine):
    """Plays every row; returns them."""
    machine.watch(*site.pids)
    done = [Row(name, steps) for name, steps in ROWS]
    for number, played in enumerate(done):
        for played.tries in range(1, TRIES + 1):
            if run_row(played, site, loop, machine,
                       f"{number} {played.tries}"):
                break
    return done
