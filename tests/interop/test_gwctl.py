"""gwctl: every command, on gatewayd and on the PHP GatewayWorker."""

import json
import os
import pwd
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from harness import gwctl
from harness.cluster import (REFERENCE, WHY_NO_REFERENCE, AbsentGateway,
                             make_cluster)
from harness.gwctl import Running
from harness.inner import CMD_IS_ONLINE, HEAD, Frame, Peer
from harness.process import (PATIENCE, refusing_address, silent_address,
                             wait_until)
from harness.websocket_server import frame

CMD_SET_SESSION = 9
CMD_BIND_UID = 12
CMD_GET_CLIENT_ID_BY_UID = 15
CMD_JOIN_GROUP = 20
TOO_LONG = 17 * 1024 * 1024
NOBODY = "7f000001ffff00000001"


class GwctlTest(unittest.TestCase):
    server = "gatewayd"
    gateways = 2
    secret_key = "hush, it is a secret"
    shared = False  # one cluster for all tests of the class

    @classmethod
    def setUpClass(cls):
        if cls.shared:
            cls.cluster = cls.make_cluster()
            cls.addClassCleanup(cls.cluster.close)

    @classmethod
    def make_cluster(cls):
        return make_cluster(cls.server, cls.gateways, cls.secret_key)

    def setUp(self):
        if self.shared:
            wait_until(lambda: gwctl.run(self.cluster, "online").out == "0\n",
                       "the clients of other tests to be gone")
        else:
            self.cluster = self.make_cluster()
            self.addCleanup(self.cluster.close)

    def gwctl(self, *words, status=0, **options):
        done = gwctl.run(self.cluster, *words, **options)
        self.assertEqual(done.status, status, done)
        return done

    def json(self, *words, **options):
        return self.gwctl("--json", *words, **options)

    def connect(self, index=0):
        client = self.cluster.connect(index)
        self.addCleanup(client.close)
        return client

    def page(self, index, uid, *groups, session=None):
        client = self.connect(index)
        self.make_known(client, uid, groups)
        if session is not None:
            self.gwctl("session", "set", client.client_id,
                       json.dumps(session))
        return client

    def make_known(self, client, uid, groups):
        """Through the inner port: gwctl binds only itself."""
        commands = [(CMD_JOIN_GROUP, group.encode("utf-8", "surrogateescape"))
                    for group in groups]
        if uid:
            commands.insert(0, (CMD_BIND_UID, uid.encode()))
        self.tell_gateway(client, *commands)

    def tell_gateway(self, client, *commands):
        """Commands (number, ext) about a client, at its gateway's inner port."""
        number = int(client.client_id[12:], 16)
        port = int(client.client_id[8:12], 16)
        peer = Peer(f"127.0.0.1:{port}", self.cluster.secret_key)
        try:
            for cmd, ext in commands:
                peer.send(Frame(cmd, number, ext))
            peer.send(Frame(CMD_IS_ONLINE))  # its answer proves the rest
            reply = peer.file.read(4)
            self.assertEqual(len(reply), 4)
        finally:
            peer.close()


