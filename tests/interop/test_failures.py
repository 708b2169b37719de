"""Gateways that are down, stopped or restarted (the issue's fourth and fifth
show)."""

import unittest

from harness.cluster import AbsentGateway, GatewaydCluster, Gatewayd
from harness.php import NATIVE_EXCEPTION, Php
from harness.process import own_address, refusing_address

E_WARNING = 2
PATIENT = 30  # seconds, gatewayclient.timeout of calls that are answered
TIMEOUT = 2   # and of one that is not
SHARED = 8    # and of one in which the others are, on a busy machine, too


class FailureTest(unittest.TestCase):
    server = "gatewayd"
    count = 8
    host = "127.0.0.1"

    def setUp(self):
        self.cluster = GatewaydCluster(self.count, host=self.host)
        self.addCleanup(self.cluster.close)
        self.php = Php(True, self.cluster, {"gatewayclient.timeout": PATIENT})
        self.addCleanup(self.php.close)
        self.clients = [self.cluster.connect(i) for i in range(self.count)]
        for client in self.clients:
            self.addCleanup(client.close)
            self.php.call("Gateway::bindUid($id, 'ann')", id=client.client_id)
        self.assertTrue(self.php.call("Gateway::flush()").value)

    def expect_delivery(self, message, clients):
        for client in clients:
            client.expect_text(message)
        for client in clients:
            client.expect_silence()

    def expect_one_warning(self, result, address):
        self.assertEqual(result.levels, [E_WARNING], result)
        self.assertIn(address, result.warnings[0])
        self.assertEqual(result.echoes, "")


class OneDown(FailureTest):
    count = 7

    def setUp(self):
        super().setUp()
        self.absent = AbsentGateway(self.cluster)
        self.addCleanup(self.absent.close)
        self.cluster.wait_listed(8)
        # The list that the set-up cached does not have it yet.
        self.php.call("Gateway::$addressesCacheDisable = true")

    def test_a_message_to_a_uid_reaches_the_other_seven(self):
        result = self.php.call("Gateway::sendToUid('ann', 'hello')")
        self.assertIsNone(result.throws)
        self.expect_one_warning(result, self.absent.address)
        self.expect_delivery("hello", self.clients)

    def test_a_message_to_all_reaches_the_other_seven(self):
        result = self.php.call("Gateway::sendToAll('hello')")
        self.assertIsNone(result.throws)
        self.expect_one_warning(result, self.absent.address)
        self.expect_delivery("hello", self.clients)

    def test_a_query_returns_what_the_other_seven_know(self):
        result = self.php.call("Gateway::getClientIdByUid('ann')")
        self.assertEqual(
            sorted(value.decode() for value in result.value.values()),
            sorted(client.client_id for client in self.clients))
        self.expect_one_warning(result, self.absent.address)

    def test_a_query_to_it_alone_throws(self):
        port = int(self.absent.address.split(":")[1])
        result = self.php.call("Gateway::isOnline($id)",
                               id=f"7f000001{port:04x}00000001")
        self.assertEqual(result.throws["class"], NATIVE_EXCEPTION)
        self.assertIn(f"can not connect to tcp://{self.absent.address}",
                      result.throws["message"])

    def test_a_message_to_it_alone_warns_and_returns_false(self):
        port = int(self.absent.address.split(":")[1])
        result = self.php.call("Gateway::sendToClient($id, 'x')",
                               id=f"7f000001{port:04x}00000001")
        self.assertIs(result.value, False)
        self.expect_one_warning(result, self.absent.address)


class OneStopped(FailureTest):
    def setUp(self):
        super().setUp()
        self.stopped = self.cluster.gateways[-1]
        self.stopped.process.pause()
        self.addCleanup(self.stopped.process.resume)

    def call_in_vain(self, code, timeout=TIMEOUT, **variables):
        """It has to wait for the stopped one until its deadline."""
        self.php.set_timeout(timeout)
        result = self.php.call(code, **variables)
        self.php.set_timeout(PATIENT)
        self.assertGreaterEqual(result.seconds, timeout - 0.01)
        self.assertLess(result.seconds, PATIENT)
        return result

    def test_a_query_to_it_throws_at_the_deadline(self):
        result = self.call_in_vain("Gateway::isOnline($id)",
                                   id=self.clients[-1].client_id)
        self.assertEqual(result.throws["class"], NATIVE_EXCEPTION)
        self.assertIn(self.stopped.inner_address, result.throws["message"])

    def test_a_query_to_all_gives_the_others_at_the_deadline(self):
        result = self.call_in_vain("Gateway::getClientIdByUid('ann')", SHARED)
        self.assertIsNone(result.throws)
        self.assertEqual(
            sorted(value.decode() for value in result.value.values()),
            sorted(client.client_id for client in self.clients[:-1]))
        self.expect_one_warning(result, self.stopped.inner_address)

    def test_a_connection_with_a_late_reply_is_not_used_again(self):
        result = self.call_in_vain("Gateway::isOnline($id)",
                                   id=self.clients[-1].client_id)
        self.assertIsNotNone(result.throws)
        self.stopped.process.resume()
        result = self.php.call("Gateway::getClientIdByUid('ann')")
        self.assertEqual(result.warnings, [])
        self.assertEqual(len(result.value), len(self.clients))

    def test_messages_to_the_others_go_out_at_once(self):
        result = self.php.call("Gateway::sendToUid('ann', 'hello')")
        self.assertLess(result.seconds, PATIENT)
        self.expect_delivery("hello", self.clients[:-1])
        self.stopped.process.resume()
        self.expect_delivery("hello", self.clients[-1:])


