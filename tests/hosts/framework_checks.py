"""What is checked of a framework's application besides the browser's flow: the
page's commands, and what becomes of a cluster that is not whole."""

import contextlib
import re
import time
from types import SimpleNamespace

import framework
import session_checks
from harness.children import connections
from harness.cluster import AbsentGateway
from harness.inner import register_addresses
from harness.process import refusing_address, wait_until
from host import SECRET_KEY
from visitor import Visitor, made_up

SHOW = """
echo json_encode([GatewayClient\\Gateway::$registerAddress,
    GatewayClient\\Gateway::$secretKey, GatewayClient\\Gateway::$connectTimeout,
    ini_get('gatewayclient.timeout')]);
"""


def run(host, verdicts):
    with verdicts.check("the page's commands do what the page says"):
        page_commands(host)
    with verdicts.check("a gateway that is down: the others are served, the "
                        "log names it, the request succeeds"):
        one_gateway_down(host)
    with verdicts.check("a client_id that no gateway has is refused as "
                        "what may pass"):
        made_up_client_id(host)
    with verdicts.check("a logout that another site asks for is refused"):
        logout_of_others(host)
    if host.locks_sessions:
        with verdicts.check("a bind that waits behind its user's logout is "
                            "refused"):
            session_checks.waiting_bind(host)
    if host.console_push:
        with verdicts.check("no Register: the command fails and says why"):
            no_register(host)
    if host.boot:
        with verdicts.check("what is not configured is as php.ini has it"):
            as_the_ini(host, host.unset)
        with verdicts.check("and what is set to nothing"):
            as_the_ini(host, host.emptied)
    with verdicts.check("a logout without a Register is one, and the log says "
                        "why the pages stay"):
        logout_without_register(host)


def page_commands(host):
    """Alice has one page open while all of them run; what is pushed arrives in
    their order, and the last one may close her page."""
    port = host.gateway.websocket_port
    wait_until(lambda: connections(port) == 0, "the browser's pages to go")
    alice = Visitor(host, "alice")
    texts = []
    closed = False
    try:
        for lines, output in framework.transcript(host.page):
            if any(line.startswith("composer ") for line in lines):
                continue
            printed = "".join(host.typed(line) for line in lines)
            if output is not None and tidy(printed) != tidy(output):
                raise AssertionError(f"{lines} printed:\n{printed}\nnot:\n"
                                     f"{output}")
            texts += [text for line in lines
                      for text in re.findall(r'"([^"]+)"', line)]
            closed = closed or "kick" in lines[-1]
        if not texts:
            raise AssertionError("the page pushes nothing")
        for text in texts:
            alice.expect({"type": "notice", "text": text})
        if closed:
            alice.expect(None)
    finally:
        alice.close()


def tidy(text):
    """Without the spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@contextlib.contextmanager
def gateway_down(host):
    """In this block the Register lists one more, which is yielded."""
    def lists(count):
        found = register_addresses(host.gateway.own_register, SECRET_KEY)
        return len(found or ()) == count

    absent = AbsentGateway(SimpleNamespace(
        register_address=host.gateway.own_register, secret_key=SECRET_KEY))
    try:
        wait_until(lambda: lists(2), "a Register that lists two gateways")
        yield absent
    finally:
        absent.close()
    wait_until(lambda: lists(1), "a Register that lists one gateway")


def one_gateway_down(host):
    with gateway_down(host) as absent:
        served_without(host, absent)


def served_without(host, absent):
    alice = Visitor(host, "alice")
    try:
        number = 0

        def logged():
            """php-fpm's children believe their lists for a second."""
            nonlocal number
            number += 1
            text = f"push {number}"
            status = alice.post(host.browser["pushes"]["uid"],
                                {"uid": "alice", "text": text})
            if status != 200:
                raise AssertionError(f"a push was answered with {status}:\n"
                                     f"{host.logs()}")
            alice.expect({"type": "message", "from": "alice", "text": text})
            return absent.address in host.logs()

        wait_until(logged, lambda: f"{absent.address} in the log:\n"
                   f"{host.logs()}", interval=0.1)
        if host.console_push:
            done = host.run([*host.php_words(), *host.console_push])
            if done.returncode != 1:
                raise AssertionError(f"{done.args} ended with "
                                     f"{done.returncode}:\n{done.stdout}")
            alice.expect({"type": "notice", "text": "hello"})
        if host.console_kick:
            kick_in_part(host)
            alice.expect(None)
    finally:
        alice.close()


