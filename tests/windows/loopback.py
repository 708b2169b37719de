#!/usr/bin/env python3
"""The library's Windows programs, run by wine, and a gatewayd of this machine.

    loopback.py WINE BIN

BIN has push.exe, whois.exe and use.exe, libgwclient.dll, and push-static.exe
and whois-static.exe, which need no DLL. Ends with `N passed, N failed, N
skipped`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

from harness.cluster import AbsentGateway, GatewaydCluster  # noqa: E402
from harness.inner import Frame, Peer  # noqa: E402
from harness.process import refusing_address  # noqa: E402
from run import Outcome, flatten  # noqa: E402

WINE, BIN = sys.argv[1], Path(sys.argv[2])
SECRET = "a key of the cluster"
BIND_UID, JOIN_GROUP = 12, 20


def windows_path(path):
    """Z: is the root of this machine."""
    return "Z:" + str(path)


class Program:
    """What became of a program."""

    def __init__(self, name, *arguments, folder=BIN):
        done = subprocess.run(
            [WINE, str(folder / f"{name}.exe"), *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False, env={**os.environ, "WINEDEBUG": "-all"})
        self.status = done.returncode
        self.output = done.stdout.decode().replace("\r\n", "\n")
        self.errors = done.stderr.decode().replace("\r\n", "\n")


class Loopback(unittest.TestCase):
    """Two gateways, a key, and three pages: alice on the first, bob and a
    stranger on the second; alice and bob are in the lobby."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gw-windows-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.key_file = self.folder / "key"
        self.key_file.write_text(SECRET + "\n")
        self.cluster = GatewaydCluster(2, SECRET)
        self.addCleanup(self.cluster.close)
        self.alice = self.page(0, "alice", "lobby")
        self.bob = self.page(1, "bob", "lobby")
        self.stranger = self.page(1)

    def page(self, gateway, uid=None, group=None):
        page = self.cluster.connect(gateway)
        self.addCleanup(page.close)
        peer = Peer(self.cluster.gateways[gateway].inner_address, SECRET)
        connection = int(page.client_id[12:], 16)
        if uid:
            peer.send(Frame(BIND_UID, connection, uid.encode()))
        if group:
            peer.send(Frame(JOIN_GROUP, connection, group.encode()))
        self.assertEqual(peer.fence(), b"i:0;")
        peer.close()
        return page

    def run_program(self, name, *arguments, register=None, key=None,
                    folder=BIN):
        return Program(
            name, "-r", register or self.cluster.register_address,
            "-k", windows_path(key or self.key_file), *arguments,
            folder=folder)

    def expect_success(self, program):
        self.assertEqual((program.status, program.errors), (0, ""))

    def test_a_push_to_all_reaches_every_page(self):
        self.expect_success(self.run_program("push", "all", "hello"))
        for page in (self.alice, self.bob, self.stranger):
            page.expect_text("hello")

    def test_a_push_to_a_uid_reaches_its_page_alone(self):
        self.expect_success(self.run_program("push", "uid", "bob", "hi bob"))
        self.bob.expect_text("hi bob")
        self.expect_success(self.run_program("push", "all", "end"))
        for page in (self.alice, self.bob, self.stranger):
            page.expect_text("end")

    def test_a_push_to_a_group_reaches_its_pages_alone(self):
        text = "long " * 4000
        self.expect_success(self.run_program("push", "group", "lobby", text))
        self.alice.expect_text(text)
        self.bob.expect_text(text)
        self.expect_success(self.run_program("push", "all", "end"))
        self.stranger.expect_text("end")

    def test_who_is_there(self):
        program = self.run_program("whois")
        self.assertEqual(program.status, 0)
        self.assertEqual(program.errors, "3 online\n")
        rows = {tuple(line.split("\t"))
                for line in program.output.splitlines()}
        self.assertEqual(rows, {
            (self.alice.client_id, "alice", "lobby"),
            (self.bob.client_id, "bob", "lobby"),
            (self.stranger.client_id, "-")})

    def test_who_is_in_a_group(self):
        program = self.run_program("whois", "lobby")
        self.assertEqual((program.status, program.errors), (0, "2 online\n"))

    def test_without_the_dll_by_a_host_name(self):
        """A Register by name; the static programs, far from the DLL."""
        for name in ("push-static", "whois-static"):
            shutil.copy(BIN / f"{name}.exe", self.folder)
        port = self.cluster.register_address.split(":")[1]
        register = f"localhost:{port}"
        self.expect_success(self.run_program(
            "push-static", "uid", "alice", "static", register=register,
            folder=self.folder))
        self.alice.expect_text("static")
        program = self.run_program("whois-static", register=register,
                                   folder=self.folder)
        self.assertEqual((program.status, program.errors), (0, "3 online\n"))

    def test_a_gateway_that_is_down_stops_nobody(self):
        absent = AbsentGateway(self.cluster)
        self.addCleanup(absent.close)
        self.cluster.wait_listed(3)
        program = self.run_program("push", "all", "hello")
        self.assertEqual(program.status, 1)
        self.assertEqual(program.errors,
                         f"push: can not connect to tcp://{absent.address} "
                         "Connection refused\n")
        for page in (self.alice, self.bob, self.stranger):
            page.expect_text("hello")

    def test_a_wrong_key_is_refused(self):
        wrong = self.folder / "wrong"
        wrong.write_text("another key\n")
        program = self.run_program("push", "all", "hello", key=wrong)
        self.assertEqual(program.status, 1)
        self.assertIn(self.cluster.register_address, program.errors)
        self.expect_success(self.run_program("push", "all", "end"))
        for page in (self.alice, self.bob, self.stranger):
            page.expect_text("end")

    def test_no_register_is_said(self):
        address = self.enterContext(refusing_address())
        program = self.run_program("whois", register=address)
        self.assertEqual(program.status, 1)
        self.assertIn(f"Can not connect to tcp://{address} Connection refused",
                      program.errors)


class Language(unittest.TestCase):

    def test_cplusplus(self):
        program = Program("use")
        self.assertEqual((program.status, program.output, program.errors),
                         (0, "ok\n", ""))


def main():
    loader = unittest.defaultTestLoader
    tests = list(flatten(loader.loadTestsFromModule(sys.modules["__main__"])))
    outcome = Outcome()
    unittest.TestSuite(tests).run(outcome)
    print(f"{outcome.passed} passed, {outcome.broken} failed, "
          f"{len(outcome.skips)} skipped")
    return 1 if outcome.broken or not outcome.passed else 0


if __name__ == "__main__":
    sys.exit(main())