class Restarted(FailureTest):
    """The Register, in the first gatewayd, stays."""

    count = 2
    host = own_address()

    def restart(self, kill):
        gateway = self.cluster.gateways[1]
        if kill:
            gateway.process.kill()
        gateway.restart()
        self.cluster.wait_listed()
        client = self.cluster.connect(1)
        self.addCleanup(client.close)
        # Another process binds: the pool under test keeps its old connection.
        with Php(True, self.cluster) as other:
            other.call("Gateway::bindUid($id, 'ann')", id=client.client_id)
            self.assertTrue(other.call("Gateway::flush()").value)
        return client

    def check_arrives_once(self, kill):
        self.php.call("Gateway::sendToUid('ann', 'one')")
        self.expect_delivery("one", self.clients)
        # Else the lost connection leaves it open whether "one" was handled.
        self.assertTrue(self.php.call("Gateway::flush()").value)
        client = self.restart(kill)
        result = self.php.call("Gateway::sendToUid('ann', 'two')")
        self.assertEqual((result.throws, result.warnings), (None, []))
        self.assertTrue(self.php.call("Gateway::flush()").value)
        self.expect_delivery("two", [self.clients[0], client])

    def test_the_next_message_arrives_once_after_a_restart(self):
        self.check_arrives_once(kill=False)

    def test_the_next_message_arrives_once_after_a_crash(self):
        self.check_arrives_once(kill=True)

    def test_flush_tells_of_messages_that_nobody_confirmed(self):
        self.php.call("Gateway::sendToUid('ann', 'one')")
        self.expect_delivery("one", self.clients)
        self.restart(kill=False)
        self.assertFalse(self.php.call("Gateway::flush()").value)

    def test_the_next_message_to_one_client_arrives_once(self):
        client = self.restart(kill=False)
        result = self.php.call("Gateway::sendToClient($id, 'two')",
                               id=client.client_id)
        self.assertIs(result.value, True)
        self.expect_delivery("two", [client])

    def test_the_next_query_is_answered(self):
        client = self.restart(kill=False)
        result = self.php.call("Gateway::isOnline($id)", id=client.client_id)
        self.assertEqual((result.value, result.warnings), (1, []))


class NoCluster(unittest.TestCase):
    """Nobody to ask, or nobody to send to."""

    server = "gatewayd"

    def call(self, register, code="Gateway::sendToAll('x')", key=""):
        with Php(True) as php:
            php.call("[Gateway::$registerAddress = $register, "
                     "Gateway::$secretKey = $key]", register=register, key=key)
            result = php.call(code)
        self.assertIsNotNone(result.throws, result)
        self.assertEqual(result.throws["class"], NATIVE_EXCEPTION)
        return result.throws["message"]

    def test_without_a_register_every_address_is_named(self):
        addresses = [self.enterContext(refusing_address()) for _ in range(2)]
        message = self.call(addresses)
        self.assertTrue(message.startswith("Can not connect to tcp://"),
                        message)
        for address in addresses:
            self.assertIn(address, message)

    def test_a_second_register_is_asked(self):
        with (GatewaydCluster(1) as cluster, Php(True) as php,
              refusing_address() as down):
            php.call("Gateway::$registerAddress = $list",
                     list=[down, cluster.register_address])
            result = php.call("Gateway::getAllClientCount()")
            self.assertEqual((result.value, result.warnings), (0, []))

    def test_a_wrong_key_is_refused_without_telling_it(self):
        with GatewaydCluster(1, "right-key") as cluster:
            message = self.call(cluster.register_address, key="wrong-key")
        self.assertTrue(message.startswith(
            "getAllGatewayAddressesFromRegister fail. tcp://"), message)
        self.assertNotIn("wrong-key", message)

    def test_a_register_without_gateways_says_so(self):
        register = Gatewayd(options=["--register-only"])
        self.addCleanup(register.close)
        message = self.call(register.own_register)
        self.assertIn("with registerAddress:", message)
