"""What the cases of real faults share: faults that no proxy makes."""

import os
import time
from pathlib import Path

from cases import collect, equal
from harness.children import status_of
from harness.cluster import Gatewayd
from harness.inner import register_addresses, split_address
from harness.php import NATIVE_EXCEPTION, Php
from harness.process import own_address
from harness.websocket import WebSocket
from matrix import be_exact, be_patient, expect_time
from place import connections_of, until
from table import PATIENT_TIMEOUT, TIMES

BACK = 3 + 5   # seconds: 3 are the promise, the rest the machine's
PING = 3       # --websocket-ping; a pong may take as long
CASES = []
case = collect(CASES)


def browser_of(stage, gateway):
    return stage.keep(WebSocket(gateway.websocket_port, host=gateway.host))


class Cluster:
    """A Register of its own, gateways, and a browser with a uid on each."""

    def __init__(self, stage, count=2, options=(), register=()):
        self.stage = stage
        self.register = stage.keep(Gatewayd(
            options=["--register-only", *register], host=own_address()))
        self.register_address = self.register.own_register
        self.secret_key = ""
        self.gateways = [stage.keep(Gatewayd(self.register_address,
                                             options=options,
                                             host=own_address()))
                         for _ in range(count)]
        self.expect_listed(count)
        self.browsers = [self.browser(index) for index in range(count)]
        self.php = stage.keep(php_for(self))
        for index, browser in enumerate(self.browsers):
            self.php.call("Gateway::bindUid($id, $uid)", id=browser.client_id,
                          uid=f"uid{index}")
        self.expect_flushed()

    def browser(self, index):
        return browser_of(self.stage, self.gateways[index])

    def listed(self):
        try:
            return register_addresses(self.register_address)
        except OSError:
            return None

    def expect_listed(self, count, seconds=BACK):
        until(lambda: len(self.listed() or ()) == count,
              f"{count} gateways in the list", seconds)

    def expect_flushed(self):
        equal(self.php.call("Gateway::flush()").value, True, "flush()")

    def expect_all_right(self, text):
        """Everybody gets a message, once, and is counted."""
        expect_clean(self.php.call("Gateway::sendToAll($text)", text=text))
        for browser in self.browsers:
            browser.expect_text(text)
        result = self.php.call("Gateway::getAllClientIdCount()")
        expect_clean(result)
        equal(result.value, len(self.browsers), "clients")
        self.expect_flushed()


def php_for(cluster, **more):
    """Patient: the machine may be busy. See deadline_call()."""
    php = Php(True, cluster, **more)
    be_patient(php)
    return php


def deadline_call(stage, php, code, **variables):
    """One that is to end at the deadline."""
    be_exact(php)
    result = php.call(code, **variables)
    expect_deadline(stage, result)
    be_patient(php)
    return result


def expect_clean(result):
    if result.throws or result.warnings or result.echoes:
        raise AssertionError(f"expected no complaint: {result}")


def expect_warning(result, text):
    if (result.throws or result.levels != [2]
            or not result.warnings[0].endswith(text)):
        raise AssertionError(f"expected the warning {text!r}: {result}")


def expect_exception(result, text):
    thrown = result.throws or {"class": None, "message": ""}
    if (thrown["class"] != NATIVE_EXCEPTION or result.warnings
            or not thrown["message"].startswith(text)):
        raise AssertionError(f"expected the exception {text!r}: {result}")


def expect_deadline(stage, result):
    expect_time(result, TIMES["deadline"], stage.machine)


def expect_quick(result):
    """Not at the deadline; what daemons of a case lose is not measured."""
    if result.seconds > PATIENT_TIMEOUT / 2:
        raise AssertionError(f"took {result.seconds:.3f} s: {result}")


def processor_seconds(pid):
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def expect_idle(pid, seconds=1.5):
    """It does not spin: it takes a fifth of a processor at most, which a busy
    machine may not give it anyway; and it goes to sleep by itself."""
    before, began = processor_seconds(pid), time.monotonic()
    slept = times_slept(pid)
    time.sleep(seconds)
    used = processor_seconds(pid) - before
    share = used / (time.monotonic() - began)
    if share > 0.2:
        raise AssertionError(f"takes {share:.0%} of a processor")
    until(lambda: times_slept(pid) > slept + 3, "a process that sleeps")


def times_slept(pid):
    return int(status_of(pid)["voluntary_ctxt_switches"][0])


class OneGateway:
    """A gatewayd that is its own Register, for php_for()."""

    secret_key = ""

    def __init__(self, gateway):
        self.register_address = gateway.own_register


def expect_noticed(play, gateway):
    """Until PHP's side knows: on a busy machine that takes a moment."""
    port = split_address(gateway.inner_address)[1]
    until(lambda: not connections_of(play.php.popen.pid, port), "the end")
