"""gwctl watch, where gateways are silent: a GatewayWorker before 3.1.17 never
answers how large its groups are, and one that hangs answers nothing."""

import json
import socketserver
import threading
import unittest

from harness import gwctl
from harness.inner import CMD_GATEWAY_CLIENT_CONNECT, HEAD, Frame

CMD_GET_CLIENT_COUNT_BY_GROUP = 24
CMD_GET_GROUP_ID_LIST = 26
CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP = 28


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
        running = gwctl.Running(None, "watch", "--count", "1", *words, env={
            "GWCTL_GATEWAY": self.gateway.address})
        self.addCleanup(running.close)
        return running

    def test_it_tells_that_groups_are_missing(self):
        """When the time of a call is over, in which the counts have to come:
        both have it beside each other."""
        of_json, of_text = self.watch("--json"), self.watch()
        self.assertEqual(of_json.ended(), 1, of_json.err)
        found = json.loads(of_json.out)
        self.assertEqual((found["connections"], found["groups"]), (5, []))
        self.assertIn(self.gateway.address, found["groups_error"])
        self.assertEqual(of_text.ended(), 1, of_text.err)
        text = of_text.out.decode()
        self.assertIn("5 connections, 1 gateways", text)
        self.assertRegex(text, "\ngroups: .*" + self.gateway.address)
        self.assertEqual(len(self.gateway.unanswered), 2)

    def test_nobody_asked_for_groups(self):
        watch = self.watch("--json", "--top", "0")
        self.assertEqual(watch.ended(), 0, watch.err)
        self.assertNotIn("groups_error", json.loads(watch.out))
        self.assertEqual(self.gateway.unanswered, [])


class SilentGateway(OldGateway):
    """Takes every question, and answers none."""

    answers = {}


class Gateway(OldGateway):
    answers = {**OldGateway.answers, CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP:
               b'a:1:{s:5:"lobby";i:5;}'}


class WatchBesideASilentGateway(unittest.TestCase):
    def setUp(self):
        self.live, self.silent = Gateway(), SilentGateway()
        self.addCleanup(self.live.close)
        self.addCleanup(self.silent.close)

    def watch(self, *words):
        running = gwctl.Running(
            None, "watch", "--count", "2", "--interval", "0.05", "--timeout",
            "2", *words, env={"GWCTL_GATEWAY": ",".join(
                (self.silent.address, self.live.address))})
        self.addCleanup(running.close)
        return running

    def test_it_is_waited_for_once_a_round(self):
        """Groups are asked of those that have answered; the next round asks
        all again."""
        of_json, of_text = self.watch("--json"), self.watch()
        self.assertEqual(of_json.ended(), 1, of_json.err)
        for found in of_json.wait_objects(2):
            self.assertEqual(
                [(g["gateway"], g["connections"]) for g in found["gateways"]],
                [(self.silent.address, None), (self.live.address, 5)])
            self.assertEqual(found["groups"],
                             [{"group": "lobby", "connections": 5}])
            self.assertNotIn("groups_error", found)
        self.assertEqual(of_text.ended(), 1, of_text.err)
        self.assertNotIn(b"groups:", of_text.out)
        self.assertEqual(sum(self.silent.address in line for line in
                             of_text.out.decode().splitlines()), 2)
        self.assertEqual(self.silent.unanswered,
                         4 * [CMD_GET_CLIENT_COUNT_BY_GROUP])
