"""Clients over TLS."""

import os
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.cluster import GatewaydCluster
from harness.php import Php
from harness.process import PATIENCE, PREFIX, wait_until
from harness.tls import Certificate, Tls
from harness.websocket import Connection, WebSocket


class TlsTest(unittest.TestCase):
    server = "gatewayd"
    listeners = ("wss://127.0.0.1:0",)
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.folder_object = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder_object.cleanup)
        cls.folder = Path(cls.folder_object.name)
        cls.main = Certificate(cls.folder, "main", "localhost")
        cls.chat = Certificate(cls.folder, "chat", "chat.example")
        cls.wild = Certificate(cls.folder, "wild", "*.example.org")

    def setUp(self):
        options = []
        for listener in self.listeners:
            options += ["--listen", listener]
        self.certificate = self.folder / "current.pem"
        self.key = self.folder / "current.key"
        self.main.copy_to(self.certificate, self.key)
        self.cluster = GatewaydCluster(options=[
            *options, "--tls-certificate", self.certificate, "--tls-key",
            self.key, *self.options])
        self.addCleanup(self.cluster.close)
        self.gateway = self.cluster.gateways[0]
        self.port = self.gateway.ports_of("wss")[0]

    def connect(self, **options):
        client = WebSocket(self.port, tls=Tls(**options))
        self.addCleanup(client.close)
        return client

    def served(self, **options):
        """The certificate that a new client sees."""
        return self.connect(**options).socket.getpeercert(binary_form=True)

    def expect_alive(self, client):
        with Php(True, self.cluster) as php:
            self.assertTrue(php.call("Gateway::sendToClient($id, 'there?')",
                                     id=client.client_id).value)
        client.expect_text("there?")


