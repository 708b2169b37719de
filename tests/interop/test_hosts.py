"""Three hosts: gatewayd with its Register on the first, gatewayd in a container
behind address translation on the second, PHP on the third."""

import subprocess
import unittest

from harness import hosts
from harness.inner import register_addresses
from harness.php import Php
from harness.process import PREFIX, Process, wait_until
from harness.websocket import WebSocket

E_WARNING = 2
PATIENT = 30  # seconds, gatewayclient.timeout while all gateways are there
TIMEOUT = 2   # and of a call that only one could answer which is not there
SHARED = 8    # and of one that the others answer, on a busy machine, too
REGISTER, WEBSOCKET, INNER = 1236, 7272, 2900
WHY_NOT = hosts.why_not()


class HostsTest(unittest.TestCase):
    server = "gatewayd"

    def setUp(self):
        self.network = hosts.Network()
        self.addCleanup(self.network.close)

    def start(self, host, *options):
        process = Process([*host.prefix, PREFIX / "bin/gatewayd", "--listen",
                           f"websocket://0.0.0.0:{WEBSOCKET}",
                           "--start-port", INNER, *options], "gatewayd")
        self.addCleanup(process.discard)
        process.start()

        def ready():
            process.expect_running()
            return " ready: " in process.log

        wait_until(ready, f"gatewayd on {host.address}")
        return process

    def start_php(self, host):
        self.php = Php(True, self, {"gatewayclient.timeout": PATIENT},
                       prefix=host.prefix)
        self.addCleanup(self.php.close)


