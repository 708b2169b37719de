"""Every fault in every call: the cells of table.py, run and judged."""

import queue
import random
import threading
import time
from dataclasses import dataclass, replace
from itertools import permutations

import table
from harness.php import NATIVE_EXCEPTION, Php
from harness.serialize import PhpArray
from lateness import TRIES, Helpers
from proxy import REPLACE, APPEND, Answerer, Loop, Proxy, Rule
from place import is_quiet, until

E_WARNING = 2
LARGE = 9 << 20
SENDS = ("send one", "send all")
QUERIES = ("query one", "query all")
TO_ALL = ("send all", "query all")
TO_GIVEN = ("send one", "send list", "query one")  # client_ids

CALLS = {
    "send one": "Gateway::sendToClient($ann, "
                "$message . str_repeat('.', $padding))",
    "send list": "Gateway::sendToAll($message, [$ann])",
    "send all": "Gateway::sendToAll($message . str_repeat('.', $padding))",
    "query one": "Gateway::getUidByClientId($ann)",
    "query all": "array_values(Gateway::getUidListByGroup('g1'))",
}
# Asked afterwards: a reply that is not theirs shows.
OTHERS = {
    "Gateway::getUidByClientId($bob)": b"bob",
    "array_values(Gateway::getUidListByGroup('g2'))": {b"bob", b"yan"},
}


class Failure(Exception):
    """A cell came out otherwise than the table says."""


@dataclass
class Cell:
    part: str      # gateway, Register
    fault: str
    state: str     # fresh, pooled, not kept
    call: str
    outcome: str
    flush: str = "ok"
    arrives: int = 1
    second: bool = False      # there is another Register
    seen: str = ""            # the failure, when there is one
    tries: int = 1

    @property
    def name(self):
        second = ", 2 Registers" if self.second else ""
        return f"{self.part}/{self.fault}/{self.state}/{self.call}{second}"

    def message(self, number):
        return f"{self.name} {number}" + "'" * (self.tries - 1)


def gateway_cells():
    for fault, state, sent, flush, arrives, asked in table.GATEWAY_CELLS:
        for call in SENDS:
            yield Cell("gateway", fault, state, call, sent, flush, arrives)
        for call in QUERIES if asked else ():
            yield Cell("gateway", fault, state, call, asked)


def register_cells():
    for fault, alone, with_second in table.REGISTER_CELLS:
        for second, outcome in enumerate((alone, with_second)):
            arrives = int(outcome.split("@")[0] == "ok")
            for state, call in [("fresh", c) for c in TO_GIVEN + TO_ALL] \
                    + [("pooled", c) for c in TO_ALL]:
                yield Cell("Register", fault, state, call, outcome, "ok",
                           arrives, bool(second))
        for call in TO_GIVEN:
            yield Cell("Register", fault, "pooled", call, "ok")


def plain(value):
    """Arrays as the set of their values: their order is not the subject."""
    if isinstance(value, PhpArray):
        return set(value.values())
    return value


def expect_time(result, wanted, machine, needed=None):
    earliest, latest = wanted
    seconds, more = result.seconds, 0
    if seconds > latest:
        more = machine.allows(result, earliest, needed)
    if not earliest - 0.002 <= seconds <= latest + more:
        raise Failure(f"took {seconds:.3f} s, expected {earliest} to {latest} "
                      f"and {more:.3f} that the machine took")


def same_text(got, wanted):
    """`...` in the table stands for anything."""
    before, _, after = wanted.partition("...")
    if "..." not in wanted:
        return got == wanted
    return got.startswith(before) and got.endswith(after)


def ends_as(got, wanted):
    return any(same_text(got[at:], wanted) for at in range(len(got)))


def set_times(php, timeout, connect):
    """The deadline and the connect timeout of the next calls."""
    result = php.call("[ini_set('gatewayclient.timeout', $timeout), "
                      "Gateway::$connectTimeout = $connect]",
                      timeout=str(timeout), connect=connect)
    if result.throws or result.value[0][1] is False:
        raise Failure(f"configuration: {result}")


def be_patient(php):
    set_times(php, table.PATIENT_TIMEOUT, table.PATIENT_CONNECT)