class Commands(GwctlTest):
    shared = True

    def setUp(self):
        super().setUp()
        self.ann = self.page(0, "ann", "lobby", "7")
        self.ann2 = self.page(1, "ann", "lobby")
        self.bob = self.page(1, "7", "lobby", session={"name": "Bob",
                                                       "tags": [1, "x"]})
        self.eve = self.connect(0)
        self.everybody = [self.ann, self.ann2, self.bob, self.eve]

    def expect(self, clients, *texts):
        for client in clients:
            for text in texts:
                client.expect_text(text)
        for client in self.everybody:
            client.expect_silence()

    # ---- messages ----------------------------------------------------------

    def test_send_to_uid(self):
        done = self.gwctl("send-to-uid", "ann", "hello")
        self.assertEqual((done.out, done.err), ("", ""))
        self.expect([self.ann, self.ann2], "hello")
        self.assertEqual(
            self.json("send-to-uid", "ann", "7", "nobody", "both").only,
            {"sent": 1, "confirmed": 1})
        self.expect([self.ann, self.ann2, self.bob], "both")

    def test_send_to_group(self):
        self.gwctl("send-to-group", "lobby", "hello")
        self.expect([self.ann, self.ann2, self.bob], "hello")
        self.gwctl("send-to-group", "lobby", "not you", "--exclude",
                   f"{self.bob.client_id},{self.ann2.client_id}")
        self.expect([self.ann], "not you")

    def test_send_to_client(self):
        self.gwctl("send-to-client", self.eve.client_id, "you")
        self.expect([self.eve], "you")
        self.gwctl("send-to-client", self.eve.client_id, self.bob.client_id,
                   "you two")
        self.expect([self.eve, self.bob], "you two")

    def test_send_to_all(self):
        self.gwctl("send-to-all", "--exclude", self.bob.client_id, "--", "--")
        self.expect([self.ann, self.ann2, self.eve], "--")

    def test_a_line_of_input_is_a_message(self):
        done = self.json("send-to-uid", "7", "-",
                         stdin="one\n\ntwo\r\nthree")
        self.assertEqual(done.only, {"sent": 4, "confirmed": 4})
        self.expect([self.bob], "one", "", "two", "three")

    def test_or_all_of_it(self):
        self.gwctl("send-to-uid", "7", "-", "--whole", stdin="one\ntwo\n")
        self.expect([self.bob], "one\ntwo\n")
        self.gwctl("send-to-uid", "7", "x", "--whole", status=2)
        self.gwctl("send-to-uid", "7", "-", stdin="")
        self.expect([])

    def test_lines_are_sent_as_they_come(self):
        with Running(self.cluster, "--json", "send-to-uid", "7",
                     "-") as running:
            running.write(b"first\n")
            self.bob.expect_text("first")
            running.write(b"sec")
            running.write(b"ond\n")
            self.bob.expect_text("second")
            running.popen.stdin.close()
            self.assertEqual(running.ended(), 0)
            self.assertEqual(running.wait_objects(1),
                             [{"sent": 2, "confirmed": 2}])

    def test_a_message_of_any_bytes_and_length(self):
        text = "é" * 100000
        self.gwctl("send-to-uid", "7", "-", stdin=text)
        self.expect([self.bob], text)
        self.gwctl("send-to-uid", "7", "-", stdin=b"\0\xff\x80")
        self.expect([self.bob], b"\0\xff\x80")

    def test_raw_bytes(self):
        self.gwctl("send-to-uid", "7", "-", "--whole", "--raw",
                   stdin=frame(1, b"framed by the sender"))
        self.expect([self.bob], "framed by the sender")

    def test_unconfirmed_on_wish(self):
        self.assertEqual(
            self.json("send-to-uid", "7", "x", "--confirm=no").only,
            {"sent": 1, "confirmed": None})
        self.expect([self.bob], "x")

    # ---- questions ---------------------------------------------------------

    def test_online(self):
        self.assertEqual(self.gwctl("online").out, "4\n")
        self.assertEqual(self.json("online").only, {"connections": 4})
        done = self.gwctl("online", "ann", "7")
        self.assertEqual(done.rows, [["ann", "yes", "2"], ["7", "yes", "1"]])
        done = self.json("online", "ann", "nobody", status=4)
        self.assertEqual(done.objects[1], {
            "uid": "nobody", "online": False, "connections": 0,
            "client_ids": []})
        ann = done.objects[0]
        self.assertEqual(sorted(ann.pop("client_ids")), sorted(
            [self.ann.client_id, self.ann2.client_id]))
        self.assertEqual(ann, {"uid": "ann", "online": True,
                               "connections": 2})

    def test_online_clients(self):
        self.gwctl("online", "--client", self.ann.client_id)
        done = self.json("online", "--client", self.ann.client_id,
                         self.gone(), status=4)
        self.assertEqual([o["online"] for o in done.objects], [True, False])

    def gone(self):
        """The client_id of a connection that has been."""
        client = self.cluster.connect(0)
        client.close()
        wait_until(lambda: gwctl.run(self.cluster, "online", "--client",
                                     client.client_id).status == 4,
                   "its end")
        return client.client_id

    def test_uids(self):
        self.assertEqual(self.json("uids").objects, [
            {"uid": "7", "connections": 1}, {"uid": "ann", "connections": 2}])
        self.assertEqual(self.gwctl("uids", "--group", "7").rows,
                         [["ann", "1"]])

    def test_groups(self):
        self.assertEqual(self.json("groups").objects, [
            {"group": "7", "connections": 1},
            {"group": "lobby", "connections": 3}])
        self.assertEqual(self.gwctl("groups").rows,
                         [["7", "1"], ["lobby", "3"]])

    def test_groups_that_are_not_utf8(self):
        """A list of groups travels as JSON, which has no place for them."""
        self.page(0, None, "caf\udce9", "lobby")
        self.page(1, None, "caf\udce9")
        self.assertEqual(self.json("groups").objects, [
            {"group": "7", "connections": 1},
            {"group_base64": "Y2Fm6Q==", "connections": 2},
            {"group": "lobby", "connections": 4}])
        self.assertIn(["caf\\xe9", "2"], self.gwctl("groups").rows)
        self.assertEqual(
            self.json("watch", "--count", "1").only["groups"],
            [{"group": "lobby", "connections": 4},
             {"group_base64": "Y2Fm6Q==", "connections": 2},
             {"group": "7", "connections": 1}])

    def test_more_groups_than_are_asked_for_at_once(self):
        names = {f"g{i}": 1 for i in range(1001)}
        self.page(0, None, *names)
        self.assertEqual(
            {o["group"]: o["connections"] for o in self.json("groups").objects},
            {"7": 1, "lobby": 3, **names})

    def test_sessions(self):
        found = {o["client_id"]: o for o in self.json("sessions").objects}
        self.assertEqual(set(found), {c.client_id for c in self.everybody})
        self.assertEqual(found[self.bob.client_id], {
            "client_id": self.bob.client_id, "uid": "7", "groups": ["lobby"],
            "session": {"name": "Bob", "tags": [1, "x"]}})
        self.assertEqual(found[self.eve.client_id], {
            "client_id": self.eve.client_id, "uid": None, "groups": [],
            "session": {}})
        rows = self.gwctl("sessions", "--uid", "7").rows
        self.assertEqual(rows, [[self.bob.client_id, "7", "lobby",
                                 '{"name":"Bob","tags":[1,"x"]}']])
        only = self.json("sessions", "--group", "7").only
        self.assertEqual(only["client_id"], self.ann.client_id)
        self.assertEqual(sorted(only["groups"]), ["7", "lobby"])
        rows = {row[0]: row[1:] for row in self.gwctl("sessions").rows}
        uid, groups, session = rows[self.ann.client_id]
        self.assertEqual((uid, session), ("ann", "{}"))
        self.assertEqual(sorted(groups.split(",")), ["7", "lobby"])
        self.assertEqual(rows[self.eve.client_id], ["-", "-", "{}"])

    # ---- sessions ----------------------------------------------------------

    def session(self, client):
        return json.loads(self.gwctl("session", "get", client.client_id).out)

    def test_session_get_set_and_update(self):
        ann = self.ann.client_id
        self.assertEqual(self.session(self.ann), {})
        self.gwctl("session", "set", ann,
                   '{"a":{"b":1,"c":[1,2]},"7":"seven","f":1.5,"e":{}}')
        self.assertEqual(self.session(self.ann), {
            "a": {"b": 1, "c": [1, 2]}, "7": "seven", "f": 1.5, "e": []})
        self.gwctl("session", "update", ann, "-",
                   stdin='{"a":{"c":{"1":"x"}},"f":null}')
        self.assertEqual(self.session(self.ann), {
            "a": {"b": 1, "c": [1, "x"]}, "7": "seven", "f": None, "e": []})
        self.gwctl("session", "set", ann, stdin='{"n":"é"}\n')
        self.assertEqual(self.json("session", "get", ann).only,
                         {"client_id": ann, "session": {"n": "é"}})

    def test_a_session_that_has_no_json(self):
        ann, serialized = self.ann.client_id, 'a:1:{s:1:"x";d:INF;}'
        self.tell_gateway(self.ann, (CMD_SET_SESSION, serialized.encode()))
        done = self.gwctl("session", "get", ann)
        self.assertIn("gwctl: the session has no JSON (", done.err)
        self.assertEqual(done.out, serialized + "\n")
        self.assertEqual(self.json("session", "get", ann).only,
                         {"client_id": ann, "session_serialized": serialized})
        rows = self.gwctl("sessions", "--group", "7").rows
        self.assertEqual([row[3] for row in rows], [serialized])

    def test_a_session_that_is_none(self):
        ann = self.ann.client_id
        for text in ("", "{", "7", '"x"', '{"a":"\ud800"}'.encode(
                "utf-8", "surrogatepass"), "{'a':1}"):
            done = self.gwctl("session", "set", ann, "-", stdin=text,
                              status=2)
            self.assertIn("has to be a JSON object", done.err)
        self.assertEqual(self.session(self.ann), {})

    def test_of_who_is_not_there(self):
        gone = self.gone()
        for words in (("get",), ("set", "{}"), ("update", "{}")):
            done = self.gwctl("session", words[0], gone, *words[1:], status=4)
            self.assertIn(f"{gone} is not online", done.err)

    # ---- kick --------------------------------------------------------------

    def test_kick(self):
        self.gwctl("kick", self.eve.client_id, "--message", "bye")
        self.eve.expect_text("bye")
        wait_until(lambda: self.eve.read() is not None and self.eve.eof,
                   "a close")
        self.assertEqual(
            sorted(o["client_id"] for o in self.json(
                "kick", "--uid", "ann", "--now").objects),
            sorted([self.ann.client_id, self.ann2.client_id]))
        for client in (self.ann, self.ann2):
            wait_until(lambda c=client: c.read() is not None and c.eof,
                       "a close")
        self.bob.expect_silence()
        done = self.gwctl("kick", "--uid", "ann", status=4)
        self.assertIn("the user ann is not online", done.err)

    # ---- the cluster -------------------------------------------------------

    def test_gateways(self):
        found = {o["gateway"]: o for o in self.json("gateways").objects}
        self.assertEqual(set(found), {
            g.inner_address for g in self.cluster.gateways})
        for index in range(2):
            gateway = found[self.cluster.gateways[index].inner_address]
            self.assertEqual(gateway["connections"], 2)
            self.assertIs(gateway["reachable"], True)
            self.assertGreater(gateway["round_trip_ms"], 0)
        rows = self.gwctl("gateways").rows
        self.assertEqual(sorted(row[0] for row in rows), sorted(found))
        self.assertEqual({row[3] for row in rows}, {"ok"})

    def test_named_gateways_are_all_that_is_asked(self):
        address = self.cluster.gateways[1].inner_address
        env = {"GWCTL_REGISTER": self.enterContext(refusing_address())}
        done = self.json("gateways", "--gateway", address, env=env)
        self.assertEqual(done.only["gateway"], address)
        self.assertEqual(self.gwctl("online", "--gateway", address,
                                    env=env).out, "2\n")

    def test_watch(self):
        done = self.json("watch", "--count", "2", "--interval", "0.05")
        self.assertEqual(len(done.objects), 2)
        for found in done.objects:
            self.assertEqual(found["connections"], 4)
            self.assertEqual(
                sorted((g["gateway"], g["connections"])
                       for g in found["gateways"]),
                sorted((g.inner_address, 2) for g in self.cluster.gateways))
            self.assertEqual(found["groups"], [
                {"group": "lobby", "connections": 3},
                {"group": "7", "connections": 1}])
        only = self.json("watch", "--count", "1", "--group", "7").only
        self.assertEqual(only["groups"], [{"group": "7", "connections": 1}])
        only = self.json("watch", "--count", "1", "--top", "0").only
        self.assertEqual(only["groups"], [])
        text = self.gwctl("watch", "--count", "1").out
        self.assertIn("4 connections, 2 gateways", text)
        self.assertNotIn("\033", text)

    def test_bench(self):
        found = self.json("bench", "send-to-uid", "7", "--count", "250",
                          "--size", "10", "--batch", "100").only
        self.assertEqual(
            [found[k] for k in ("sent", "confirmed", "confirmations",
                                "failed", "bytes")], [250, 250, 3, 0, 10])
        self.assertGreater(found["per_second"], 0)
        for times in (found["call_ms"], found["confirmation_ms"]):
            self.assertEqual(list(times), ["p50", "p90", "p99", "p999", "max"])
            self.assertEqual(list(times.values()), sorted(times.values()))
        self.expect([self.bob], *["x" * 10] * 250)
        found = self.json("bench", "online", "ann", "--count", "20").only
        self.assertEqual((found["answered"], found["failed"]), (20, 0))
        self.assertIn("rate", self.gwctl("bench", "online").out)
        text = self.gwctl("bench", "send-to-uid", "nobody", "--count", "3",
                          "--size", "5").out
        self.assertRegex(text, r"sent +3 of 5 bytes in [\d.]+ s\n"
                         r"confirmed +3, asked 1 times\nfailed calls +0\n")
        self.assertIn("confirming", text)

    def test_a_wrong_key(self):
        env = {"GWCTL_SECRET_KEY": "hush-hush"}
        for words in (("online",), ("send-to-all", "x"), ("gateways",),
                      ("watch", "--count", "1")):
            done = self.gwctl(*words, env=env, status=3)
            self.assertIn("wrong or missing secret key?", done.out + done.err)
            self.assertNotIn("hush-hush", done.out + done.err)
        addresses = ",".join(g.inner_address for g in self.cluster.gateways)
        env["GWCTL_GATEWAY"] = addresses
        for words in (("online",), ("uids",), ("send-to-all", "x")):
            done = self.gwctl(*words, env=env, status=3)
            self.assertTrue(done.err.startswith("gwctl: "), done)
        self.expect([])

    def test_the_key_comes_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            key = Path(folder) / "key"
            key.touch(mode=0o600)
            key.write_text(self.secret_key + "\n")
            config = Path(folder) / "gwctl.conf"
            config.write_text(f"secret_key_file = {key}\n")
            env = {"GWCTL_CONFIG": str(config), "GWCTL_SECRET_KEY": ""}
            self.assertEqual(self.gwctl("online", env=env).out, "4\n")
            key.chmod(0o644)
            self.assertEqual(self.gwctl("online", env=env).err,
                             "gwctl: warning: every user of this machine can "
                             f"read {key}\n")
            self.assertEqual(self.gwctl("online", "--quiet", env=env).err, "")