@unittest.skipIf(WHY_NOT, WHY_NOT)
class ThreeHosts(HostsTest):
    secret_key = ""

    def setUp(self):
        super().setUp()
        self.first = self.network.add("first")
        self.second = self.network.add("second")
        self.third = self.network.add("third")
        self.container = self.network.add_container(
            self.second, "box", [WEBSOCKET, INNER])
        self.register_address = f"{self.first.address}:{REGISTER}"
        self.start(self.first, "--lan-ip", self.first.address,
                   "--register-listen", self.register_address,
                   "--register-address", self.register_address)
        self.start(self.container, "--lan-ip", self.second.address,
                   "--inner-listen", "0.0.0.0", "--no-register",
                   "--register-address", self.register_address)
        self.wait_listed(self.first, self.second)
        self.start_php(self.third)
        self.clients = [self.connect(self.first), self.connect(self.second)]

    def wait_listed(self, *listed):
        want = sorted(f"{host.address}:{INNER}" for host in listed)

        def same():
            with hosts.inside(self.third.namespace):
                try:
                    found = register_addresses(self.register_address)
                except OSError:
                    found = None
            return found is not None and sorted(found) == want

        wait_until(same, f"a Register that lists {want}")

    def connect(self, host):
        """A browser on the third host."""
        with hosts.inside(self.third.namespace):
            client = WebSocket(WEBSOCKET, host=host.address)
        self.addCleanup(client.close)
        return client

    def test_pushes_reach_clients_of_both(self):
        for client, host in zip(self.clients, (self.first, self.second)):
            number = "".join(f"{int(n):02x}" for n in host.address.split("."))
            self.assertEqual(client.client_id[:12], f"{number}{INNER:04x}")
            self.php.call("Gateway::bindUid($id, 'ann')", id=client.client_id)
            self.php.call("Gateway::joinGroup($id, 'room')",
                          id=client.client_id)
        self.assertTrue(self.php.call("Gateway::flush()").value)
        for code in ("Gateway::sendToUid('ann', 'a')",
                     "Gateway::sendToGroup('room', 'b')",
                     "Gateway::sendToAll('c')"):
            result = self.php.call(code)
            self.assertIsNone(result.throws, result)
            self.assertEqual(result.warnings, [])
        for client in self.clients:
            for message in "abc":
                client.expect_text(message)
            result = self.php.call("Gateway::isOnline($id)",
                                   id=client.client_id)
            self.assertEqual(result.value, 1)
        result = self.php.call("Gateway::getAllClientIdCount()")
        self.assertEqual(result.value, 2)

    def test_a_host_that_is_cut_off_costs_one_deadline_and_is_named(self):
        self.php.call("Gateway::sendToAll('before')")  # a warm connection
        for client in self.clients:
            client.expect_text("before")
        self.network.link(self.second, up=False)
        self.php.set_timeout(SHARED)
        result = self.php.call("Gateway::getAllClientIdCount()")
        self.assert_one_deadline(result)
        self.assertEqual(result.value, 1)
        result = self.php.call("Gateway::sendToAll('meanwhile')")
        self.assertLess(result.seconds, PATIENT)
        self.clients[0].expect_text("meanwhile")
        result = self.php.call("Gateway::sendToClient($id, 'you')",
                               id=self.clients[0].client_id)
        self.assertLess(result.seconds, PATIENT)
        self.clients[0].expect_text("you")

        self.network.link(self.second, up=True)

        def both():
            count = self.php.call("Gateway::getAllClientIdCount()")
            return not count.throws and count.value == 2

        wait_until(both, "both gateways", 30)

    def assert_one_deadline(self, result):
        self.assertIsNone(result.throws, result)
        self.assertGreaterEqual(result.seconds, SHARED - 0.01)
        self.assertLess(result.seconds, PATIENT)
        self.assertEqual(result.levels, [E_WARNING], result)
        self.assertIn(f"{self.second.address}:{INNER}", result.warnings[0])


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Restarted(HostsTest):
    """The machine of a gateway loses its power, and is back on its address."""

    secret_key = ""

    def setUp(self):
        super().setUp()
        self.first = self.network.add("first")
        self.second = self.network.add("second")
        self.register_address = f"{self.first.address}:{REGISTER}"
        self.start(self.first, "--register-only", "--register-listen",
                   self.register_address)
        self.start_gateway(self.second)
        self.start_php(self.first)

    def start_gateway(self, host):
        process = self.start(host, "--lan-ip", host.address, "--no-register",
                             "--register-address", self.register_address)
        wait_until(lambda: "announcing to Register" in process.log,
                   "its announcement")

    def browser(self, host):
        with hosts.inside(self.first.namespace):
            client = WebSocket(WEBSOCKET, host=host.address)
        self.addCleanup(client.close)
        return client

    def send(self, text, browser):
        result = self.php.call("Gateway::sendToAll($text)", text=text)
        self.assertIsNone(result.throws, result)
        self.assertEqual(result.warnings, [])
        browser.expect_text(text)

    def pooled(self):
        """Connections of PHP to the gateway, in the kernel's eyes."""
        table = subprocess.run([*self.first.prefix, "cat", "/proc/net/tcp"],
                               capture_output=True, text=True, check=True)
        return [line for line in table.stdout.splitlines()
                if line.split()[2].endswith(f":{INNER:04X}")
                and line.split()[3] == "01"]

    def repeats(self):
        """How often the kernel has repeated what it got no answer to."""
        return max((int(line.split()[6], 16) for line in self.pooled()),
                   default=0)

    def send_into_the_dark(self):
        self.send("before", self.browser(self.second))
        self.network.link(self.second, up=False)
        self.php.call("Gateway::sendToAll('into the dark')")
        # Each time it waits twice as long: the next is six seconds away.
        wait_until(lambda: self.repeats() >= 5,
                   "a kernel that hardly tries any more", 20)

    def test_what_is_sent_to_the_dark_later_is_reported(self):
        self.send_into_the_dark()
        self.php.set_timeout(TIMEOUT)
        result = self.php.call("Gateway::sendToAll('again')")
        self.assertEqual(result.levels, [E_WARNING], result)
        self.assertIn(f"{self.second.address}:{INNER}", result.warnings[0])

    def test_nor_is_one_behind_what_the_machine_did_not_get(self):
        self.send_into_the_dark()
        machine = self.network.replace(self.second)
        self.start_gateway(machine)
        self.send("after", self.browser(machine))
        self.assertFalse(self.php.call("Gateway::flush()").value)

    def test_no_message_is_lost_on_a_connection_from_before(self):
        self.send("before", self.browser(self.second))
        self.assertEqual(len(self.pooled()), 1)
        machine = self.network.replace(self.second)
        self.start_gateway(machine)
        browser = self.browser(machine)
        wait_until(lambda: not self.pooled(), "its end", 30)
        self.send("after", browser)