def be_exact(php):
    set_times(php, table.TIMEOUT, table.CONNECT)


class Runner:
    """One cell at a time, in a PHP process that ran others before."""

    def __init__(self, site, loop, machine, seed):
        self.site = site
        self.loop = loop
        self.machine = machine
        self.random = random.Random(seed)
        self.php = self.new_php()

    def new_php(self):
        php = Php(True, ini={"memory_limit": "256M"})
        self.machine.watch(php.popen.pid)
        return php

    def renew(self):
        """Where other cells' connections to the same gateways matter."""
        self.php.close()
        self.php = self.new_php()

    def close(self):
        self.php.close()

    def script(self, cell):
        faults = (table.GATEWAY_FAULTS if cell.part == "gateway"
                  else table.REGISTER_FAULTS)
        script = faults[cell.fault][1]
        rule = script.down
        if rule.act in (REPLACE, APPEND) and not rule.data:
            noise = b"\xf3" + self.random.randbytes(63)
            if cell.part == "Register":
                noise = noise.replace(b"\n", b"\r") + b"\n"
            script = replace(script, down=Rule(rule.act, data=noise))
        return script

    def run(self, cell):
        if cell.part == "Register" and cell.state == "fresh":
            self.renew()
        stage = Stage(self, cell)
        try:
            stage.play()
        finally:
            stage.close()


