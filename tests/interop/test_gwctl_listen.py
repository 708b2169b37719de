"""gwctl listen: a WebSocket client, on gateways and on servers that are odd."""

import contextlib
import os
import select
import signal
import socket
import ssl
import tempfile
import time
import unittest
from pathlib import Path

from harness import gwctl
from harness.children import sockets_of
from harness.cluster import REFERENCE, WHY_NO_REFERENCE
from harness.gwctl import Running, parse_line
from harness.process import (PATIENCE, refusing_address, silent_address,
                             wait_until)
from harness.tls import Certificate
from harness.websocket_server import WebSocketServer, close_frame, frame
from test_gwctl import GwctlTest


class Listening(GwctlTest):
    shared = True

    def listen(self, *words, index=0, **options):
        port = self.cluster.gateways[index].websocket_port
        running = Running(self.cluster, "listen", f"ws://127.0.0.1:{port}/",
                          *words, **options)
        self.addCleanup(running.close)
        return running

    def test_a_push_is_seen(self):
        ann = self.listen("--uid", "ann", "--group", "a", "--group", "b")
        bob = self.listen("--json", "--uid", "7", "--group", "a", index=1)
        ann.wait_err(b"is bound")
        found = bob.wait_objects(3)
        self.assertEqual([o["event"] for o in found],
                         ["open", "message", "bound"])
        bound = found[2]
        self.assertEqual((bound["uid"], bound["groups"]), ("7", ["a"]))
        self.assertIn(bound["client_id"], found[1]["data"])
        self.gwctl("send-to-uid", "ann", "to ann\n\033[1m")
        self.gwctl("send-to-group", "a", "-", "--whole", stdin=b"\xff\n")
        ann.wait_out(b"to ann\\n\\x1b[1m\n")
        ann.wait_out(b"\\xff\\n\n")
        self.assertEqual(bob.wait_objects(4)[3]["data_base64"], "/wo=")
        self.assertEqual(ann.stop(), 0)
        self.assertEqual(bob.stop(), 0)
        self.assertEqual(parse_line(bob.out.splitlines()[-1])["event"],
                         "close")

    def test_it_ends_after_so_many(self):
        running = self.listen("--uid", "ann", "--count", "3")
        running.wait_err(b"is bound")
        self.gwctl("send-to-uid", "ann", "-", stdin="one\ntwo\nthree\n")
        self.assertEqual(running.ended(), 0)
        self.assertEqual(running.out.splitlines()[1:], [b"one", b"two"])

    def test_a_kick_ends_it(self):
        running = self.listen("--json", "--uid", "ann")
        running.wait_objects(3)
        self.gwctl("kick", "--uid", "ann", "--message", "bye")
        self.assertEqual(running.ended(), 1)
        events = [parse_line(line) for line in running.out.splitlines()]
        self.assertEqual(events[-2]["data"], "bye")
        self.assertEqual(events[-1]["event"], "close")

    def test_a_key_that_is_refused_binds_nothing(self):
        running = self.listen("--uid", "ann",
                              env={"GWCTL_SECRET_KEY": "other"})
        self.assertEqual(running.ended(), 3)
        gateway = self.cluster.gateways[0].inner_address
        self.assertIn(gateway.encode(), running.err)
        self.assertNotIn(b"is bound", running.err)

    def test_a_silent_server_is_probed_for(self):
        """So that a network that is gone ends it, without --ping, too."""
        running = self.listen("--uid", "ann")
        running.wait_err(b"is bound")
        kind, seconds = self.timer_of(running.popen.pid)
        self.assertEqual(kind, "keepalive")
        self.assertLessEqual(seconds, 30)
        self.assertEqual(running.stop(), 0)

    def timer_of(self, pid):
        """That of its one connection, as the kernel shows it: kind, seconds."""
        inodes = set(sockets_of(pid))
        kinds = {"00": None, "01": "retransmit", "02": "keepalive"}
        port = self.cluster.gateways[0].websocket_port
        for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[2].endswith(f":{port:04X}") and fields[9] in inodes:
                kind, when = fields[5].split(":")
                return kinds[kind], int(when, 16) / os.sysconf("SC_CLK_TCK")
        raise AssertionError("no connection")

    def test_a_new_size_of_the_terminal_is_nothing_to_it(self):
        running = self.listen("--uid", "ann")
        running.wait_err(b"is bound")
        running.signal(signal.SIGWINCH)
        before = gwctl.cpu_time(running.popen.pid)
        start = time.monotonic()
        for number in range(10):  # time for a loop to spin
            self.gwctl("send-to-uid", "ann", f"<{number}>")
        running.wait_out(b"<9>")
        used = gwctl.cpu_time(running.popen.pid) - before
        self.assertLess(used, max(0.05, (time.monotonic() - start) / 4))
        self.assertEqual(running.stop(), 0)

    def test_sigterm_ends_it(self):
        running = self.listen()
        running.wait_out(b"client_id")
        running.signal(signal.SIGTERM)
        self.assertEqual(running.ended(), 0)

    def test_sigterm_ends_it_while_nobody_reads_its_output(self):
        running = self.listen("--json", "--uid", "ann")
        running.wait_objects(3)

        def fill():
            self.gwctl("send-to-uid", "ann", 3000 * "x")
            return running.waits_to_write()

        wait_until(fill, "that the pipe is full", interval=0)
        running.signal(signal.SIGTERM)
        self.assertEqual(running.popen.wait(2 * PATIENCE), 0)
        running.read()
        self.assertNotIn(b"standard output", running.err)

    def test_whoever_reads_its_output_is_gone(self):
        running = self.listen()
        running.wait_out(b"client_id")
        running.popen.stdout.close()
        self.assertEqual(running.ended(), -signal.SIGPIPE)


