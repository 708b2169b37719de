"""Unchanged applications: the package installed, and the extension loaded or
not (the issue's second show)."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.cluster import (CLIENT_PHP, PURE, REFERENCE, WHY_NO_PURE,
                             WHY_NO_REFERENCE, make_cluster)
from harness.inner import CMD_IS_ONLINE, Frame, Peer
from harness.php import run_php
from harness.process import wait_until

SCRIPT = Path(__file__).parent / "scripts/unchanged.php"


def package_file():
    """Where the package's Gateway.php is: what the manual requires."""
    code = ('require $argv[1]; echo (new ReflectionClass('
            '"GatewayClient\\\\Gateway"))->getFileName();')
    return subprocess.run(
        [CLIENT_PHP, "-r", code, "--", PURE], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True).stdout


class Unchanged:
    """One cluster; every way to load the class, with and without extension."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = make_cluster(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def run_script(self, loaded, native, ini=None):
        """The results with the client's id left out, and the class's kind."""
        client = self.cluster.connect()
        self.addCleanup(client.close)
        arguments = [loaded, self.cluster.register_address, client.client_id]
        done = run_php(SCRIPT, arguments, native, ini)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        client.expect_text("hello")
        connection_id = int(client.client_id[12:], 16)
        results = done.stdout.replace(client.client_id, "ID").replace(
            f'"connection_id";i:{connection_id};', "CONNECTION")
        client.close()
        self.wait_gone(client)
        return results, done.stderr.split()

    def wait_gone(self, client):
        """The next run must not count this client."""
        peer = Peer(self.cluster.gateways[0].inner_address)
        self.addCleanup(peer.close)
        connection_id = int(client.client_id[12:], 16)

        def gone():
            peer.send(Frame(CMD_IS_ONLINE, connection_id))
            return peer.reply() == b"i:0;"

        wait_until(gone, "the client's end")

    def compare(self, loaded, ini=None):
        pure, kind = self.run_script(loaded, False, ini)
        self.assertEqual(kind, ["user"])
        native, kind = self.run_script(loaded, True, ini)
        self.assertEqual(kind, ["internal"])
        self.assertEqual(native, pure)

    def test_autoload(self):
        self.compare(PURE)

    def test_autoload_with_opcache(self):
        self.compare(PURE, {"opcache.enable_cli": 1})

    def test_require_once(self):
        self.compare(package_file())

    def test_require_once_with_opcache(self):
        self.compare(package_file(), {"opcache.enable_cli": 1})

    def test_require_once_with_opcache_file_cache(self):
        """The cache written without the extension must not serve it, nor the
        other way round: each pair of runs reads what the pair before wrote."""
        with tempfile.TemporaryDirectory() as folder:
            ini = {"opcache.enable_cli": 1, "opcache.file_cache": folder,
                   "opcache.file_cache_only": 1}
            self.compare(package_file(), ini)
            self.assertTrue(os.listdir(folder))
            self.compare(package_file(), ini)

    def test_require_once_with_replacement_off_is_php_s_fatal_error(self):
        client = self.cluster.connect()
        self.addCleanup(client.close)
        done = run_php(SCRIPT, [package_file(), self.cluster.register_address,
                                client.client_id], True,
                       {"gatewayclient.replace_package": 0})
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout + done.stderr,
                         "Cannot (re)?declare class GatewayClient")
        client.close()
        self.wait_gone(client)


@unittest.skipIf(PURE is None, WHY_NO_PURE)
class OnGatewayd(Unchanged, unittest.TestCase):
    server = "gatewayd"


@unittest.skipIf(REFERENCE is None, WHY_NO_REFERENCE)
class OnGatewayWorker(Unchanged, unittest.TestCase):
    server = "gatewayworker"