@unittest.skipUnless(REFERENCE, WHY_NO_REFERENCE)
class ReferenceCommands(Commands):
    server = "gatewayworker"


class Failures(GwctlTest):
    gateways = 1
    secret_key = ""

    def test_usage(self):
        for words, part in (
                ((), "Usage: gwctl"),
                (("nothing",), "there is no command nothing"),
                (("session",), "there is no command session"),
                (("session", "delete"), "there is no command session delete"),
                (("send-to-uid", "ann"), "arguments are missing"),
                (("send-to-uid", "", "x"), "is empty"),
                (("send-to-uid", b"\xff", "x"), "not UTF-8"),
                (("send-to-client", "xyz", "x"), "20 hex digits"),
                (("groups", "--whole"), "groups takes no --whole"),
                (("online", "--client"), "client_ids are missing"),
                (("kick",), "is missing"),
                (("kick", NOBODY, "--now", "--message", "x"), "no time"),
                (("bench", "nothing"), "cannot be measured"),
                (("bench", "send-to-uid"), "takes a name"),
                (("completion", "tcsh"), "bash, zsh and fish"),
                (("listen", "http://x"), "is no URL"),
                (("listen", "ws://x:1", "--uid", "0"), "no gateway binds"),
                (("listen", "ws://x:1", "--group", "a", "--group", "0"),
                 "no gateway binds"),
                (("listen", "ws://x", "--uid", "a", "--uid", "b"), "one --uid"),
                (("online", "--register", "nonsense"), "HOST:PORT"),
                (("online", "--secret-key=x"), "can be read by every user")):
            done = Failures.run_bytes(self.cluster, words)
            self.assertEqual(done.status, 2, (words, done))
            self.assertIn(part, done.err)
            self.assertEqual(done.out, "")

    @staticmethod
    def run_bytes(cluster, words):
        line = [os.fsencode(w) for w in gwctl.command()]
        line += [w if isinstance(w, bytes) else w.encode() for w in words]
        return gwctl.Done(subprocess.run(
            line, env=gwctl.environment(cluster), capture_output=True,
            stdin=subprocess.DEVNULL, timeout=6 * PATIENCE, check=False))

    def test_help_and_version(self):
        self.assertRegex(self.gwctl("--version").out, r"^gwctl \d+\.\d+\.\d+\n$")
        text = self.gwctl("--help").out
        self.assertIn("send-to-uid UID... MESSAGE", text)
        self.assertEqual(text, self.gwctl("help").out)
        for words in (("help", "session", "set"),
                      ("session", "set", "--help")):
            self.assertIn("Usage: gwctl session set CLIENT_ID [JSON]",
                          self.gwctl(*words).out)
        self.gwctl("help", "nothing", status=2)

    def test_help_of_a_word_that_begins_several_commands(self):
        text = self.gwctl("help", "session").out
        for command in ("get CLIENT_ID", "set CLIENT_ID [JSON]",
                        "update CLIENT_ID [JSON]"):
            self.assertIn(f"\n  session {command}", text)
        self.assertNotIn("sessions", text)
        self.assertEqual(self.gwctl("session", "--help").out, text)
        for words in (("help", "session", "nothing"),
                      ("session", "nothing", "--help"), ("help", "sess")):
            self.assertIn("there is no command",
                          self.gwctl(*words, status=2).err)

    def test_a_key_is_read_for_those_who_talk_to_gateways(self):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "gwctl.conf"
            config.write_text(f"secret_key_file = {folder}/key\n")
            env = {"GWCTL_CONFIG": str(config)}
            for words in (("help",), ("help", "watch"),
                          ("completion", "bash")):
                self.assertEqual(self.gwctl(*words, env=env).err, "")
            self.assertIn(f"{folder}/key: No such file",
                          self.gwctl("online", env=env, status=2).err)

    def test_a_file_that_one_may_not_read_is_told_but_when_quiet(self):
        who = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid,
                   "extra_groups": []}
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            config = Path(folder) / "gwctl.conf"
            config.touch(mode=0)
            warning = f"gwctl: warning: {config}: Permission denied\n"
            for quiet, words, err in (("", (), warning),
                                      ("", ("--quiet",), ""),
                                      ("1", (), "")):
                env = gwctl.environment(GWCTL_CONFIG="", GWCTL_QUIET=quiet,
                                        XDG_CONFIG_HOME=folder)
                done = gwctl.Done(subprocess.run(
                    gwctl.command("help", *words), env=env, cwd="/",
                    capture_output=True, timeout=6 * PATIENCE, check=False,
                    **who))
                self.assertEqual((done.status, done.err), (0, err), done)

    def test_a_message_that_cannot_be_sent_after_one_that_was(self):
        client = self.connect()
        self.gwctl("send-to-all", "-", "--raw=no", status=1,
                   stdin=b"one\n" + b"x" * TOO_LONG + b"\n")
        client.expect_text("one")
        self.gwctl("send-to-all", "-", status=2, stdin=b"x" * TOO_LONG)

    def test_hostile_text_in_errors(self):
        hostile = "\033[2J\u009b1m\u202e\u200f"
        for words in ((hostile,), ("online", "--client", hostile),
                      ("online", "--timeout", hostile),
                      ("online", "--config", "/" + hostile),
                      ("listen", hostile)):
            done = self.gwctl(*words, status=2)
            self.assertIn("\\x1b[2J\\xc2\\x9b1m\\xe2\\x80\\xae", done.err)
            for c in hostile[0] + hostile[4] + hostile[-2:]:
                self.assertNotIn(c, done.err)

    def test_closed_descriptors(self):
        client = self.connect()

        def run(*words, closed):
            line = " ".join(f"{fd}>&-" for fd in closed)
            return subprocess.run(
                ["sh", "-c", f'exec "$@" {line}', "sh",
                 *gwctl.command(*words)], capture_output=True, check=False,
                stdin=subprocess.DEVNULL, timeout=6 * PATIENCE,
                env=gwctl.environment(self.cluster))

        absent = AbsentGateway(self.cluster)  # there is something to warn of
        self.addCleanup(absent.close)
        self.cluster.wait_listed(2)
        for closed in ((2,), (1, 2), (0, 1, 2)):
            done = run("send-to-all", str(closed), closed=closed)
            self.assertEqual(done.returncode, 1, done)
            client.expect_text(str(closed))
        self.assertEqual(run("gateways", closed=(1,)).returncode, 5)
        done = run("send-to-all", "-", closed=(0,))
        self.assertEqual(done.returncode, 5, done)
        self.assertIn(b"standard input: Bad file descriptor", done.stderr)

    def test_no_register(self):
        env = {"GWCTL_REGISTER": self.enterContext(refusing_address())}
        for words in (("online",), ("online", "ann"), ("uids",), ("groups",),
                      ("sessions",), ("send-to-all", "x"), ("gateways",),
                      ("send-to-uid", "a", "-"), ("kick", "--uid", "a"),
                      ("bench", "online"), ("watch", "--count", "1")):
            done = self.gwctl(*words, env=env, status=3, stdin="x\ny\n")
            self.assertEqual(done.err.count("\n") <= 2, True, done)
            if words[0] != "watch":
                self.assertIn(env["GWCTL_REGISTER"], done.err)
        seen = self.json("watch", "--count", "1", env=env, status=3).only
        self.assertIsNone(seen["connections"])
        self.assertIn(env["GWCTL_REGISTER"], seen["error"])

    def test_a_register_that_does_not_answer(self):
        """The next one is asked when --connect-timeout is over. By itself that
        is three seconds, for each of them."""
        registers = [self.enterContext(silent_address()) for _ in range(4)]
        registers.append(self.cluster.register_address)
        env = {"GWCTL_REGISTER": ",".join(registers)}
        self.assertEqual(self.gwctl("online", "--connect-timeout", "0.2",
                                    "--timeout", "11", env=env).out, "0\n")

    def test_one_gateway_is_down(self):
        absent = AbsentGateway(self.cluster)
        self.addCleanup(absent.close)
        self.cluster.wait_listed(2)
        client = self.connect()
        for words in (("send-to-all", "x"), ("online",), ("uids",),
                      ("groups",), ("sessions",), ("gateways",),
                      ("watch", "--count", "1")):
            done = self.json(*words, status=1)
            self.assertIn(absent.address, done.err + done.out)
        client.expect_text("x")
        found = {o["gateway"]: o for o in self.json(
            "gateways", status=1).objects}
        self.assertIs(found[absent.address]["reachable"], False)
        self.assertIn("efused", found[absent.address]["error"])
        self.assertIn("efused", self.gwctl("gateways", status=1).out)
        seen = self.json("watch", "--count", "1", status=1).only
        failed = [g for g in seen["gateways"] if g["connections"] is None]
        self.assertEqual([g["gateway"] for g in failed], [absent.address])
        self.assertIn("efused", failed[0]["error"])
        self.assertEqual(self.json("send-to-all", "-", stdin="a\nb\n",
                                   status=1).only,
                         {"sent": 2, "confirmed": 0})
        client.expect_text("a")
        client.expect_text("b")

    def test_bench_with_one_gateway_down(self):
        absent = AbsentGateway(self.cluster)
        self.addCleanup(absent.close)
        self.cluster.wait_listed(2)
        found = self.json("bench", "send-to-all", "--count", "5", "--batch",
                          "2", status=1).only
        self.assertEqual((found["sent"], found["confirmed"],
                          found["confirmations"]), (5, 0, 3))
        found = self.json("bench", "online", "--count", "3", status=1).only
        self.assertEqual((found["answered"], found["failed"]), (0, 3))

    def test_all_gateways_are_down(self):
        absent = AbsentGateway(self.cluster)
        self.addCleanup(absent.close)
        env = {"GWCTL_GATEWAY": absent.address}
        for words in (("send-to-all", "x"), ("online",), ("uids",),
                      ("gateways",), ("watch", "--count", "1")):
            self.gwctl(*words, env=env, status=3)

    def test_a_gateway_that_stands_still(self):
        gateway = self.cluster.gateways[0]
        env = {"GWCTL_GATEWAY": gateway.inner_address,
               "GWCTL_TIMEOUT": "1"}
        gateway.process.pause()
        try:
            done = self.gwctl("send-to-all", "x", env=env, status=1)
            self.assertIn(gateway.inner_address, done.err)
            self.gwctl("online", env=env, status=3)
        finally:
            gateway.process.resume()

    def test_input_that_cannot_be_read(self):
        client = self.connect()
        port = self.cluster.gateways[0].websocket_port
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        for words in (("send-to-all", "-"), ("send-to-all", "-", "--whole"),
                      ("session", "set", client.client_id),
                      ("listen", f"ws://127.0.0.1:{port}/", "--send")):
            done = self.gwctl(*words, stdin=folder, status=5)
            self.assertIn("gwctl: standard input: Is a directory\n", done.err)

    def test_a_key_that_is_not_utf8(self):
        """The Register is told of it in JSON."""
        done = self.gwctl("online", status=2,
                          env={"GWCTL_SECRET_KEY": "caf\udce9"})
        self.assertIn("the secret key is not UTF-8", done.err)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            for words in (("online",), ("--json", "online"), ("help",),
                          ("watch",)):
                done = subprocess.run(
                    gwctl.command(*words), stdin=subprocess.DEVNULL,
                    stdout=full, stderr=subprocess.PIPE, check=False,
                    env=gwctl.environment(self.cluster),
                    timeout=6 * PATIENCE)
                self.assertEqual(done.returncode, 5, words)
                self.assertIn(b"No space left", done.stderr)


