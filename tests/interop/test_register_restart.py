"""A Register that comes back knows no gateways; they come back to it, one after
the other. Nothing may be lost by that in silence."""

import unittest

from harness.cluster import Gatewayd
from harness.php import Php
from harness.process import fixed_ports, wait_until
from harness.websocket import WebSocket

GATEWAYS = 3


class RegisterRestart(unittest.TestCase):
    server = "gatewayd"

    def setUp(self):
        self.register = self.keep(Gatewayd(options=[
            "--register-only", "--register-grace", "2",
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
        with Php(True) as php:
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


if __name__ == "__main__":
    unittest.main()
