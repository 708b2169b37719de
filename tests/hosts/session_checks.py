"""A logout and a bind of one session, where PHP keeps it in a file and locks that."""

import contextlib
import fcntl
import os
import re
import signal
from pathlib import Path

from harness.process import wait_until
from harness.websocket import WebSocket
from visitor import Beside, Visitor, bind_beside

LOCK = re.compile(r": +(?:-> )?FLOCK +ADVISORY +WRITE +(\d+) [0-9a-f:]+:(\d+) ")


def lockers(inode):
    """The processes that have the lock of a file, or wait for it."""
    return {int(pid) for pid, locked in LOCK.findall(
        Path("/proc/locks").read_text()) if int(locked) == inode}


def waiting_bind(host):
    """It has opened the session's file when the logout has the lock."""
    bob = Visitor(host, "bob")
    page = WebSocket(host.gateway.websocket_port)
    bind = bind_beside(host, bob, page)
    logout = Beside(bob.ready_to_sign_out())
    try:
        overtake(bob.session_file(), logout, bind)
        if logout.status not in (200, 302):
            raise AssertionError(f"the logout was answered with {logout.status}")
        bob.expect(None)
        if bind.status != host.browser.get("guest_status", 302):
            raise AssertionError(f"the bind was answered with {bind.status}")
    finally:
        page.close()
        bob.close()


def overtake(session, logout, bind):
    """Both wait for the session; the bind goes on when the logout has ended."""
    with contextlib.ExitStack() as stopped:
        with open(session, "rb") as file:
            inode = os.stat(file.fileno()).st_ino
            fcntl.flock(file, fcntl.LOCK_EX)
            logout.start()
            before = wait_for(inode, 2, "the logout")
            bind.start()
            [child] = wait_for(inode, 3, "the bind") - before
            os.kill(child, signal.SIGSTOP)
            stopped.callback(os.kill, child, signal.SIGCONT)
            # Standing still it does not even wait: the logout is the next.
            wait_for(inode, 2, "the bind to stand still")
        logout.join()
    bind.join()


def wait_for(inode, count, what):
    return wait_until(
        lambda: len(found := lockers(inode)) == count and found, what)