class OddGateways(unittest.TestCase):
    """Gateways that do as no gatewayd would."""

    def serve(self, *turns):
        """A gateway that gives each connection its turn, and its address."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(PATIENCE)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

        def run():
            for turn in turns:
                link, _ = listener.accept()
                with link, link.makefile("rb") as file:
                    link.settimeout(PATIENCE)
                    turn(link, file)

        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(listener.close)
        self.addCleanup(thread.join)
        return "127.0.0.1:%d" % listener.getsockname()[1]

    @staticmethod
    def reply(link, payload):
        link.sendall(struct.pack(">I", len(payload)) + payload)

    def run_at(self, address, *words, **options):
        return gwctl.run(None, "--gateway", address, *words, **options)

    def test_a_change_is_not_proven_by_another_connection(self):
        def leave(link, file):
            """Before the last byte has come, and so before the question."""
            size = struct.unpack(">I", file.read(4))[0]
            link.shutdown(socket.SHUT_WR)
            file.read(size - 4)

        def answer(link, file):
            file.read(HEAD.size)
            self.reply(link, b"i:1;")
            file.read()

        address = self.serve(leave, answer)
        port = int(address.split(":")[1])
        done = self.run_at(address, "session", "set",
                           f"7f000001{port:04x}00000001",
                           stdin=json.dumps({"x": "y" * 9000000}))
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.err, f"gwctl: {address}: 1 sent to "
                         f"tcp://{address} and not confirmed: the connection "
                         "is gone\n")

    def test_a_kick_that_nobody_confirms(self):
        def leave(link, file):
            file.read(HEAD.size)  # is it online?
            self.reply(link, b"i:1;")
            file.read(HEAD.size)

        address = self.serve(leave)
        port = int(address.split(":")[1])
        done = self.run_at(address, "kick", f"7f000001{port:04x}00000001")
        self.assertEqual(done.status, 3, done)
        self.assertIn(f"gwctl: {address}: ", done.err)
        self.assertIn("not confirmed", done.err)

    def test_one_uid_is_asked_for_as_of_old(self):
        """Before GatewayWorker 3.1.6 nothing answers a list of uids."""
        def answer(link, file):
            head = file.read(HEAD.size + len("ann"))
            if head[4] == CMD_GET_CLIENT_ID_BY_UID:
                self.reply(link, b"a:2:{i:0;i:7;i:1;i:9;}")
            file.read()

        address = self.serve(answer, answer)
        one = self.run_at(address, "online", "ann")
        two = self.run_at(address, "online", "ann", "bob",
                          env={"GWCTL_TIMEOUT": "1"})
        self.assertEqual(one.rows, [["ann", "yes", "2"]], one)
        self.assertEqual((one.status, two.status), (0, 3), two)

    def test_an_answer_that_is_no_count(self):
        def answer(link, file):
            file.read(HEAD.size)
            self.reply(link, b's:1:"7";')
            file.read()

        address = self.serve(answer)
        done = self.run_at(address, "watch", "--count", "1", "--json",
                           "--top", "0")
        self.assertEqual(done.status, 3, done)
        self.assertEqual(done.only["gateways"], [
            {"gateway": address, "connections": None,
             "error": "no usable answer"}])

    def test_a_failure_before_a_question_that_went_well(self):
        """Groups are counted together, but one whose name is no UTF-8 alone."""
        def list_groups(link, file):
            file.read(HEAD.size)
            self.reply(link, b'a:2:{i:0;s:1:"a";i:1;s:1:"\xff";}')
            file.read(HEAD.size)  # of the question for "a"

        def count_one(link, file):
            file.read(HEAD.size + 1)
            self.reply(link, b"i:3;")
            file.read()

        done = self.run_at(self.serve(list_groups, count_one), "groups")
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.err, "gwctl: some gateways failed\n")
        self.assertEqual(done.rows, [["\\xff", "3"]])


if __name__ == "__main__":
    unittest.main()