def kick_in_part(host):
    """Alice's page is closed; whether she has others is not known."""
    done = host.run([*host.php_words(), *host.console_kick])
    lines = done.stdout.splitlines()
    if done.returncode != 1 or "1 closed" not in lines:
        raise AssertionError(f"{done.args} ended with {done.returncode}:\n"
                             f"{done.stdout}")


def made_up_client_id(host):
    alice = Visitor(host, "alice")
    try:
        status = alice.post(host.browser["bind"], {"client_id": made_up()})
    finally:
        alice.close()
    if status != 409:
        raise AssertionError(f"it was answered with {status}:\n{host.logs()}")


def logout_of_others(host):
    """They have her cookies, and no token."""
    alice = Visitor(host, "alice")
    try:
        for data in (None, b""):
            alice.status(host.browser["logout"], data)
            if alice.status(host.browser["page"]) != 200:
                raise AssertionError("she is signed out by a "
                                     f"{'GET' if data is None else 'POST'}")
    finally:
        alice.close()


def as_the_ini(host, configured):
    ini = ("-d", "gatewayclient.register_address=one:1,two:2",
           "-d", "gatewayclient.secret_key=of the ini",
           "-d", "gatewayclient.connect_timeout=1.5",
           "-d", f"gatewayclient.timeout={framework.TIMEOUT}")
    with configured() as environment:
        found = host.php(*ini, "-r", host.boot + SHOW, env=environment)
    wanted = host.php(*ini, "-r", SHOW)
    if found != wanted or "of the ini" not in wanted:
        raise AssertionError(f"wanted {wanted}, got {found}")


def logout_without_register(host):
    """The last check: gatewayd, which is the Register, is gone after it."""
    register = host.gateway.own_register
    page = host.browser["page"]
    alice = Visitor(host, "alice")
    try:
        host.gateway.close()
        gone = time.monotonic()

        def forgotten():
            """No child of php-fpm believes its list any more."""
            status = alice.post(host.browser["pushes"]["uid"],
                                {"uid": "alice", "text": "lost"})
            return status >= 500 and time.monotonic() > gone + 1.5

        wait_until(forgotten, "a push that fails", interval=0.1)
        # Whether a client is there is not known: the page is to try again.
        client_id = made_up()
        status = alice.post(host.browser["bind"], {"client_id": client_id})
        if status < 500:
            raise AssertionError(f"a bind was answered with {status}")
        # ThinkPHP writes its log when the page has its answer.
        last = f"127.0.0.1:{int(client_id[8:12], 16)}: "
        wait_until(lambda: last in host.logs(), "the bind's failure in the log")
        before = host.logs().count(register)
        status = alice.sign_out()
        if status not in (200, 302):
            raise AssertionError(f"the logout was answered with {status}")
        wait_until(lambda: host.logs().count(register) > before,
                   lambda: f"a word about the logout in the log:\n"
                   f"{host.logs()}", interval=0.1)
        if alice.status(page) == 200:
            raise AssertionError("she is still signed in")
    finally:
        alice.close()


def no_register(host):
    start = time.monotonic()
    with (refusing_address() as dead,
          host.at_register(dead) as environment):
        # Read without the command line, which may have the address.
        done = host.run([*host.php_words(), *host.console_push],
                        env=environment)
        if done.returncode == 0 or dead not in done.stdout:
            raise AssertionError(f"{done.args} ended with {done.returncode}:"
                                 f"\n{done.stdout}")
    if time.monotonic() - start > 30:
        raise AssertionError("it took longer than half a minute")
