"""gwctl watch, where groups cannot be counted: a GatewayWorker before 3.1.17
never answers that question."""

import json
import socketserver
import threading
import unittest

from harness import gwctl
from harness.inner import CMD_GATEWAY_CLIENT_CONNECT, HEAD, Frame

CMD_GET_CLIENT_COUNT_BY_GROUP = 24
CMD_GET_GROUP_ID_LIST = 26


class OldGateway(socketserver.ThreadingTCPServer):
    """Answers what old gateways know, and is silent about the rest."""

    daemon_threads = True
    answers = {CMD_GET_CLIENT_COUNT_BY_GROUP: b"i:5;",
               CMD_GET_GROUP_ID_LIST: b'a:1:{s:5:"lobby";s:5:"lobby";}'}

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while head := self.rfile.read(HEAD.size):
                length = int.from_bytes(head[:4], "big")
                frame, _ = Frame.parse(
                    head + self.rfile.read(length - HEAD.size))
                answer = self.server.answers.get(frame.cmd)
                if answer is not None:
                    self.wfile.write(len(answer).to_bytes(4, "big") + answer)
                elif frame.cmd != CMD_GATEWAY_CLIENT_CONNECT:
                    self.server.unanswered.append(frame.cmd)

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.address = "127.0.0.1:%d" % self.server_address[1]
        self.unanswered = []
        self.thread = threading.Thread(target=self.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class WatchOfAnOldGateway(unittest.TestCase):
    def setUp(self):
        self.gateway = OldGateway()
        self.addCleanup(self.gateway.close)

    def watch(self, *words):
        return gwctl.run(None, "watch", "--count", "1", *words, env={
            "GWCTL_GATEWAY": self.gateway.address, "GWCTL_TIMEOUT": "2"})

    def test_it_tells_that_groups_are_missing(self):
        done = self.watch("--json")
        self.assertEqual(done.status, 1, done)
        found = json.loads(done.out)
        self.assertEqual((found["connections"], found["groups"]), (5, []))
        self.assertIn(self.gateway.address, found["groups_error"])
        done = self.watch()
        self.assertEqual(done.status, 1, done)
        self.assertIn("5 connections, 1 gateways", done.out)
        self.assertRegex(done.out, "\ngroups: .*" + self.gateway.address)
        self.assertEqual(len(self.gateway.unanswered), 2)

    def test_nobody_asked_for_groups(self):
        done = self.watch("--json", "--top", "0")
        self.assertEqual(done.status, 0, done)
        self.assertNotIn("groups_error", json.loads(done.out))
        self.assertEqual(self.gateway.unanswered, [])
