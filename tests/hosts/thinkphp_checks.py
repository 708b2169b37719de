"""What ThinkPHP's own ways past a guard lead to: as it comes, it dispatches a URL
that no route matches, and believes a request that says its method itself."""

import contextlib

from harness.process import wait_until
from harness.websocket import WebSocket
from visitor import Beside, Visitor, expect_end, overtaken_bind

GUEST = 302     # to the login
NO_TOKEN = 403
CLOSED = 409    # the logout was faster
# ThinkPHP's own answer where a POST route has the same controller and action.
ELSEWHERE = 404
PATHS = ("push/user", "push_/user", "push_/group", "bind_/index", "bind/index",
         "logout", "logout_/index")


def same(got, wanted, what):
    if got not in wanted:
        raise AssertionError(f"{what}: {got}, not {wanted}")


def data_of(visitor):
    return {"uid": "bob", "group": "team", "text": "no",
            "client_id": visitor.socket.client_id}


def unmatched(host):
    """Str::studly() makes Push of push_, and POST routes leave GET over."""
    guest, bob = Visitor(host), Visitor(host, "bob")
    try:
        for path in PATHS:
            same(guest.post(path, data_of(guest)), (GUEST, ELSEWHERE),
                 f"a guest's POST {path}")
            same(guest.status(path), (GUEST,), f"a guest's GET {path}")
            same(bob.post(path, data_of(bob), token=False),
                 (NO_TOKEN, ELSEWHERE), f"POST {path}, no token")
            same(bob.status(path), (NO_TOKEN,), f"GET {path}")
        still_signed_in(bob)
    finally:
        guest.close()
        bob.close()


def said_methods(host):
    """With them no route matches, and ThinkPHP's own token is not asked for."""
    guest, bob = Visitor(host), Visitor(host, "bob")
    try:
        for path in PATHS:
            for more, header in (({"_method": "GET"}, {}),
                                 ({}, {"X-HTTP-Method-Override": "GET"})):
                said = f"{path} {more or header}"
                same(guest.post(path, {**data_of(guest), **more}, header),
                     (GUEST,), f"a guest's {said}")
                same(bob.post(path, {**data_of(bob), **more}, header,
                              token=False), (NO_TOKEN,), said)
        still_signed_in(bob)
    finally:
        guest.close()
        bob.close()


def still_signed_in(bob):
    """And nothing has arrived before this."""
    same(bob.post("push/user", {"uid": "bob", "text": "yes"}), (200,), "a push")
    bob.expect({"type": "message", "from": "bob", "text": "yes"})


def number(host):
    seven = Visitor(host, "7")
    try:
        same(seven.status("push"), (200,), "the page")
        same(seven.post("push/bind", {"client_id": seven.socket.client_id}),
             (200,), "the same bind again")
        same(seven.post("push/user", {"uid": "7", "text": "yes"}), (200,),
             "a push")
        seven.expect({"type": "message", "from": "7", "text": "yes"})
        same(seven.post("logout", {}), (GUEST,), "the logout")
        seven.expect(None)
    finally:
        seven.close()


@contextlib.contextmanager
def slow_page(host, visitor):
    """A request that has begun, has read the session, and saves it when this
    ends."""
    begun, end = (host.app / f"runtime/slow-{name}"
                  for name in ("begun", "end"))
    for file in (begun, end):
        file.unlink(missing_ok=True)
    page = Beside(visitor.status, "slow")
    page.start()
    try:
        wait_until(begun.exists, "the slow page")
        yield
    finally:
        end.touch()
        page.join()
    host.fpm.wait_until_idle()
    same(page.status, (200,), "the slow page")


def late_request(host):
    """It has read the session before the logout, and saves it after."""
    eve = Visitor(host, "eve")
    try:
        with slow_page(host, eve):
            same(eve.post("logout", {}), (GUEST,), "the logout")
            eve.expect(None)
        same(eve.status("push"), (GUEST,), "the page after the logout")
        same(eve.post("push/bind", {"client_id": eve.socket.client_id}),
             (GUEST,), "a bind after the logout")
    finally:
        eve.close()


def late_save(host):
    """It has read the session before the page had its token, and saves it
    after."""
    eve = Visitor(host, "eve")
    try:
        eve.cookies.clear()
        eve.get("login?name=eve")
        with slow_page(host, eve):
            eve.token = eve.get(host.browser["guest_token"])
        same(eve.post("push/user", {"uid": "eve", "text": "yes"}), (200,),
             "a push")
        eve.expect({"type": "message", "from": "eve", "text": "yes"})
    finally:
        eve.close()


def late_bind(host):
    """It is under way when the logout ends the session."""
    eve = Visitor(host, "eve")
    page = WebSocket(host.gateway.websocket_port)
    before = ended(host)
    host.fpm.wait_until_idle()
    with overtaken_bind(host, eve, page) as (bind, logout):
        bind.start()
        host.fpm.wait_until_active(1)
        logout.start()
        wait_until(lambda: ended(host) > before, "the end of the login")
    try:
        eve.expect(None)
        same(bind.status, (NO_TOKEN, CLOSED, GUEST), "the bind")
        if bind.status != GUEST:
            expect_end(page)
    finally:
        page.close()
        eve.close()


def ended(host):
    """How many logins the cache says have ended."""
    return sum(path.is_file() for path in
               (host.app / "runtime/cache").rglob("*"))