@unittest.skipUnless(REFERENCE, WHY_NO_REFERENCE)
class ReferenceListening(Listening):
    server = "gatewayworker"


class OddServers(unittest.TestCase):
    server = "gatewayd"
    long = True

    def listen(self, serve, *words, tls=None, stdin=b""):
        with WebSocketServer(serve, tls) as server:
            return gwctl.run(None, "--json", "listen", server.url, *words,
                             stdin=stdin)

    def events(self, done):
        return [(o["event"], o.get("data", o.get("code")))
                for o in done.objects]

    def test_the_request(self):
        def serve(link):
            self.assertTrue(link.request.startswith(
                "GET /path?q=1 HTTP/1.1\r\n"))
            self.assertEqual(link.header("Host"),
                             f"127.0.0.1:{link.socket.getsockname()[1]}")
            self.assertEqual(link.header("Origin"), "https://x")
            self.assertEqual(link.header("Sec-WebSocket-Protocol"), "a, b")
            link.accept("Sec-WebSocket-Protocol: b")
            link.send(close_frame(1000))
            self.assertEqual(link.read(), (8, b"\x03\xe8"))

        done = self.listen(serve, "--header", "Origin: https://x",
                           "--protocol", "a", "--protocol", "b")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.objects[0]["protocol"], "b")

    def test_a_host_of_ones_own(self):
        def serve(link):
            hosts = [line for line in link.request.split("\r\n")
                     if line.lower().startswith("host:")]
            self.assertEqual(hosts, ["Host: chat.example"])
            link.accept()
            link.send(close_frame(1000))
            link.read()

        done = self.listen(serve, "--header", "Host: chat.example")
        self.assertEqual(done.status, 0, done)

    def test_headers_from_a_file(self):
        def serve(link):
            self.assertEqual(link.header("Authorization"), "Bearer hush")
            self.assertEqual(link.header("X-Other"), "1")
            link.accept()
            link.send(close_frame(1000))
            self.assertEqual(link.read(), (8, b"\x03\xe8"))

        with tempfile.TemporaryDirectory() as folder:
            headers = Path(folder) / "headers"
            headers.touch(mode=0o600)
            headers.write_text("Authorization: Bearer hush\nX-Other: 1\n")
            words = ("--header", f"@{headers}")
            done = self.listen(serve, *words)
            self.assertEqual((done.status, done.err), (0, ""), done)
            headers.chmod(0o644)
            warned = self.listen(serve, *words)
            self.assertEqual(warned.err, "gwctl: warning: every user of this "
                             f"machine can read {headers}\n")
            # Other commands have no use for it.
            headers.unlink()
            done = gwctl.run(None, "completion", "bash",
                             env={"GWCTL_HEADER": f"@{headers}"})
            self.assertEqual(done.status, 0, done)

    def test_a_key_is_only_read_to_bind(self):
        def serve(link):
            link.accept()
            link.send(close_frame(1000))
            link.read()

        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "gwctl.conf"
            config.write_text(f"secret_key_file = {folder}/key\n")
            words = ("--config", config)
            done = self.listen(serve, *words)
            self.assertEqual((done.status, done.err), (0, ""), done)
            for bind in (("--uid", "ann"), ("--group", "lobby")):
                done = gwctl.run(None, "listen", "ws://127.0.0.1:1", *words,
                                 *bind)
                self.assertEqual(done.status, 2, done)
                self.assertIn(f"{folder}/key: No such file", done.err)

    def test_messages_of_every_kind(self):
        def serve(link):
            link.accept()
            stream = (frame(1, "é".encode()) + frame(2, b"\0\x01")
                      + frame(1, b"fr", fin=False) + frame(9, b"p")
                      + frame(0, b"ag", fin=False) + frame(0, b"ment")
                      + frame(1, b"x" * 70000) + frame(1, b"\xff"))
            for at in range(0, 40):
                link.send(stream[at:at + 1])
            link.send(stream[40:])
            self.assertEqual(link.read(), (10, b"p"))
            link.send(close_frame(1001, "später".encode()))
            self.assertEqual(link.read(), (8, b"\x03\xe9"))

        done = self.listen(serve)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.events(done), [
            ("open", None), ("message", "é"), ("message", None), ("ping", "p"),
            ("message", "fragment"), ("message", "x" * 70000),
            ("message", None), ("close", 1001)])
        self.assertEqual(done.objects[2]["data_base64"], "AAE=")
        self.assertEqual(done.objects[2]["opcode"], "binary")
        self.assertEqual(done.objects[6]["data_base64"], "/w==")
        self.assertEqual(done.objects[-1]["reason"], "später")

    def test_how_it_can_end(self):
        for ending, code, status in (
                (close_frame(1000), 1000, 0), (frame(8), 1005, 0),
                (close_frame(1008, b"no"), 1008, 1),
                (close_frame(4000), 4000, 1), (b"", 1006, 1)):
            def serve(link, ending=ending):
                link.accept()
                link.send(ending)
                if ending:
                    self.assertEqual(link.read()[0], 8)

            done = self.listen(serve)
            self.assertEqual(done.status, status, (code, done))
            self.assertEqual(self.events(done)[-1], ("close", code))

    def test_a_broken_protocol(self):
        for wrong, answer in ((b"\x83\x00", 1002), (b"\x81\x81abcdx", 1002),
                              (b"\x80\x00", 1002),
                              (frame(1, b"x" * 126), 1009)):
            def serve(link, wrong=wrong, answer=answer):
                link.accept()
                link.send(wrong)
                self.assertEqual(link.read(),
                                 (8, answer.to_bytes(2, "big")))

            done = self.listen(serve, "--max-message", "125")
            self.assertEqual(done.status, 1, done)
            self.assertRegex(done.err, "protocol|--max-message")

    def test_what_is_no_websocket(self):
        def refuse(link):
            link.send(b"HTTP/1.1 403 Forbidden\r\n\r\n")

        def other(link):
            link.send(b"220 mail.example ESMTP\r\n")

        def wrong(link):
            link.send(b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n"
                      b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
                      b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n")

        def nothing(_):
            pass

        for serve, part in ((refuse, "HTTP/1.1 403 Forbidden"),
                            (other, "no HTTP"), (wrong, "proof"),
                            (nothing, "closed the connection")):
            done = self.listen(serve)
            self.assertEqual(done.status, 3, done)
            self.assertIn(part, done.err)
            self.assertEqual(done.out, "")

    def test_silence_has_a_deadline(self):
        def serve(link):
            self.assertEqual(link.file.read(1), b"")

        done = self.listen(serve, "--timeout", "0.2")
        self.assertEqual(done.status, 3, done)
        self.assertIn("timed out", done.err)

    def test_connecting_has_a_deadline_of_its_own(self):
        with silent_address() as address:
            for connecting, all_of_it in ("0.2", "600"), ("600", "0.2"):
                done = gwctl.run(None, "listen", "--connect-timeout",
                                 connecting, "--timeout", all_of_it,
                                 f"ws://{address}")
                self.assertEqual(done.status, 3, done)
                self.assertIn("cannot connect: Connection timed out", done.err)

    def test_nobody_there(self):
        address = self.enterContext(refusing_address())
        done = gwctl.run(None, "listen", f"ws://{address}")
        self.assertEqual(done.status, 3, done)
        self.assertIn("cannot connect", done.err)

    def test_lines_of_input_are_sent(self):
        def serve(link, opcode=1):
            link.accept()
            self.assertEqual(link.read(), (opcode, b"one"))
            self.assertEqual(link.read(), (opcode, b""))
            link.send(frame(1, b"got it"))
            self.assertEqual(link.read(), (opcode, b"x" * 300000))
            self.assertEqual(link.read(), (opcode, b"end"))
            link.send(close_frame(1000))
            link.read()

        text = b"one\n\n" + b"x" * 300000 + b"\r\nend"
        done = self.listen(serve, "--send", stdin=text)
        self.assertEqual(done.status, 0, done)
        self.assertIn(("message", "got it"), self.events(done))
        done = self.listen(lambda link: serve(link, 2), "--send", "--binary",
                           stdin=text)
        self.assertEqual(done.status, 0, done)

    def test_a_line_that_is_not_utf8(self):
        def serve(link):
            link.accept()
            self.assertEqual(link.read(), (1, b"one"))
            self.assertEqual(link.read(), (1, b"three"))
            link.send(close_frame(1000))
            link.read()

        done = self.listen(serve, "--send", stdin=b"one\ntw\xf6\nthree\n")
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.err, "gwctl: a line is not UTF-8, and not sent; "
                         "see --binary\n")

    def test_pings(self):
        def serve(link):
            link.socket.settimeout(3 * PATIENCE)
            link.accept()
            self.assertEqual(link.read(), (9, b""))
            link.send(frame(10))
            self.assertEqual(link.read(), (9, b""))
            link.send(frame(10) + close_frame(1000))
            self.assertEqual(link.read(), (8, b"\x03\xe8"))

        done = self.listen(serve, "--ping", "8")  # in which it is answered
        self.assertEqual(done.status, 0, done)
        self.assertEqual([o["event"] for o in done.objects],
                         ["open", "pong", "pong", "close"])
        for pong in done.objects[1:3]:
            self.assertGreater(pong["round_trip_ms"], 0)

    def test_a_ping_that_nobody_answers(self):
        def serve(link):
            link.accept()
            self.assertEqual(link.read(), (9, b""))
            self.assertEqual(link.file.read(), b"")

        done = self.listen(serve, "--ping", "1")
        self.assertEqual(done.status, 1, done)
        self.assertIn("does not answer a ping", done.err)

    def test_a_pong_behind_a_feed_that_is_read_slowly(self):
        """Whoever sends is alive, also while our reader holds us back."""
        def serve(link):
            link.accept(then=48 * frame(1, b"x" * 65535))  # before the pong
            self.assertEqual(link.read(), (9, b""))
            link.send(frame(10) + close_frame(1000))
            while link.read()[0] != 8:
                pass

        with WebSocketServer(serve) as server, \
                Running(None, "listen", server.url, "--ping", "1") as running:
            out = running.popen.stdout.fileno()
            deadline = time.monotonic() + 3 * PATIENCE
            count = 0
            while select.select([out], [], [], PATIENCE)[0]:
                piece = os.read(out, 65536)
                if not piece:
                    break
                count += len(piece)
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)  # it asks each second
            self.assertEqual(running.ended(), 0, running.err)
        self.assertEqual(count, 48 * 65536)
        self.assertIn(b"pong after", running.err)

    def test_a_server_that_takes_no_answers(self):
        total = 64 * 1024 * 1024
        sent = 0

        def serve(link):
            nonlocal sent
            link.accept()
            link.socket.settimeout(1)
            pings = frame(9, b"x" * 125) * 8192
            try:
                while sent < total:
                    sent += link.socket.send(pings)
            except TimeoutError:
                pass

        done = self.listen(serve)
        self.assertEqual(done.status, 1, done.err)
        self.assertLess(sent, total)

    def test_it_closes_before_it_tells_the_client_id(self):
        def serve(link):
            link.accept()
            link.send(close_frame(1000))
            self.assertEqual(link.read(), (8, b"\x03\xe8"))

        done = self.listen(serve, "--uid", "ann")
        self.assertEqual(done.status, 1, done)
        self.assertIn("nothing is bound", done.err)

    def test_hostile_text_does_nothing_to_a_terminal(self):
        hostile = "\u009b2J\u202e\u061c\u200e\x7f"

        def serve(link):
            link.accept()
            link.send(frame(1, hostile.encode()))
            link.send(close_frame(1000, hostile.encode()))
            link.read()

        def refuse(link):
            link.send(b"HTTP/1.1 403 No\xc2\x9b2J\xe2\x80\xae\r\n\r\n")

        done = self.listen(serve)
        self.assertEqual(done.objects[1]["data"], hostile)
        self.assertEqual(done.objects[2]["reason"], hostile)
        with WebSocketServer(serve) as server:
            plain = gwctl.run(None, "listen", server.url)
        refused = self.listen(refuse)
        self.assertIn("403 No\\xc2\\x9b2J", refused.err)
        for text in (done.out, plain.out, plain.err, refused.err):
            for c in hostile.replace("2J", ""):
                self.assertNotIn(c, text)

    def test_nobody_tells_the_client_id(self):
        other = b'{"client_id":"7f000001ffff00000001"}'
        for greeting, why in (
                (b"", "no message told"),
                (frame(2, other), "no message told"),
                (frame(1, b"hello") + frame(1, other), "the first message")):
            def serve(link, greeting=greeting):
                link.accept()
                link.send(greeting)
                self.assertEqual(link.read(), (8, b"\x03\xe8"))
                link.send(close_frame(1000))

            done = self.listen(serve, "--uid", "ann", "--count", "1")
            self.assertEqual(done.status, 1, done)
            self.assertIn(why, done.err)
            self.assertIn("nothing is bound", done.err)
            self.assertEqual(done.err.count("\n"), 1, done)

    def test_a_server_that_does_not_answer_our_close(self):
        def serve(link):
            link.accept()
            link.send(frame(1, b"hello"))
            self.assertEqual(link.read()[0], 8)
            self.assertEqual(link.file.read(), b"")

        self.assertEqual(self.listen(serve, "--count", "1").status, 0)

    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate = Certificate(Path(folder), "own", "localhost")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate, certificate.key)

            def serve(link):
                link.accept()
                link.send(frame(1, b"x" * 100000))
                self.assertEqual(link.read(), (1, b"y" * 100000))
                link.send(close_frame(1000))
                link.read()

            words = ["--send"]
            with WebSocketServer(serve, context) as server:
                url = server.url.replace("127.0.0.1", "localhost")
                done = gwctl.run(None, "--json", "listen", url, *words,
                                 "--ca-file", certificate.certificate,
                                 stdin=b"y" * 100000)
            self.assertEqual(done.status, 0, done)
            self.assertEqual(done.objects[1]["data"], "x" * 100000)
            done = self.listen(serve, *words, "--insecure", tls=context,
                               stdin=b"y" * 100000)
            self.assertEqual(done.status, 0, done)

    def test_tls_is_closed_too(self):
        """RFC 8446, 6.1: else the server cannot tell it from a cut."""
        with tempfile.TemporaryDirectory() as folder:
            certificate = Certificate(Path(folder), "own", "localhost")
            for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.maximum_version = newest
                context.load_cert_chain(certificate.certificate,
                                        certificate.key)

                def serve(link):
                    link.socket.suppress_ragged_eofs = False
                    link.accept()
                    link.send(close_frame(1000))
                    self.assertEqual(link.read(), (8, b"\x03\xe8"))
                    self.assertEqual(link.file.read(), b"")

                done = self.listen(serve, "--insecure", tls=context)
                self.assertEqual(done.status, 0, done)

    def test_a_server_that_says_why_it_takes_no_more(self):
        for code, reason in ((1009, "too big"), (1000, "enough")):
            def serve(link, ending=close_frame(code, reason.encode())):
                link.accept()
                link.file.read(100)
                link.send(ending)

            done = self.listen(serve, "--send", stdin=b"x" * 16 * 1024 * 1024)
            self.assertEqual(done.status, 1, done)
            self.assertEqual((done.objects[-1]["code"],
                              done.objects[-1]["reason"]), (code, reason), done)
            self.assertEqual(done.err, "gwctl: the server closed before all "
                                       "lines were sent\n")

    def test_certificates_that_are_not_trusted(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate = Certificate(Path(folder), "own", "other.example")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate, certificate.key)
            for words in ((), ("--ca-file", certificate.certificate)):
                server = WebSocketServer(lambda link: None, context)
                done = gwctl.run(None, "listen", server.url, *words)
                with self.assertRaises((ssl.SSLError, OSError,
                                        AssertionError)):
                    server.close()
                self.assertEqual(done.status, 3, done)
                self.assertIn("certificate is not trusted", done.err)

    def test_certificates_that_cannot_be_read(self):
        with tempfile.TemporaryDirectory() as folder, \
                socket.create_server(("127.0.0.1", 0)) as server:
            missing = f"{folder}/ca.pem"
            done = gwctl.run(None, "listen", "--ca-file", missing,
                             f"wss://127.0.0.1:{server.getsockname()[1]}")
        self.assertEqual(done.status, 3, done)
        self.assertIn(f"TLS: {missing}: No such file or directory", done.err)


if __name__ == "__main__":
    unittest.main()