@unittest.skipIf(WHY_NOT, WHY_NOT)
class RegisterRestarted(HostsTest):
    """The machine of the Register loses its power, and is back at once."""

    grace = 8  # the gateways find out in 2 s, but this machine is busy

    def setUp(self):
        super().setUp()
        self.first, *self.others = (self.network.add(name) for name in
                                    ("first", "second", "third"))
        self.place = f"{self.first.address}:{REGISTER}"

    def start_register(self, host, grace):
        self.start(host, "--register-only", "--register-listen", self.place,
                   "--register-grace", grace)

    def listed(self):
        with hosts.inside(self.others[0].namespace):
            return register_addresses(self.place, timeout=2 * self.grace)

    def test_its_first_list_has_all_gateways(self):
        self.start_register(self.first, 0)
        for host in self.others:
            self.start(host, "--lan-ip", host.address, "--no-register",
                       "--register-address", self.place)
        wait_until(lambda: len(self.listed()) == 2, "both gateways")
        self.start_register(self.network.replace(self.first), self.grace)
        self.assertEqual(len(self.listed()), 2)


@unittest.skipIf(WHY_NOT, WHY_NOT)
class LoopbackAnnounced(HostsTest):
    """127.0.0.1 is another machine to everybody who is told of it."""

    warning = "127.0.0.1:2900 is a loopback address"

    def setUp(self):
        super().setUp()
        self.first = self.network.add("first")
        self.second = self.network.add("second")
        self.place = f"{self.first.address}:{REGISTER}"

    def test_it_is_told_once_when_the_register_is_elsewhere(self):
        options = ["--register-only", "--register-listen", self.place]
        register = self.start(self.first, *options)
        gateway = self.start(self.second, "--no-register",
                             "--register-address", self.place)
        wait_until(lambda: self.warning in gateway.log, lambda: gateway.log)
        self.assertIn("set lan_ip to", gateway.log)
        register.kill()
        register = self.start(self.first, *options)
        wait_until(lambda: "register: gateway 127.0.0.1" in register.log,
                   "its return")
        self.assertEqual(gateway.log.count(self.warning), 1)

    def test_it_is_right_on_the_registers_own_machine(self):
        gateway = self.start(self.first, "--register-listen", self.place,
                             "--register-address", self.place)
        wait_until(lambda: "register: gateway 127.0.0.1" in gateway.log,
                   "its announcement")
        self.assertNotIn(self.warning, gateway.log)


@unittest.skipIf(WHY_NOT, WHY_NOT)
class PortOfConnections(HostsTest):
    """The Register's port is one that the system gives to connections, too: to
    the first one that looks for the Register."""

    def test_a_gateway_does_not_take_itself_for_the_register(self):
        host = self.network.add("first")
        port = 40000
        hosts.run(*host.prefix, "sysctl", "-qw",
                  f"net.ipv4.ip_local_port_range={port} {port + 1}")
        place = f"127.0.0.1:{port}"
        gateway = self.start(host, "--no-register",
                             "--register-address", place)
        told = "cannot reach Register " + place + ": Connection refused"
        wait_until(lambda: told in gateway.log, lambda: gateway.log)
        register = self.start(host, "--register-only",
                              "--register-listen", place)
        wait_until(lambda: "register: gateway 127.0.0.1" in register.log,
                   lambda: gateway.log + register.log)


if __name__ == "__main__":
    unittest.main()