class Clients(TlsTest):
    listeners = ("wss://127.0.0.1:0", "text+tls://127.0.0.1:0",
                 "websocket+tls://127.0.0.1:0 proxy_protocol")

    def test_a_message_reaches_a_page(self):
        self.expect_alive(self.connect())

    def test_both_versions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = self.connect(most=version)
            self.assertEqual(client.socket.version(),
                             version.name.replace("_", "."))
            self.expect_alive(client)

    def test_a_large_message_passes_both_ways(self):
        client = self.connect()
        text = "x" * 1000000
        with Php(True, self.cluster) as php:
            php.call("Gateway::sendToClient($id, str_repeat('x', 1000000))",
                     id=client.client_id)
        client.expect_text(text)
        client.socket.settimeout(20)
        client.send(1, text.encode())
        client.socket.setblocking(False)
        self.expect_alive(client)

    def test_what_is_too_large_is_told_without_a_reset(self):
        client = self.connect()
        client.socket.settimeout(20)
        client.send(1, bytes(20 << 20))
        client.socket.setblocking(False)
        self.assertEqual(client.read_frame(), (8, struct.pack(">H", 1009)))
        client.expect_eof()

    def test_lines(self):
        port = self.gateway.ports_of("text+tls")[0]
        with Connection(port, tls=Tls()) as client:
            wait_until(lambda: client.read().endswith(b"\n"), "a greeting")
            self.assertIn(b'"type":"init"', client.received)

    def test_a_proxy_speaks_before_tls(self):
        port = self.gateway.ports_of("websocket+tls")[0]
        ahead = b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n"
        with WebSocket(port, tls=Tls(ahead=ahead)) as client:
            self.expect_alive(client)

    def test_sessions_resume(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            tls = Tls(most=version)
            with WebSocket(self.port, tls=tls) as client:
                self.assertFalse(client.socket.session_reused)
                again = Tls(session=client.socket.session,
                            context=tls.context)
            with WebSocket(self.port, tls=again) as client:
                self.assertTrue(client.socket.session_reused, version)

    def test_who_speaks_no_tls_is_closed(self):
        with Connection(self.port, b"GET / HTTP/1.1\r\n\r\n") as client:
            wait_until(lambda: client.read() is not None and client.eof,
                       "a close")
        self.expect_alive(self.connect())

    def test_half_a_handshake_harms_nobody(self):
        client = self.connect()
        with socket.create_connection(("127.0.0.1", self.port)) as stranger:
            stranger.sendall(b"\x16\x03\x01\x02\x00\x01")
            self.expect_alive(client)
        self.expect_alive(client)


class OldVersions(TlsTest):
    options = ("--tls-min-version", "1.3")

    def test_they_are_refused(self):
        with self.assertRaises(ssl.SSLError):
            self.connect(most=ssl.TLSVersion.TLSv1_2)
        self.expect_alive(self.connect())


class Ciphers(TlsTest):
    options = ("--tls-ciphers", "ECDHE+AES256+AESGCM")

    def test_who_has_none_of_them_is_refused(self):
        tls = Tls(most=ssl.TLSVersion.TLSv1_2)
        tls.context.set_ciphers("ECDHE+AES128")
        with self.assertRaises(ssl.SSLError):
            WebSocket(self.port, tls=tls)
        self.expect_alive(self.connect(most=ssl.TLSVersion.TLSv1_2))


class Names(TlsTest):
    def setUp(self):
        self.options = tuple(
            word for host, cert in (("chat.example", self.chat),
                                    ("*.example.org", self.wild))
            for word in ("--tls-sni",
                         f"{host} {cert.certificate} {cert.key}"))
        super().setUp()

    def test_each_name_has_its_certificate(self):
        for name, want in ((None, self.main), ("localhost", self.main),
                           ("chat.example", self.chat),
                           ("CHAT.example", self.chat),
                           ("a.chat.example", self.main),
                           ("a.example.org", self.wild),
                           ("a.b.example.org", self.main),
                           ("example.org", self.main)):
            self.assertEqual(self.served(name=name), want.der, name)


class TestConfig(TlsTest):
    """--test-config says what the start would, beside one that runs."""

    def run_with(self, *options, test=True):
        ended = subprocess.run(
            [PREFIX / "bin/gatewayd", "--listen",
             f"wss://127.0.0.1:{self.port}", "--start-port", "0",
             "--register-listen", "127.0.0.1:0", "--tls-certificate",
             self.certificate, "--tls-key", self.key, *options,
             *(["--test-config"] if test else [])],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE, check=False)
        return ended.returncode, ended.stdout, ended.stderr

    def refuse(self, why, *options):
        tested = self.run_with(*options)
        self.assertEqual(tested[:2], (2, ""))
        self.assertIn(why, tested[2])
        self.assertEqual(self.run_with(*options, test=False), tested)

    def test_what_is_right_needs_no_port(self):
        sni = f"chat.example {self.chat.certificate} {self.chat.key}"
        self.assertEqual(
            self.run_with("--tls-ciphers", "ECDHE+AESGCM", "--tls-sni", sni),
            (0, "configuration ok\n", ""))

    def test_the_key_of_another_certificate(self):
        self.key.write_bytes(self.chat.key.read_bytes())
        self.refuse(f"gatewayd: the TLS key {self.key} does not belong to "
                    f"the certificate {self.certificate}\n")

    def test_what_is_no_certificate(self):
        self.certificate.write_text("no certificate")
        self.refuse("gatewayd: there is no PEM certificate in "
                    f"{self.certificate}\n")

    def test_what_is_no_cipher(self):
        self.refuse('gatewayd: no TLS 1.2 cipher is meant by "nonsense": ',
                    "--tls-ciphers", "nonsense")

    def test_the_certificate_of_a_name(self):
        self.refuse(f"the TLS key {self.wild.key} does not belong to "
                    f"the certificate {self.chat.certificate}\n",
                    "--tls-sni",
                    f"a.example {self.chat.certificate} {self.wild.key}")

    def test_a_register_needs_no_certificate(self):
        self.certificate.write_text("no certificate")
        self.assertEqual(self.run_with("--register-only"),
                         (0, "configuration ok\n", ""))


class Renewal(TlsTest):
    """SIGHUP."""

    def hang_up(self, says):
        process = self.gateway.process
        before = process.log.count(says)
        os.kill(process.pid, signal.SIGHUP)
        wait_until(lambda: process.log.count(says) > before, says)

    def test_new_clients_see_the_new_certificate(self):
        old = self.connect()
        self.assertEqual(self.served(), self.main.der)
        self.chat.copy_to(self.certificate, self.key)
        self.hang_up("reloaded")
        self.assertEqual(self.served(), self.chat.der)
        self.expect_alive(old)
        self.assertEqual(old.socket.getpeercert(binary_form=True),
                         self.main.der)

    def test_sessions_resume_after_it(self):
        tls = Tls()
        with WebSocket(self.port, tls=tls) as client:
            session = client.socket.session
        self.hang_up("reloaded")
        with WebSocket(self.port, tls=Tls(session=session,
                                          context=tls.context)) as client:
            self.assertTrue(client.socket.session_reused)

    def test_a_wrong_one_changes_nothing(self):
        self.key.write_bytes(self.chat.key.read_bytes())
        self.hang_up("everything stays as it was")
        self.assertIn(str(self.key), self.gateway.process.log)
        self.assertEqual(self.served(), self.main.der)
        self.certificate.write_text("no certificate")
        self.hang_up("everything stays as it was")
        self.assertEqual(self.served(), self.main.der)
        self.main.copy_to(self.certificate, self.key)
        self.hang_up("reloaded")
        self.assertEqual(self.served(), self.main.der)


class RenewalOfSeveral(Renewal):
    options = ("--workers", "2")

    def hang_up(self, says):
        process = self.gateway.process
        # The master first, and then, if it finds no mistake, the others.
        times = 1 if "stays" in says else 4
        before = process.log.count(says)
        os.kill(process.pid, signal.SIGHUP)
        wait_until(lambda: process.log.count(says) >= before + times, says)


if __name__ == "__main__":
    unittest.main()
