"""A client_id names the address of its gateway, and a browser may send any 20
hex digits: only gateways that a Register lists are connected to."""

import socket
import unittest

from harness import gwctl
from harness.cluster import Gatewayd, GatewaydCluster
from harness.inner import split_address
from harness.php import NATIVE_EXCEPTION, Php
from harness.process import (PATIENCE, own_address, refusing_address,
                             wait_until)
from harness.websocket import WebSocket

KEY = "hush, it is a secret"
COMMANDS = ["Gateway::sendToClient($id, 'x')",
            "Gateway::closeClient($id)",
            "Gateway::closeClient($id, 'x')",
            "Gateway::destroyClient($id)",
            "Gateway::bindUid($id, 'u')",
            "Gateway::unbindUid($id, 'u')",
            "Gateway::joinGroup($id, 'g')",
            "Gateway::leaveGroup($id, 'g')",
            "Gateway::setSession($id, ['a' => 1])",
            "Gateway::updateSession($id, ['a' => 1])",
            "Gateway::sendToAll('x', [$id])"]
QUESTIONS = {"Gateway::isOnline($id)": 0,
             "Gateway::getSession($id)": None,
             "Gateway::getUidByClientId($id)": None}


def client_id(address, connection=1):
    host, port = split_address(address)
    return f"{socket.inet_aton(host).hex()}{int(port):04x}{connection:08x}"


class Stranger:
    """A port of somebody else's, where nobody may come."""

    def __init__(self, address=None):
        host, port = split_address(address) if address else ("127.0.0.1", 0)
        self.server = socket.create_server((host, int(port)))
        self.server.setblocking(False)
        self.address = "%s:%d" % self.server.getsockname()
        self.client_id = client_id(self.address)

    def visits(self):
        count = 0
        while True:
            try:
                self.server.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1

    def close(self):
        self.server.close()


