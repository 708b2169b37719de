"""A Register that comes back knows no gateways; they come back to it, one after
the other. Nothing may be lost by that in silence. One that moves is followed."""

import re
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.cluster import Gatewayd
from harness.php import Php
from harness.process import PATIENCE, fixed_ports, wait_until
from harness.websocket import WebSocket

GATEWAYS = 3


class RegisterRestart(unittest.TestCase):
    server = "gatewayd"

    def setUp(self):
        self.register = self.keep(Gatewayd(options=[
            "--register-only", "--register-grace", "8",
            "--register-listen", f"127.0.0.1:{fixed_ports(1)[0]}"]))
        self.register.process.kill()
        # Started one after the other, they do not come back at one moment.
        self.gateways = [self.keep(Gatewayd(self.register.own_register))
                         for _ in range(GATEWAYS)]
        self.clients = [self.keep(WebSocket(g.websocket_port))
                        for g in self.gateways]

    def keep(self, thing):
        self.addCleanup(thing.close)
        return thing

    def test_what_can_be_sent_reaches_every_gateway(self):
        patient = {"gatewayclient.timeout": 2 * PATIENCE}  # the grace is in it
        with Php(True, ini=patient) as php:
            php.call("[Gateway::$registerAddress = $list, "
                     "Gateway::$addressesCacheDisable = true]",
                     list=self.register.own_register)

            def sent():
                result = php.call("Gateway::sendToAll('a message')")
                self.assertEqual(result.warnings, [])
                return not result.throws

            self.register.process.start()
            wait_until(sent, "a sender that hears of no error")
        for client in self.clients:
            client.expect_text("a message")
            client.expect_silence()


def seeing(source, place):
    """Words before a command that sees `source` at `place`, and nobody else
    does."""
    return ["unshare", "--mount", "sh", "-c",
            f"mount --bind '{source}' '{place}' && "
            'exec "$@"', "sh"]


class RegisterByName(unittest.TestCase):
    server = "gatewayd"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.hosts = Path(folder.name) / "hosts"
        self.register_is_at("127.0.0.2")
        probe = subprocess.run([*seeing(self.hosts, "/etc/hosts"), "true"],
                               capture_output=True,
                               stdin=subprocess.DEVNULL, check=False)
        if probe.returncode != 0:
            self.skipTest("may not mount")

    def register_is_at(self, address):
        """Written in place: the mount shows this very file."""
        self.hosts.write_text(f"{address} register.test\n")

    def listen(self, address, port=0):
        place = socket.socket()
        self.addCleanup(place.close)
        place.bind((address, port))
        place.listen()
        place.settimeout(PATIENCE)
        return place

    def expect_announcement(self, link):
        with link, link.makefile("rb") as lines:
            self.assertIn(b"gateway_connect", lines.readline())

    def test_a_name_that_stands_for_another_address_is_followed(self):
        before = self.listen("127.0.0.2")
        port = before.getsockname()[1]
        after = self.listen("127.0.0.3", port)
        gateway = Gatewayd(f"register.test:{port}",
                           prefix=seeing(self.hosts, "/etc/hosts"))
        self.addCleanup(gateway.close)
        link, _ = before.accept()
        self.register_is_at("127.0.0.3")
        before.close()
        link.close()
        link, _ = after.accept()
        self.expect_announcement(link)

    def test_a_machine_without_resolv_conf_has_its_hosts(self):
        place = self.listen("127.0.0.2")
        gateway = Gatewayd(f"register.test:{place.getsockname()[1]}",
                           prefix=seeing(self.hosts.parent, "/etc"))
        self.addCleanup(gateway.close)
        self.expect_announcement(place.accept()[0])

    def test_of_a_name_with_both_kinds_of_addresses_ipv4_is_listened_on(self):
        """As localhost is one, which most systems put ::1 first of."""
        self.hosts.write_text("::1 both.test\n127.0.0.2 both.test\n")
        gateway = Gatewayd(prefix=seeing(self.hosts, "/etc/hosts"),
                           options=["--status-listen", "both.test:0"])
        self.addCleanup(gateway.close)
        port = re.search(r"status both\.test:(\d+)", gateway.process.log)[1]
        socket.create_connection(("127.0.0.2", int(port)), PATIENCE).close()

    def test_name_servers_that_are_down_are_told_once(self):
        """They are asked every second, by each process."""
        servers = self.hosts.parent / "resolv.conf"
        servers.write_text("nameserver 127.0.0.2\n"
                           "options timeout:1 attempts:1\n")
        gateway = Gatewayd("register.test:1", prefix=seeing(
            servers, "/etc/resolv.conf"), options=["--log-level", "debug"])
        self.addCleanup(gateway.close)
        down = " debug: libevent: All nameservers have failed"
        wait_until(lambda: gateway.process.log.count(down) >= 3,
                   "a third attempt", 3 * PATIENCE)
        told = [line.split(" ", 1)[1]
                for line in gateway.process.log.splitlines()
                if "libevent" in line and " debug: " not in line]
        self.assertEqual(told, [])
        self.assertEqual(gateway.process.log.count("cannot reach Register"), 1)


if __name__ == "__main__":
    unittest.main()
