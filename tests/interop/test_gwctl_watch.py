"""gwctl watch, where gateways are silent: a GatewayWorker before 3.1.17 never
answers how large its groups are, and one that hangs answers nothing."""

import json
import signal
import socketserver
import threading
import unittest
import unittest.mock

from harness import gwctl
from harness.inner import CMD_GATEWAY_CLIENT_CONNECT, HEAD, Frame
from harness.process import PATIENCE, wait_until

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
                if frame.cmd == CMD_GATEWAY_CLIENT_CONNECT:
                    continue
                answer = self.server.answer_to(frame.cmd)
                if answer is not None:
                    self.wfile.write(len(answer).to_bytes(4, "big") + answer)
                else:
                    self.server.unanswered.append(frame.cmd)

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.address = "127.0.0.1:%d" % self.server_address[1]
        self.unanswered = []
        self.thread = threading.Thread(target=self.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def answer_to(self, cmd):
        return self.answers.get(cmd)

    def wait_unanswered(self, count):
        """Who asked has given up, and may have ended, before it is noted."""
        wait_until(lambda: len(self.unanswered) >= count,
                   lambda: f"{count} questions, have {self.unanswered}")
        return self.unanswered

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
        self.assertEqual(len(self.gateway.wait_unanswered(2)), 2)

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
            "8", *words, env={"GWCTL_GATEWAY": ",".join(
                (self.silent.address, self.live.address))})
        self.addCleanup(running.close)
        return running

    def test_it_is_waited_for_once_a_round(self):
        """Groups are asked of those that have answered; the next round asks
        all again."""
        of_json, of_text = self.watch("--json"), self.watch()
        self.assertEqual(of_json.ended(4 * PATIENCE), 1, of_json.err)
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
        self.assertEqual(self.silent.wait_unanswered(4),
                         4 * [CMD_GET_CLIENT_COUNT_BY_GROUP])


class SlowGateway(Gateway):
    """Keeps one question, the n-th, until it is let answer."""

    def __init__(self, slow):
        super().__init__()
        self.slow = slow
        self.asked = []
        self.let = threading.Event()

    def answer_to(self, cmd):
        self.asked.append(cmd)
        if len(self.asked) == self.slow:
            self.let.wait(6 * PATIENCE)
        return super().answer_to(cmd)


class SlowRegister(socketserver.ThreadingTCPServer):
    """Keeps its list until it is let tell."""

    daemon_threads = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.rfile.readline()
            self.server.asked.set()
            self.server.let.wait(6 * PATIENCE)
            self.wfile.write(self.server.told)

    def __init__(self, gateway):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.told = json.dumps({"event": "broadcast_addresses",
                                "addresses": [gateway]}).encode() + b"\n"
        self.asked, self.let = threading.Event(), threading.Event()
        self.address = "127.0.0.1:%d" % self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    close = OldGateway.close


class WatchThatIsStopped(unittest.TestCase):
    def stop(self, question):
        """By Ctrl-C while it waits for this one: its status, its tables, and
        what it has asked in all."""
        gateway = SlowGateway(question)
        self.addCleanup(gateway.close)
        self.addCleanup(gateway.let.set)
        watch = gwctl.Running(
            None, "watch", "--json", "--interval", "0.05", "--timeout", "60",
            env={"GWCTL_GATEWAY": gateway.address})
        self.addCleanup(watch.close)
        wait_until(lambda: len(gateway.asked) == question,
                   lambda: f"question {question}, have {gateway.asked}")
        watch.signal(signal.SIGINT)
        gateway.let.set()
        status = watch.ended()
        return (status, watch.wait_objects(watch.out.count(b"\n")),
                gateway.asked)

    def test_at_the_list_of_gateways(self):
        gateway = SlowGateway(0)
        self.addCleanup(gateway.close)
        register = SlowRegister(gateway.address)
        self.addCleanup(register.close)
        self.addCleanup(register.let.set)
        with gwctl.Running(None, "watch", "--timeout", "60", env={
                "GWCTL_REGISTER": register.address}) as watch:
            self.assertTrue(register.asked.wait(PATIENCE))
            watch.signal(signal.SIGINT)
            register.let.set()
            self.assertEqual(watch.ended(), 0)
            self.assertEqual((watch.out, watch.err, gateway.asked),
                             (b"", b"", []))

    def test_at_its_first_question(self):
        status, tables, asked = self.stop(1)
        self.assertEqual(asked, [CMD_GET_CLIENT_COUNT_BY_GROUP])
        self.assertEqual(status, 0)
        self.assertEqual(
            [(t["connections"], t["groups"], t["groups_error"])
             for t in tables], [(5, [], "stopped before all were counted")])

    def test_at_the_list_of_groups(self):
        status, _, asked = self.stop(2)
        self.assertEqual(asked, [CMD_GET_CLIENT_COUNT_BY_GROUP,
                                 CMD_GET_GROUP_ID_LIST])
        self.assertEqual(status, 0)

    def test_between_the_parts_of_the_counts(self):
        names = "".join('i:%d;s:4:"%04d";' % (i, i) for i in range(1001))
        answers = {**Gateway.answers, CMD_GET_GROUP_ID_LIST:
                   ("a:1001:{%s}" % names).encode()}
        with unittest.mock.patch.object(Gateway, "answers", answers):
            status, _, asked = self.stop(3)
        self.assertEqual(asked, [CMD_GET_CLIENT_COUNT_BY_GROUP,
                                 CMD_GET_GROUP_ID_LIST,
                                 CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP])
        self.assertEqual(status, 0)

    def test_the_last_whole_table_stays(self):
        status, tables, asked = self.stop(4)
        self.assertEqual(asked[3:], [CMD_GET_CLIENT_COUNT_BY_GROUP])
        self.assertEqual(status, 0)
        self.assertEqual([t["groups"] for t in tables],
                         [[{"group": "lobby", "connections": 5}]])