class ClientIds(unittest.TestCase):
    server = "gatewayd"

    def setUp(self):
        self.cluster = self.keep(GatewaydCluster(2, KEY))
        self.stranger = self.keep(Stranger())
        self.text = (f"not connecting to tcp://{self.stranger.address}: "
                     "no such gateway is listed")

    def keep(self, thing):
        self.addCleanup(thing.close)
        return thing

    def php(self, **ini):
        return self.keep(Php(True, self.cluster, ini={
            f"gatewayclient.{name}": value for name, value in ini.items()}))

    def assert_warned(self, result, text):
        self.assertIsNone(result.throws, result)
        self.assertEqual(len(result.warnings), 1, result)
        self.assertIn(text, result.warnings[0])

    def assert_answered(self, result, value):
        self.assertIsNone(result.throws, result)
        self.assertEqual(result.warnings, [], result)
        self.assertEqual(result.value, value, result)

    def assert_thrown(self, result, text):
        self.assertIsNotNone(result.throws, result)
        self.assertEqual(result.throws["class"], NATIVE_EXCEPTION)
        self.assertEqual(result.throws["message"], text)

    def test_no_method_reaches_a_stranger(self):
        for ini in ({}, {"addresses_cache_ttl": 0}, {"persistent": 0}):
            php = self.php(**ini)
            for code in COMMANDS:
                result = php.call(code, id=self.stranger.client_id)
                self.assert_warned(result, "1 gateway failed: " + self.text)
                self.assertIn(result.value, (False, None), code)
            for code, answer in QUESTIONS.items():
                self.assert_answered(
                    php.call(code, id=self.stranger.client_id), answer)
        self.assertEqual(self.stranger.visits(), 0)

    def test_the_others_of_a_list_are_served(self):
        clients = [self.cluster.connect(i) for i in range(2)]
        ids = [clients[0].client_id, self.stranger.client_id,
               clients[1].client_id]
        result = self.php().call("Gateway::sendToAll('hello', $ids)", ids=ids)
        self.assert_warned(result, "1 gateway failed: " + self.text)
        for client in clients:
            client.expect_text("hello")
            client.close()
        self.assertEqual(self.stranger.visits(), 0)

    def test_a_gateway_that_starts_later_is_found(self):
        php = self.php(addresses_cache_ttl=3600)
        self.assertEqual(php.call("Gateway::getAllClientIdCount()").value, 0)
        later = self.keep(Gatewayd(self.cluster.register_address, KEY))
        self.cluster.gateways.append(later)
        try:
            self.cluster.wait_listed()
            client = self.cluster.connect(2)
            self.assertEqual(
                php.call("Gateway::isOnline($id)", id=client.client_id).value,
                1)
            client.close()
        finally:
            self.cluster.gateways.remove(later)

    def test_a_gateway_that_has_gone_is_not_connected_to(self):
        gateway = self.keep(Gatewayd(self.cluster.register_address, KEY,
                                     host=own_address()))
        self.cluster.wait_listed(3)
        php = self.php(addresses_cache_ttl=0)
        client = self.keep(WebSocket(gateway.websocket_port,
                                     host=gateway.host))
        address = gateway.inner_addresses[0]
        online = "Gateway::isOnline($id)"
        self.assertEqual(php.call(online, id=client.client_id).value, 1)
        client.close()
        gateway.close()
        self.cluster.wait_listed()
        self.assertEqual(php.call("Gateway::getAllClientIdCount()").value, 0)
        # Whoever has the port now is not of the cluster.
        heir = self.keep(Stranger(address))
        self.assert_answered(php.call(online, id=client.client_id), 0)
        self.assertEqual(heir.visits(), 0)

    def test_clients_do_not_wait_for_a_register_that_is_stopped(self):
        register = self.keep(Gatewayd(secret_key=KEY,
                                      options=["--register-only"]))
        gateway = self.keep(Gatewayd(register.own_register, KEY))
        self.cluster.register_address = register.own_register
        php = self.keep(Php(True, ini={"gatewayclient.timeout": PATIENCE}))
        php.use(self.cluster)
        client = self.keep(WebSocket(gateway.websocket_port))
        self.listed(register, 1)
        online = "Gateway::isOnline($id)"
        self.assertEqual(php.call(online, id=client.client_id).value, 1)
        register.process.pause()
        try:
            for _ in range(5):
                result = php.call(online, id=client.client_id)
                self.assertEqual(result.value, 1)
                self.assertLess(result.seconds, PATIENCE)
            php.set_timeout(2)
            result = php.call("Gateway::sendToAll('hello', $ids)",
                              ids=[self.stranger.client_id, client.client_id])
            self.assert_warned(result, f"tcp://{self.stranger.address}: "
                               "getAllGatewayAddressesFromRegister fail.")
            client.expect_text("hello")
        finally:
            register.process.resume()
        self.assertEqual(self.stranger.visits(), 0)

    def listed(self, register, count):
        self.cluster.register_address = register.own_register
        self.cluster.wait_listed(count)

    def test_a_kept_list_holds_while_the_register_is_down(self):
        register = self.keep(Gatewayd(secret_key=KEY, host=own_address(),
                                      options=["--register-only"]))
        gateway = self.keep(Gatewayd(register.own_register, KEY))
        self.listed(register, 1)
        client = self.keep(WebSocket(gateway.websocket_port))
        online = "Gateway::isOnline($id)"
        old = self.php(addresses_cache_ttl=0)
        self.assertEqual(old.call(online, id=client.client_id).value, 1)
        register.process.stop()
        self.assertEqual(old.call(online, id=client.client_id).value, 1)
        address = gateway.inner_addresses[0]
        text = (f"not connecting to tcp://{address}: Can not connect to "
                f"tcp://{register.own_register} Connection refused")
        fresh = self.php()
        self.assert_thrown(fresh.call(online, id=client.client_id), text)
        self.assert_warned(
            fresh.call("Gateway::bindUid($id, 'u')", id=client.client_id),
            "1 gateway failed: " + text)

    def test_a_cluster_without_gateways_is_no_answer(self):
        register = self.keep(Gatewayd(secret_key=KEY,
                                      options=["--register-only"]))
        self.cluster.register_address = register.own_register
        php = self.php()
        for code in QUESTIONS:
            self.assert_thrown(
                php.call(code, id=self.stranger.client_id),
                f"not connecting to tcp://{self.stranger.address}: "
                "the list of gateways is empty")
        self.assertEqual(self.stranger.visits(), 0)

    def test_a_gateway_listed_by_its_name(self):
        gateway = self.keep(Gatewayd(
            self.cluster.register_address, KEY,
            options=["--lan-ip", "localhost"]))
        client = self.keep(WebSocket(gateway.websocket_port))
        self.cluster.wait_listed(3)
        self.assertEqual(
            self.php().call("Gateway::isOnline($id)",
                            id=client.client_id).value, 1)

    def test_a_site_may_trust_every_client_id(self):
        php = self.php(trust_client_ids=1, timeout=1)
        result = php.call("Gateway::bindUid($id, 'u')",
                          id=self.stranger.client_id)
        self.assertEqual(result.warnings, [])
        wait_until(lambda: self.stranger.visits() > 0, "a visit")

    def test_gwctl_tells_that_the_others_were_served(self):
        client = self.keep(self.cluster.connect(0))
        gateway = self.cluster.gateways[0].inner_address
        done = gwctl.run(self.cluster, "send-to-client", "--gateway", gateway,
                         client.client_id, self.stranger.client_id, "hello")
        self.assertEqual(done.status, 1, done)
        self.assertIn(self.text, done.err)
        client.expect_text("hello")

    def test_gwctl_tells_that_nobody_was_served(self):
        strangers = [self.stranger, self.keep(Stranger())]
        for count in (1, 2):
            done = gwctl.run(self.cluster, "send-to-client",
                             *(s.client_id for s in strangers[:count]),
                             "-", stdin="one\ntwo\n")
            self.assertEqual(done.status, 3, done)
            self.assertEqual(done.err.count(self.text), 1, done)
        served = self.cluster.connect(0)
        ids = [served.client_id, self.stranger.client_id]
        done = gwctl.run(self.cluster, "send-to-client", *ids, "-",
                         stdin="one\ntwo\n")
        self.assertEqual(done.status, 1, done)
        served.expect_text("one")
        served.expect_text("two")
        served.close()
        self.assertEqual([s.visits() for s in strangers], [0, 0])

    def test_gwctl_has_nobody_online_there(self):
        stranger = self.stranger.client_id
        for words in (["kick"], ["session", "get"], ["online", "--client"]):
            done = gwctl.run(self.cluster, *words, stranger)
            self.assertEqual(done.status, 4, done)
            self.assertIn(self.text, done.err)
        for words in (["kick"], ["session", "get"]):
            done = gwctl.run(self.cluster, *words, stranger)
            self.assertIn(f"{stranger} is not online", done.err)
        self.assertEqual(self.stranger.visits(), 0)

    def test_gwctl_tells_of_everybody_named(self):
        served = self.keep(self.cluster.connect(0)).client_id
        ids = [self.stranger.client_id, served]
        done = gwctl.run(self.cluster, "online", "--client", *ids)
        self.assertEqual(done.status, 4, done)
        self.assertEqual(done.rows, [[ids[0], "no"], [ids[1], "yes"]])
        done = gwctl.run(self.cluster, "--json", "online", "--client", *ids)
        self.assertEqual(done.objects, [
            {"client_id": ids[0], "online": False},
            {"client_id": ids[1], "online": True}])
        done = gwctl.run(self.cluster, "kick", *ids)
        self.assertEqual(done.status, 4, done)
        self.assertEqual(done.out.split(), [served])

    def test_gwctl_cannot_tell_without_a_list(self):
        with refusing_address() as nowhere:
            for words in (["kick"], ["session", "get"],
                          ["online", "--client"]):
                done = gwctl.run(self.cluster, *words, "--register", nowhere,
                                 self.stranger.client_id)
                self.assertEqual(done.status, 3, done)
                self.assertEqual(done.rows, [])

    def test_gwctl_commands(self):
        for words, status in ((["send-to-client"], 3),
                              (["session", "set"], 4),
                              (["session", "update"], 4),
                              (["session", "set", "--confirm=no"], 4)):
            done = gwctl.run(self.cluster, *words, self.stranger.client_id,
                             "{}")
            self.assertEqual(done.status, status, done)
            self.assertIn(self.text, done.err)
        self.assertEqual(self.stranger.visits(), 0)

    def test_gwctl_does_not_count_them_as_gateways(self):
        """However many there are: who is there was served."""
        served = self.keep(self.cluster.connect(0))
        name = "a" * 64 + ".invalid:7"  # too long a label: no DNS is asked
        made_up = [client_id(f"127.0.0.{i}:7") for i in range(10, 14)]
        done = gwctl.run(
            self.cluster, "send-to-client", "--gateway", name,
            "--gateway", self.cluster.gateways[0].inner_address,
            served.client_id, *made_up, "hello")
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.err.count("cannot be resolved"), 4, done)
        served.expect_text("hello")


if __name__ == "__main__":
    unittest.main()