class Stage:
    """The proxies, the fake Register and the steps of one cell."""

    def __init__(self, runner, cell):
        self.runner = runner
        self.cell = cell
        self.site = runner.site
        self.php = runner.php
        self.made = []
        loop = runner.loop
        if cell.part == "gateway":
            self.proxy = self.keep(Proxy(loop, self.site.inner[1]))
            self.gateway = self.proxy.address
            listed = '","'.join((self.site.inner[0], self.gateway))
            fake = self.keep(Answerer(
                loop, b'{"event":"broadcast_addresses","addresses":["%s"]}\n'
                % listed.encode()))
            self.registers = [fake.address]
        else:
            self.proxy = self.keep(Proxy(loop, self.site.register))
            self.gateway = self.site.inner[1]
            self.registers = [self.proxy.address]
            if cell.second:
                self.registers.append(self.site.register)
        self.vars = {
            "ann": self.site.id_behind("ann", self.gateway),
            "bob": self.site.id_behind("bob", self.gateway),
            "message": cell.message(1), "padding": 0,
            "registers": self.registers, "key": self.site.secret_key}
        if cell.fault == "stop, large":
            self.vars["padding"] = LARGE

    def keep(self, made):
        self.made.append(made)
        return made

    def close(self):
        for made in self.made:
            made.close()

    # ---- steps

    def ask(self, code, **variables):
        return self.php.call(code, **{**self.vars, **variables})

    def play(self):
        result = self.ask("[Gateway::$registerAddress = $registers, "
                          "Gateway::$secretKey = $key, "
                          "Gateway::$persistentConnection = $keep, "
                          "Gateway::$addressesCacheDisable = $ask]",
                          keep=self.cell.state != "not kept",
                          ask=self.cell.part == "Register")
        if result.throws or result.warnings:
            raise Failure(f"configuration: {result}")
        be_patient(self.php)
        if self.cell.state != "fresh":
            self.expect_right("before")
        if self.cell.state == "not kept":
            self.expect_pool()
        script = self.runner.script(self.cell)
        accepted = self.proxy.accepted
        self.proxy.arm(script)
        if self.cell.state == "pooled" and (script.old_only or script.refuse
                                            or script.blackhole):
            self.wait_noticed()
        exact = ("@deadline", "@connect")
        if (self.cell.outcome.endswith(exact)
                or self.cell.flush.endswith(exact)):
            be_exact(self.php)
        self.judge("call", CALLS[self.cell.call], self.cell.call,
                   self.cell.outcome)
        self.flush()
        if (self.cell.part == "gateway" and self.cell.state != "not kept"
                and self.cell.fault in table.ENDS_AFTER):
            self.wait_noticed()
        if self.cell.part == "gateway":
            self.expect_attempts(script, accepted)
        self.proxy.heal()
        be_patient(self.php)
        self.expect_right("after")
        self.send_after()
        self.expect_pool()

    def expect_attempts(self, script, before):
        """A call connects anew when nothing was sent yet, and never else: a
        message must not arrive twice."""
        wanted = int(script.old_only or self.cell.state != "pooled")
        if script.refuse or script.blackhole:
            wanted = 0
        elif self.cell.state == "not kept":
            self.wait_struck(script, before + wanted)
        attempts = self.proxy.accepted - before
        if attempts != wanted:
            raise Failure(f"connected {attempts} times, not {wanted}")

    def wait_struck(self, script, accepted):
        """PHP has sent a message and gone, maybe before the proxy looked."""
        until(lambda: self.proxy.accepted >= accepted
              and (not script.up.act or self.proxy.struck.is_set()),
              f"the fault of {self.cell.name}")

    def expect_right(self, when):
        for code, wanted in OTHERS.items():
            result = self.ask(code)
            if (plain(result.value) != wanted or result.warnings
                    or result.throws):
                raise Failure(f"{when}: {code}: {result}")

    def flush(self):
        cell = self.cell
        if cell.state == "not kept" and cell.call in SENDS:
            self.expect_unconfirmed(
                [self.site.inner[0]] * (cell.call == "send all")
                + [self.gateway] * (cell.flush == "gone"))
            return
        if cell.call in SENDS and cell.flush.startswith("gone"):
            self.wait_noticed()
        outcome = cell.flush if cell.call in SENDS else "ok"
        self.judge("flush", "Gateway::flush()", "flush", outcome)

    def expect_unconfirmed(self, gateways):
        """The connections have ended with the message."""
        result = self.ask("Gateway::flush()")
        causes = [table.CAUSES["gone"].format(gw=g) for g in gateways]
        head = table.WARNING if len(causes) < 2 else table.WARNING_OF_TWO
        wanted = {head.format(cause="; ".join(order))
                  for order in permutations(causes)} if causes else set()
        told = [text.partition("(): ")[2] for text in result.warnings]
        if (result.value is not (not causes) or result.throws
                or len(told) != bool(causes) or not wanted >= set(told)):
            raise Failure(f"flush: expected {causes}, got {result}")

    def send_after(self):
        """The next message arrives, once, and is known to."""
        code = CALLS["send one"]
        accepted = self.proxy.accepted
        result = self.ask(code, message=self.cell.message(2), padding=0)
        if result.value is not True or result.warnings or result.throws:
            raise Failure(f"after: {code}: {result}")
        if self.cell.state == "not kept":
            self.expect_unconfirmed([self.gateway])
            self.wait_struck(table.NO_FAULT, accepted + 1)
        else:
            self.expect_unconfirmed([])

    def expect_pool(self):
        """One connection, which both sides hold; none that is not kept."""
        wanted = [False] * (self.cell.state != "not kept")
        if self.cell.part == "gateway":
            until(lambda: [ended for _, ended in self.proxy.live()] == wanted,
                  f"the connections left by {self.cell.name}")

    def wait_noticed(self):
        """Until the kernel has told PHP's side of the fault: RST and FIN take
        a moment on a busy machine, and what PHP does depends on them."""
        def noticed():
            ports = list(self.proxy.near_ports)  # the loop adds to them
            return ports and not any(is_quiet(port, self.proxy.port)
                                     for port in ports)

        until(noticed, f"the fault of {self.cell.name}")

    # ---- judging

    def cause(self, name, call):
        cause = table.CAUSES[name].format(gw=self.gateway,
                                          reg=self.registers[0])
        if name not in table.WHOLE_CALL or call not in TO_GIVEN:
            return cause
        if name == "no gateways":
            cause = table.EMPTY_LIST
        return table.NOT_CONNECTING.format(gw=self.gateway, cause=cause)

    def needed(self, name, when, call):
        """Who may make a call late: nobody when it waits in vain. Meanwhile
        one for all has the other gateway's answer."""
        if when == "deadline":
            return None
        alone = when == "connect" and name != "ok" and call != "query all"
        return Helpers(self.runner.loop, [] if alone else self.site.pids)

    def judge(self, step, code, call, outcome):
        name, _, when = outcome.partition("@")
        needed = self.needed(name, when, call)
        result = self.ask(code)
        if table.KEY in repr((result.warnings, result.throws, result.echoes)):
            raise Failure(f"{step} told the key: {result}")
        whole = name in table.WHOLE_CALL and call not in TO_GIVEN
        try:
            if name == "ok":
                good = True if call == "flush" else table.RESULTS[call][0]
                self.expect(result, good)
            elif whole or (call != "flush"
                           and table.RESULTS[call][1] == "throws"):
                self.expect_exception(result, self.cause(name, call))
            else:
                bad = False if call == "flush" else table.RESULTS[call][1]
                self.expect(result, bad, table.WARNING.format(
                    cause=self.cause(name, call)))
            expect_time(result, table.TIMES[when], self.runner.machine,
                        needed)
        except Failure as failure:
            raise Failure(f"{step}: {failure}; expected {outcome}, "
                          f"got {result}") from None

    @staticmethod
    def expect(result, value, warning=None):
        if result.throws:
            raise Failure("threw")
        if result.echoes:
            raise Failure("printed")
        if plain(result.value) != value:
            raise Failure(f"returned {result.value!r}")
        if warning is None:
            if result.warnings:
                raise Failure("warned")
        elif (result.levels != [E_WARNING]
              or not ends_as(result.warnings[0], warning)):
            raise Failure("warning")

    @staticmethod
    def expect_exception(result, text):
        if not result.throws or result.warnings or result.echoes:
            raise Failure("no exception, or more than that")
        if result.throws["class"] != NATIVE_EXCEPTION:
            raise Failure("class of the exception")
        if not same_text(result.throws["message"], text):
            raise Failure("text of the exception")


def check_mail(site, cells):
    """No message lost, none twice."""
    def arrived(uid, cell, number):
        return site.mail.count(uid, cell.message(number))

    def wanted():
        """What should have come: (uid, cell, number, times)."""
        for cell in cells:
            if cell.call.startswith("send"):
                yield "ann", cell, 1, cell.arrives
            if cell.call == "send all":
                # The other gateway is served, unless no list was had.
                served = cell.part == "gateway" or cell.arrives
                yield "zoe", cell, 1, int(served)
            yield "ann", cell, 2, 1

    def missing():
        return next((w for w in wanted()
                     if arrived(*w[:3]) < w[3]), None)

    try:
        until(lambda: missing() is None, "the last messages")
    except AssertionError:
        pass
    for uid, cell, number, times in wanted():
        got = arrived(uid, cell, number)
        if got != times and not cell.seen:
            cell.seen = f"message {number} to {uid} arrived {got} times, " \
                        f"not {times}"
    return [f"{uid} was disconnected" for uid in site.mail.lost]


def run_cell(runner, cell):
    """Fills in what was seen, as often as that is not to be judged."""
    site, machine = runner.site, runner.machine
    for cell.tries in range(1, TRIES + 1):
        begin, pid = time.monotonic(), runner.php.popen.pid
        try:
            runner.run(cell)
            cell.seen = ""
            return
        except (Failure, AssertionError, OSError) as failure:
            cell.seen = str(failure)
            disturbed = machine.disturbed(begin, runner.loop,
                                          [pid, *site.pids])
            runner.renew()  # the next cell has its own chance
        if not disturbed:
            return


def run_cells(site, cells, processes, machine, seed):
    """Fills in what was seen; returns failures that belong to no cell."""
    loop = Loop()
    machine.watch(*site.pids)
    todo = queue.Queue()
    order = list(cells)
    random.Random(seed).shuffle(order)
    for cell in order:
        todo.put(cell)
    lost = []

    def work(number):
        runner = Runner(site, loop, machine, f"{seed}/{number}")
        try:
            while True:
                run_cell(runner, todo.get_nowait())
        except queue.Empty:
            pass
        finally:
            runner.close()

    def guarded(number):
        try:
            work(number)
        except Exception as error:  # pylint: disable=broad-except
            lost.append(f"process {number}: {error!r}")

    threads = [threading.Thread(target=guarded, args=(n,))
               for n in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost += check_mail(site, cells)
    loop.close()
    return lost
