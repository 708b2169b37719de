"""How gatewayd runs: several processes, signals, privileges, files."""

import json
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from harness.children import alive, children, listener, status_of
from harness.cluster import READY, Gatewayd, GatewaydCluster
from harness.inner import (CMD_GET_SESSION_BY_CLIENT_ID, CMD_ON_CLOSE,
                           CMD_ON_CONNECT, CMD_SEND_TO_ALL, CMD_SET_SESSION,
                           CMD_WORKER_CONNECT, HEAD, Frame, Peer, php_json,
                           register_addresses, split_address)
from harness.php import Php
from harness.process import PATIENCE, PREFIX, ROOT, Process, wait_until
from harness.serialize import dumps
from harness.websocket import WebSocket, text_frame

GATEWAYD = PREFIX / "bin/gatewayd"
GOING_AWAY = b"\x88\x02" + struct.pack(">H", 1001)
QUICK = ["--listen", "websocket://127.0.0.1:0", "--start-port", "0"]


def port_of(client):
    """The inner port in a client_id: which process the client is at."""
    return int(client.client_id[8:12], 16)


def connect_everywhere(cluster, count):
    """Clients until each of the cluster's processes has one."""
    clients = []
    ports = {split_address(a)[1] for a in cluster.gateways[0].inner_addresses}

    def complete():
        clients.append(cluster.connect())
        return len(clients) >= count and {port_of(c) for c in clients} == ports

    wait_until(complete, "a client at every process")
    return clients


class AnsweringWorker(Peer):
    def __init__(self, address):
        super().__init__(address)
        self.address = address
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        self.send(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "V:0", "secret_key": ""})))

    def event(self, cmd):
        """The client of the next one of that kind; 0: there is none."""
        while True:
            head = self.file.read(HEAD.size)
            if len(head) < HEAD.size:
                return 0
            length = HEAD.unpack(head)[0]
            frame, _ = Frame.parse(head + self.file.read(length - HEAD.size))
            if frame.cmd == cmd:
                return frame.connection_id

    def set_sessions(self, names, session):
        """Returns when they are what later events have."""
        self.send(*[Frame(CMD_SET_SESSION, name, ext=session)
                    for name in names])
        question = Frame(CMD_GET_SESSION_BY_CLIENT_ID, names[-1])

        def is_set():
            peer.send(question)
            return peer.reply() == session

        with closing(Peer(self.address, "")) as peer:
            wait_until(is_set, "the last session")


class Load:
    """Broadcasts to every gateway, one numbered message after the other, over
    inner connections that come back when they are lost."""

    def __init__(self, addresses, size=2000):
        self.addresses = addresses
        self.body = b"x" * size
        self.sent = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        peers = {}
        while not self.ending.is_set():
            for address in self.addresses:
                try:
                    if address not in peers:
                        peers[address] = Peer(address, "", 1)
                    peers[address].send(
                        Frame(CMD_SEND_TO_ALL, body=self.body))
                    self.sent += 1
                except OSError:
                    peers.pop(address, None)
            self.ending.wait(0.001)
        for peer in peers.values():
            with suppress(OSError):
                peer.fence()
            peer.close()

    def stop(self):
        """Returns when the gateways have handled all that was sent."""
        self.ending.set()
        self.thread.join(PATIENCE)


class ProcessTest(unittest.TestCase):
    server = "gatewayd"
    options = ()
    workers = 1

    def start(self, *options):
        cluster = GatewaydCluster(
            options=["--workers", str(self.workers), *self.options, *options])
        self.addCleanup(cluster.close)
        return cluster

    def close_later(self, clients):
        for client in clients:
            self.addCleanup(client.close)
        return clients


class Several(ProcessTest):
    workers = 3

    def setUp(self):
        self.cluster = self.start()
        self.gateway = self.cluster.gateways[0]
        self.master = self.gateway.process.pid

    def test_each_process_is_at_the_register(self):
        listed = register_addresses(self.cluster.register_address)
        self.assertEqual(sorted(listed), sorted(self.gateway.inner_addresses))
        self.assertEqual(len(set(listed)), 3)
        self.assertEqual(len(children(self.master)), 4)

    def test_clients_are_spread_and_all_are_reached(self):
        clients = self.close_later(connect_everywhere(self.cluster, 6))
        with Php(True, self.cluster) as php:
            self.assertEqual(
                php.call("Gateway::getAllClientIdCount()").value, len(clients))
            php.call("Gateway::sendToAll('to all')")
            for client in clients:
                client.expect_text("to all")
                self.assertTrue(php.call("Gateway::sendToClient($id, 'one')",
                                         id=client.client_id).value)
                client.expect_text("one")

    def kill_process_of(self, client):
        victim = listener(self.master, port_of(client))
        os.kill(victim, signal.SIGKILL)
        return victim

    def test_a_killed_process_is_replaced(self):
        clients = self.close_later(connect_everywhere(self.cluster, 9))
        load = Load(self.gateway.inner_addresses)
        self.addCleanup(load.stop)
        wait_until(lambda: load.sent > 100, "load")
        port = port_of(clients[0])
        victim = self.kill_process_of(clients[0])
        lost = [c for c in clients if port_of(c) == port]
        kept = [c for c in clients if port_of(c) != port]
        for client in lost:  # it may have died before it sent anything
            wait_until(lambda c=client: c.read() is not None and c.eof,
                       "its end")
        back = self.close_later([self.come_back() for _ in lost])
        wait_until(lambda: listener(self.master, port) not in (None, victim),
                   "another process on the port")
        self.cluster.wait_listed(3)
        self.assertIn(f"(pid {victim}) was killed by signal 9 (Killed); "
                      "starting another", self.gateway.process.log)
        load.stop()
        with Php(True, self.cluster) as php:
            for client in kept + back:
                self.empty_queue(php, client)
            php.call("Gateway::sendToAll('after')")
        for client in kept + back:
            wait_until(lambda c=client: c.read().endswith(text_frame("after")),
                       "the broadcast")

    @staticmethod
    def empty_queue(php, client):
        """What nobody read may fill it, and then messages are dropped."""
        def last():
            php.call("Gateway::sendToClient($id, 'last')", id=client.client_id)
            return client.read().endswith(text_frame("last"))

        wait_until(last, "the end of a queue")

    def come_back(self):
        """As a page does: again, if it met the dead process's socket."""
        def connect():
            try:
                return self.cluster.connect()
            except OSError:
                return None

        return wait_until(connect, "a new connection")

    def kill_process_at(self, port):
        pid = wait_until(lambda: listener(self.master, port), "a process")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), "its end")
        return pid

    def test_the_register_forgets_a_process_that_is_not_there(self):
        """It has a successor as soon as the master goes on."""
        port = split_address(self.gateway.inner_addresses[2])[1]
        self.gateway.process.pause()
        try:
            self.kill_process_at(port)
            self.cluster.wait_listed(2)
        finally:
            self.gateway.process.resume()
        self.cluster.wait_listed(3)

    def is_missing_for_long(self, port):
        """Kills a process. Whether it has a successor in 2 s or later: then
        the master stands still, and there is none before it goes on."""
        pid = self.kill_process_at(port)
        told = wait_until(lambda: re.search(
            rf"\(pid {pid}\) was killed .+; starting another(?: in (\d+) s)?\n",
            self.gateway.process.log), "word of its end")
        if int(told[1] or 0) < 2:  # or it lived for 5 s, which counts as long
            return False
        self.gateway.process.pause()
        if len(children(self.master)) == 3:
            return True
        self.gateway.process.resume()
        return False

    def test_a_process_that_keeps_dying_is_started_ever_more_slowly(self):
        port = split_address(self.gateway.inner_addresses[1])[1]
        wait_until(lambda: self.is_missing_for_long(port), "a longer pause",
                   6 * PATIENCE)
        self.assertIn("starting another in 1 s", self.gateway.process.log)
        # Nobody waits for the one that is not there.
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1)
        for _ in range(20):
            self.cluster.connect().close()

    def test_a_process_that_is_ended_alone_takes_nobody_new(self):
        """It stays until its clients have taken all, and the master has its
        sockets as long as that."""
        clients = self.close_later(connect_everywhere(self.cluster, 9))
        port = port_of(clients[0])
        with closing(Peer(f"127.0.0.1:{port}", "")) as peer:
            body = b"x" * 1000000  # which nobody reads
            peer.send(*20 * [Frame(CMD_SEND_TO_ALL, body=body)])
            peer.fence()
        victim = listener(self.master, port)
        os.kill(victim, signal.SIGTERM)
        self.cluster.wait_listed(2)
        served = 0
        while served < 20 and alive(victim):  # for 5 s at most
            self.cluster.connect().close()
            served += 1
        self.assertGreater(served, 0)
        for client in clients:
            client.close()
        wait_until(lambda: listener(self.master, port) not in (None, victim),
                   "another process on the port")

    def test_the_successor_of_one_that_was_ended_serves(self):
        """Both it and the master shut its sockets."""
        addresses = (self.cluster.register_address,
                     *self.gateway.inner_addresses)
        for address in addresses:
            port = split_address(address)[1]
            victim = listener(self.master, port)
            os.kill(victim, signal.SIGTERM)
            wait_until(lambda p=port, v=victim: listener(self.master, p)
                       not in (None, v), "another process on the port")
        self.cluster.wait_listed(3)
        self.close_later(connect_everywhere(self.cluster, 9))

    def test_the_register_is_started_again(self):
        pid = listener(self.master,
                       split_address(self.cluster.register_address)[1])
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), "its end")
        wait_until(lambda: self.listed() == 3, "the gateways, again")

    def listed(self):
        try:
            found = register_addresses(self.cluster.register_address)
        except OSError:
            return None
        return found and len(found)

    def test_nobody_outlives_the_master(self):
        clients = self.close_later([self.cluster.connect() for _ in range(6)])
        pids = children(self.master)
        self.gateway.process.kill()
        for client in clients:
            client.expect(GOING_AWAY)
        for pid in pids:
            wait_until(lambda p=pid: not alive(p), "a child's end")

    def test_sigterm_for_the_whole_group_is_one_signal(self):
        """As a service manager or a terminal sends it."""
        clients = self.close_later([self.cluster.connect() for _ in range(6)])
        os.killpg(self.master, signal.SIGTERM)
        for client in clients:
            client.expect(GOING_AWAY)
            client.send(8, struct.pack(">H", 1001))
        self.assertEqual(self.gateway.process.popen.wait(PATIENCE), 0)


class Stopping(ProcessTest):
    def check_farewell(self, cluster):
        process = cluster.gateways[0].process
        clients = self.close_later([cluster.connect() for _ in range(8)])
        load = Load(cluster.gateways[0].inner_addresses)
        self.addCleanup(load.stop)
        wait_until(lambda: all(len(c.read()) > 20000 for c in clients), "load")
        os.kill(process.pid, signal.SIGTERM)
        message = text_frame(load.body)
        for client in clients:
            wait_until(lambda c=client: c.read().endswith(GOING_AWAY)
                       or c.eof, "good-bye")
            count, rest = divmod(len(client.received) - len(GOING_AWAY),
                                 len(message))
            self.assertEqual(rest, 0)
            self.assertEqual(client.received, message * count + GOING_AWAY)
            client.send(8, struct.pack(">H", 1001))
        self.assertEqual(process.popen.wait(PATIENCE), 0)
        load.stop()
        told = re.findall(r"ended; (\d+) clients were closed", process.log)
        self.assertEqual(sum(map(int, told)), len(clients), process.log)

    def test_every_frame_is_whole_and_the_last_is_1001(self):
        self.check_farewell(self.start())

    def test_so_it_is_with_several_processes(self):
        self.check_farewell(self.start("--workers", "2"))

    def farewell_of_a_sender(self, body, count):
        """What a client gets of so many messages who still sends."""
        cluster = self.start("--send-to-client-buffer-size", "10000000")
        client = cluster.connect()
        self.addCleanup(client.close)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        client.socket.settimeout(PATIENCE)
        with closing(Peer(cluster.gateways[0].inner_addresses[0], "")) as peer:
            peer.send(*[Frame(CMD_SEND_TO_ALL, body=body)] * count)
            peer.fence()
        process = cluster.gateways[0].process
        os.kill(process.pid, signal.SIGTERM)
        wait_until(lambda: re.search(r"gateway \S+ is gone", process.log),
                   "the farewell")
        received = []
        with suppress(ConnectionResetError):  # behind the last byte
            while data := client.socket.recv(16384):
                received.append(data)
                with suppress(OSError):
                    client.send(1, b"hi")
        self.assertEqual(process.popen.wait(PATIENCE), 0)
        return b"".join(received)

    def test_who_still_sends_gets_all(self):
        """What he sends then is read by nobody, and must not reset the
        connection. Whom a busy machine keeps from reading for a second is
        given up; that says nothing, and is tried again."""
        body = b"m" * 20000
        for _ in range(5):
            received = self.farewell_of_a_sender(body, 50)
            if received == text_frame(body) * 50 + GOING_AWAY:
                break
        self.assertEqual(len(received),
                         len(text_frame(body) * 50 + GOING_AWAY))
        self.assertEqual(received[-4:], GOING_AWAY)

    def test_a_worker_that_answers_hears_of_all_ends(self):
        """As an onClose() that tells the others."""
        cluster = self.start()
        gateway = cluster.gateways[0]
        worker = AnsweringWorker(gateway.inner_addresses[0])
        self.addCleanup(worker.close)
        wait_until(lambda: "attached as" in gateway.process.log, "the worker")
        self.close_later([WebSocket(gateway.websocket_port, greeting=False)
                          for _ in range(60)])
        names = [worker.event(CMD_ON_CONNECT) for _ in range(60)]
        worker.set_sessions(names, dumps(b"y" * 10000))
        os.kill(gateway.process.pid, signal.SIGTERM)
        ended = []
        while name := worker.event(CMD_ON_CLOSE):
            ended.append(name)
            with suppress(OSError):
                worker.send(Frame(CMD_SEND_TO_ALL, body=b"logout"))
        self.assertEqual(sorted(ended), sorted(names))
        self.assertEqual(gateway.process.popen.wait(PATIENCE), 0)

    def test_signals_that_the_parent_has_blocked_are_heard(self):
        for workers in "1", "2":
            process = Process(
                ["env", "--block-signal=TERM,HUP", GATEWAYD, *QUICK,
                 "--register-listen", "127.0.0.1:0", "--workers", workers],
                "gatewayd")
            process.start()
            self.addCleanup(process.discard)
            wait_until(lambda p=process: READY.search(p.log), "its start")
            os.kill(process.pid, signal.SIGHUP)
            wait_until(lambda p=process: "reloaded" in p.log, "a reload")
            os.kill(process.pid, signal.SIGTERM)
            self.assertEqual(process.popen.wait(PATIENCE), 0)

    def test_who_takes_nothing_does_not_hold_it_up(self):
        """5 seconds for what is queued, and a second signal cuts that short."""
        process = self.start_for_who_takes_nothing()
        os.kill(process.pid, signal.SIGTERM)
        wait_until(lambda: "shutting down" in process.log, "the first signal")
        os.kill(process.pid, signal.SIGTERM)
        self.check_that_it_is_short(process)

    def test_a_reload_has_nothing_to_do_any_more(self):
        process = self.start_for_who_takes_nothing()
        os.kill(process.pid, signal.SIGTERM)
        wait_until(lambda: "shutting down" in process.log, "the signal")
        wait_until(lambda: re.search(r"gateway \S+ is gone", process.log),
                   "the farewell")
        os.kill(process.pid, signal.SIGHUP)
        self.assertEqual(process.popen.wait(2 * PATIENCE), 0)
        self.assertNotIn("reloaded", process.log)
        self.assertIn("1 clients were closed", process.log)
        self.assertIn("shut down with output left over", process.log)

    def test_two_signals_at_once_are_two(self):
        process = self.start_for_who_takes_nothing()
        process.pause()
        os.kill(process.pid, signal.SIGTERM)
        os.kill(process.pid, signal.SIGINT)
        process.resume()
        self.check_that_it_is_short(process)

    def test_whom_a_second_signal_kills_is_told(self):
        """A process that is killed says nothing of what it had to send."""
        process = self.start_for_who_takes_nothing("--workers", "2")
        pids = children(process.pid)
        os.kill(process.pid, signal.SIGTERM)
        wait_until(lambda: "shutting down with" in process.log, "the first")
        os.kill(process.pid, signal.SIGTERM)
        self.assertEqual(process.popen.wait(PATIENCE), 0)
        killed = re.findall(r"\[master\] gateway \d \(pid (\d+)\) has not "
                            "ended: killed", process.log)
        self.assertTrue(killed, process.log)
        self.assertLess(set(map(int, killed)), set(pids))

    def start_for_who_takes_nothing(self, *options):
        cluster = self.start("--send-to-client-buffer-size", "10000000",
                             *options)
        client = cluster.connect()
        self.addCleanup(client.close)
        process = cluster.gateways[0].process
        for address in cluster.gateways[0].inner_addresses:
            peer = Peer(address, "")
            self.addCleanup(peer.close)
            peer.send(*[Frame(CMD_SEND_TO_ALL, body=b"y" * 1000000)] * 9)
            peer.fence()
        return process

    def check_that_it_is_short(self, process):
        """By the log: a sanitizer looks for leaks behind its last line."""
        self.assertEqual(process.popen.wait(PATIENCE), 0)
        begun, ended = (
            datetime.fromisoformat(line.split()[0])
            for line in process.log.splitlines()
            if "shutting down at once" in line or " were closed for" in line)
        self.assertLess((ended - begun).total_seconds(), 4)


class Starting(unittest.TestCase):
    """What cannot be had is told in one line that names the option."""
    server = "gatewayd"

    @staticmethod
    def run_to_its_end(*options, **env):
        return subprocess.run(
            [GATEWAYD, *options], stdin=subprocess.DEVNULL,
            env={**os.environ, **env}, capture_output=True, text=True,
            timeout=PATIENCE, check=False)

    def refuse(self, *options):
        # Where no name server answers, nobody shall wait long for it.
        ended = self.run_to_its_end(*options,
                                    RES_OPTIONS="timeout:1 attempts:1")
        self.assertEqual(ended.returncode, 2, ended.stderr)
        return ended.stderr

    def take_port(self, host="127.0.0.1", family=socket.AF_INET):
        place = socket.socket(family)
        self.addCleanup(place.close)
        place.bind((host, 0))
        place.listen()
        return place.getsockname()[1]

    def test_taken_ports(self):
        port = self.take_port()
        own = ["--register-listen", "127.0.0.1:0"]
        for place, option, words in [
                (f"127.0.0.1:{port}", "listen",
                 [*own, "--start-port", "0",
                  "--listen", f"websocket://127.0.0.1:{port}"]),
                (f"127.0.0.1:{port}", "register_listen",
                 [*QUICK, "--register-listen", f"127.0.0.1:{port}"]),
                (f"127.0.0.1:{port}", "status_listen",
                 [*QUICK, *own, "--status-listen", f"127.0.0.1:{port}"]),
                (f"127.0.0.1:{port}", "lan_ip, start_port",
                 [*own, *QUICK, "--start-port", str(port)])]:
            for workers in "1", "2":
                with self.subTest(option=option, workers=workers):
                    self.assertEqual(
                        self.refuse(*words, "--workers", workers),
                        f"gatewayd: cannot listen on {place} ({option}): "
                        "Address already in use\n")

    def test_a_name_that_nobody_has(self):
        words = ["--register-listen", "127.0.0.1:0", "--start-port", "0"]
        place = "no-such-host.invalid:8282"
        self.assertRegex(
            self.refuse(*words, "--listen", f"websocket://{place}"),
            rf"^gatewayd: cannot listen on {place} \(listen\): .+\n$")
        self.assertRegex(
            self.refuse(*words, *QUICK, "--lan-ip", "no-such-host.invalid"),
            r"^gatewayd: lan_ip: no-such-host\.invalid: .+ it needs an IPv4 "
            r"address, which is in every client_id\n$")

    def test_what_is_odd_but_no_reason_to_stop(self):
        """Container managers set GATEWAYD_PORT for a service of that name."""
        with tempfile.NamedTemporaryFile("w") as key:
            key.write("key\n")
            key.flush()
            Path(key.name).chmod(0o644)
            ended = self.run_to_its_end(
                "--test-config", "--secret-key-file", key.name,
                GATEWAYD_PORT="tcp://10.0.0.1:8282")
        self.assertEqual((ended.returncode, ended.stdout),
                         (0, "configuration ok\n"))
        self.assertEqual(
            ended.stderr, "gatewayd: warning: GATEWAYD_PORT is no option\n"
            "gatewayd: warning: every user of this machine can read "
            f"{key.name}\n")

    def test_a_taken_ipv6_port(self):
        try:
            port = self.take_port("::1", socket.AF_INET6)
        except OSError:
            self.skipTest("no IPv6 here")
        self.assertIn(f"cannot listen on [::1]:{port} (register_listen)",
                      self.refuse(*QUICK, "--register-listen",
                                  f"[::1]:{port}"))

    def test_the_inner_port_may_be_on_ipv6(self):
        try:
            self.take_port("::1", socket.AF_INET6)
        except OSError:
            self.skipTest("no IPv6 here")
        for workers in "1", "2":
            with self.subTest(workers=workers):
                process = Process(
                    [GATEWAYD, *QUICK, "--register-listen", "127.0.0.1:0",
                     "--lan-ip", "localhost", "--inner-listen", "[::1]",
                     "--workers", workers],
                    "gatewayd")
                process.start()
                self.addCleanup(process.discard)
                ready = wait_until(lambda p=process: READY.search(p.log),
                                   lambda p=process: p.log)
                port = re.search(r"inner \[::1\]:(\d+)", ready[0])[1]
                socket.create_connection(("::1", int(port)),
                                         PATIENCE).close()

    def test_no_socket_takes_the_number_of_standard_error(self):
        process = Process(
            ["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', GATEWAYD, *QUICK,
             "--register-listen", "127.0.0.1:0", "--log-target", "{folder}/own",
             "--workers", "2"], "gatewayd").start()
        self.addCleanup(process.discard)
        log = process.folder / "own"
        wait_until(lambda: log.exists() and
                   log.read_text().count("register: gateway") == 2,
                   "both gateways")
        for pid in [process.pid, *children(process.pid)]:
            self.assertEqual({os.readlink(f"/proc/{pid}/fd/{number}")
                              for number in range(3)}, {"/dev/null"})

    def test_an_address_that_is_not_this_machines(self):
        text = self.refuse(*QUICK, "--register-listen", "127.0.0.1:0",
                           "--lan-ip", "192.0.2.1")
        self.assertIn("(lan_ip, start_port)", text)
        self.assertIn("inner_listen = 0.0.0.0", text)

    def test_a_name_is_announced_and_resolved(self):
        with GatewaydCluster(options=["--lan-ip", "localhost",
                                      "--inner-listen",
                                      "127.0.0.1"]) as cluster:
            port = split_address(cluster.gateways[0].inner_address)[1]
            self.assertEqual(register_addresses(cluster.register_address),
                             [f"localhost:{port}"])
            with closing(cluster.connect()) as client:
                self.assertEqual(client.client_id[:8], "7f000001")

    def test_a_users_process_cannot_become_another(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        nobody = pwd.getpwnam("nobody")
        ended = subprocess.run(
            [GATEWAYD, *QUICK, "--register-listen", "127.0.0.1:0",
             "--user", "root"], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=PATIENCE, check=False, user=nobody.pw_uid,
            group=nobody.pw_gid, extra_groups=[])
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertEqual(ended.stderr, "gatewayd: user: only root can become "
                                       "another one\n")


class Privileges(ProcessTest):
    def check(self, pids):
        nobody = pwd.getpwnam("nobody")
        for pid in pids:
            status = status_of(pid)
            self.assertEqual(set(status["Uid"]), {str(nobody.pw_uid)})
            self.assertEqual(set(status["Gid"]), {str(nobody.pw_gid)})
            self.assertNotIn("0", status["Groups"])
            self.assertEqual(int(status["CapEff"][0], 16), 0)

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")

    def test_one_process_is_somebody_else(self):
        cluster = self.start("--user", "nobody")
        self.check([cluster.gateways[0].process.pid])
        self.close_later([cluster.connect()])

    def test_all_processes_are_somebody_else(self):
        cluster = self.start("--user", "nobody", "--workers", "2")
        master = cluster.gateways[0].process.pid
        self.check([master, *children(master)])
        self.close_later([cluster.connect()])


class LogOfTheUser(unittest.TestCase):
    """Started by root, with a user to become."""

    server = "gatewayd"

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o711)
        self.user = pwd.getpwnam("nobody").pw_uid

    def folder_of_the_user(self):
        own = self.folder / "own"
        own.mkdir()
        os.chown(own, self.user, -1)
        return own

    def start(self, log):
        gateway = Gatewayd(options=["--user", "nobody", "--log-target", log])
        self.addCleanup(gateway.close)
        self.assertEqual(log.stat().st_uid, self.user)
        return gateway

    def test_it_is_made_where_the_user_may_or_by_root(self):
        closed = self.folder / "closed"
        closed.mkdir(0o700)
        for folder in self.folder_of_the_user(), self.folder, closed:
            with self.subTest(folder=folder.name):
                log = folder / "log"
                gateway = self.start(log)
                os.kill(gateway.process.pid, signal.SIGHUP)
                wait_until(lambda f=log: "reloaded" in f.read_text(),
                           "the same file")
                gateway.close()
                self.start(log).close()

    def test_a_link_of_the_user_leads_root_nowhere(self):
        precious = self.folder / "precious"
        precious.write_text("root's\n")
        precious.chmod(0o600)
        log = self.folder_of_the_user() / "log"
        log.symlink_to(precious)
        self.refuse(log)
        self.assertEqual(precious.read_text(), "root's\n")
        self.assertEqual(precious.stat().st_uid, 0)

    def refuse(self, log):
        done = subprocess.run(
            [GATEWAYD, *QUICK, "--register-listen", "127.0.0.1:0", "--user",
             "nobody", "--log-target", log], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (2, f"gatewayd: log_target: {log}: "
                          "Permission denied\n"))


class Journal(unittest.TestCase):
    """systemd takes a line's level from "<4>" in front of it. The stream that
    is the journal it names by the inode, which a test's file has, too."""

    server = "gatewayd"
    LEVELS = {"error": 3, "warning": 4, "info": 6, "debug": 7}

    def start(self, *options, beside=0):
        """The journal's inode comes that far beside the log's."""
        process = Process(
            [GATEWAYD, *QUICK, "--register-listen", "127.0.0.1:0",
             "--config", "{folder}/conf", *options], "gatewayd",
            {"GATEWAYD_PORT": "tcp://10.0.0.1:8282"})
        self.addCleanup(process.discard)
        process.log_path.touch()
        log = process.log_path.stat()
        process.env["JOURNAL_STREAM"] = f"{log.st_dev}:{log.st_ino + beside}"
        (process.folder / "conf").touch()
        return process.start()

    def refuse_a_reload(self, process, processes):
        wait_until(lambda: " ready: " in process.log, lambda: process.log)
        (process.folder / "conf").write_text("nonsense\n")
        os.kill(process.pid, signal.SIGHUP)
        wait_until(lambda: process.log.count("stays as it was") == processes,
                   lambda: process.log)

    def level(self, line):
        """By what it says itself."""
        if line.startswith("{"):
            return self.LEVELS[json.loads(line)["level"]]
        if line.startswith("gatewayd: "):
            return self.LEVELS["warning" if " warning: " in line else "error"]
        said = re.match(r"\S+Z (\w+): ", line)
        return self.LEVELS[said[1] if said else "info"]

    def levels(self, process):
        """Of the lines, each of which has its mark."""
        lines = process.log.splitlines()
        for line in lines:
            self.assertEqual(line[:3], f"<{self.level(line[3:])}>", line)
        return {int(line[1]) for line in lines}

    def test_it_knows_the_level_of_each_line(self):
        for form in "text", "json":
            for workers, processes in ("1", 1), ("2", 4):
                with self.subTest(form=form, workers=workers):
                    process = self.start("--log-format", form,
                                         "--workers", workers)
                    self.refuse_a_reload(process, processes)
                    process.stop()
                    self.assertEqual(self.levels(process), {3, 4, 6})

    def test_it_knows_those_of_a_successor(self):
        process = self.start("--workers", "2")
        wait_until(lambda: " ready: " in process.log, lambda: process.log)
        its_start = "[gateway 0] announcing to Register"
        before = process.log.count(its_start)
        for victim in children(process.pid):
            os.kill(victim, signal.SIGKILL)
        wait_until(lambda: process.log.count(its_start) > before,
                   lambda: process.log)
        self.assertIn("<4>", process.log)
        self.levels(process)

    def test_it_knows_why_there_was_no_start(self):
        for options in ["--nonsense"], ["--user", "nobody", "--group", "x y"], \
                ["--log-target", "/dev/null/log"]:
            with self.subTest(options=options):
                process = self.start(*options)
                process.popen.wait(PATIENCE)
                self.assertIn("<3>gatewayd: ", process.log)
                self.levels(process)

    def test_nobody_else_gets_marks(self):
        process = self.start(beside=1)
        self.refuse_a_reload(process, 1)
        process.stop()
        self.assertNotIn("<", process.log)
        for line in process.log.splitlines():
            self.assertRegex(line, "^(gatewayd|2)")

    def test_a_file_gets_none(self):
        process = self.start("--log-target", "{folder}/own")
        own = process.folder / "own"
        wait_until(lambda: own.exists() and "register: gateway"
                   in own.read_text(), "the log")
        wait_until(lambda: "<6>gatewayd " in process.log, lambda: process.log)
        self.assertNotIn("<", own.read_text())


class Flood(unittest.TestCase):
    server = "gatewayd"

    def test_what_the_log_left_out_is_told_when_it_is_over(self):
        gateway = Gatewayd()
        self.addCleanup(gateway.close)
        peer = Peer(gateway.inner_address)
        self.addCleanup(peer.close)
        peer.socket.sendall(300 * Frame(99).encode())

        def all_are_told():
            log = gateway.process.log
            left_out = re.findall(r"(\d+) warnings were left out", log)
            return (left_out and log.count("unknown command")
                    + sum(map(int, left_out)) == 300)

        wait_until(all_are_told, "300 warnings, or how many are missing")


class Reloading(unittest.TestCase):
    """SIGHUP."""

    server = "gatewayd"
    PAGE = "Origin: https://page.example"

    def start(self, text, *options):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "conf"
        self.file.write_text(text)
        self.gateway = Gatewayd(options=["--config", self.file, *options])
        self.addCleanup(self.gateway.close)

    def hang_up(self, says, times=1, number=signal.SIGHUP, pid=None):
        """Returns when the log has said so, that often anew."""
        process = self.gateway.process
        before = process.log.count(says)
        os.kill(pid or process.pid, number)
        wait_until(lambda: process.log.count(says) >= before + times, says)

    def answer(self, *headers):
        with closing(WebSocket(self.gateway.websocket_port, headers=headers,
                               greeting=False)) as client:
            return client.response.split()[1]

    def test_what_can_change_does(self):
        self.start("")
        self.assertEqual(self.answer(self.PAGE), b"101")
        self.file.write_text("allowed_origins = https://other.example\n"
                             "max_connections = 1\n")
        with closing(WebSocket(self.gateway.websocket_port)) as old:
            self.hang_up("reload: changed: allowed_origins, max_connections")
            self.assertEqual(self.answer(), b"503")
            old.expect_silence()
            self.assertFalse(old.eof)
        wait_until(lambda: self.answer(self.PAGE) == b"403", "403")

    def test_what_cannot_is_told(self):
        self.start("")
        self.file.write_text("ping_interval = 9\n")
        self.hang_up("reload: needs a restart: ping_interval")
        self.hang_up("reload: needs a restart: ping_interval")

    def test_the_log_changes_too(self):
        self.start("")
        self.file.write_text("log_level = warning\nlog_format = json\n"
                             "ping_interval = 9\n")
        self.hang_up("reload: needs a restart: ping_interval")
        log = self.gateway.process.log
        self.assertEqual(json.loads(log.splitlines()[-1])["level"], "warning")
        self.assertNotIn("reloaded", log)

    def test_what_clients_find_without_workers_changes_too(self):
        self.start("")
        self.file.write_text("without_worker = strict\n")
        with closing(WebSocket(self.gateway.websocket_port)) as client:
            self.hang_up("reload: changed: without_worker")
            client.send(1, b"to nobody")
            client.expect_eof()

    def test_a_wrong_file_changes_nothing(self):
        self.start("allowed_origins = https://other.example\n")
        self.file.write_text("allowed_origin = https://page.example\n")
        self.hang_up(f"reload: {self.file}:1: allowed_origin: unknown option")
        self.assertEqual(self.answer(self.PAGE), b"403")
        self.assertEqual(
            self.answer("Origin: https://other.example"), b"101")
        self.file.write_text("")
        self.hang_up("reload: changed: allowed_origins")
        self.assertEqual(self.answer(self.PAGE), b"101")

    def test_every_process_does_it(self):
        self.start("", "--workers", "2")
        self.file.write_text("allowed_origins = https://other.example\n")
        # The master, the services and two gateways.
        self.hang_up("reload: changed: allowed_origins", 4)
        for _ in range(20):
            self.assertEqual(self.answer(self.PAGE), b"403")

    def test_signals_that_mean_it_elsewhere_mean_it_here(self):
        """Workerman reloads by SIGUSR1 and SIGUSR2; nginx opens its log."""
        for workers, processes in ("1", 1), ("2", 4):
            with self.subTest(workers=workers):
                self.start("", "--workers", workers)
                with closing(WebSocket(self.gateway.websocket_port)) as client:
                    for number in signal.SIGUSR1, signal.SIGUSR2:
                        self.hang_up(" reloaded", processes, number)
                        for pid in children(self.gateway.process.pid):
                            self.hang_up(" reloaded", 1, number, pid)
                    client.expect_silence()
                    self.assertFalse(client.eof)

    def test_a_process_that_is_started_later_has_it_too(self):
        self.start("", "--workers", "2")
        self.file.write_text("allowed_origins = https://other.example\n")
        self.hang_up("reload: changed: allowed_origins", 4)
        master = self.gateway.process.pid
        before = set(children(master))
        for pid in before:
            os.kill(pid, signal.SIGKILL)

        def replaced():
            now = set(children(master))
            return len(now) == len(before) and not now & before

        wait_until(replaced, "other processes")
        for _ in range(20):
            wait_until(self.listens, "a listener")
            self.assertEqual(self.answer(self.PAGE), b"403")

    def listens(self):
        try:
            self.answer(self.PAGE)
        except OSError:
            return False
        return True

    def test_the_log_file_is_opened_anew(self):
        self.start("log_target = " + str(self.log_file()) + "\n"
                   "log_format = json\n")
        log = self.log_file()
        log.rename(f"{log}.1")
        os.kill(self.gateway.process.pid, signal.SIGHUP)
        wait_until(lambda: log.exists() and "reloaded" in log.read_text(),
                   "a new file")
        for line in log.read_text().splitlines():
            self.assertEqual(sorted(json.loads(line)),
                             ["level", "message", "process", "time"])

    def test_a_log_whose_folder_is_gone_goes_on_where_it_was(self):
        folder = self.log_file().parent / "logs"
        folder.mkdir()
        log = folder / "log"
        self.start(f"log_target = {log}\n")
        folder.rename(f"{folder}.1")
        old = Path(f"{folder}.1") / "log"
        os.kill(self.gateway.process.pid, signal.SIGHUP)
        wait_until(lambda: old.read_text().endswith(" reloaded\n"),
                   "the reload's end")
        self.assertIn(f"reload: log_target: {log}: No such file or directory, "
                      "the log stays", old.read_text())

    def test_a_log_that_was_moved_away_is_left_whatever_is_wrong(self):
        """Else it grows where nobody looks, until the mistake is found."""
        for workers, processes in ("1", 1), ("2", 4):
            with self.subTest(workers=workers):
                log = self.log_file()
                self.start(f"log_target = {log}\n", "--workers", workers)
                self.file.write_text("nonsense\n")
                old = log.rename(f"{log}.1")
                self.refuse_a_reload(log, processes)
                size = old.stat().st_size
                self.refuse_a_reload(log, 2 * processes)
                self.assertEqual(old.stat().st_size, size)
                self.gateway.close()
                log.unlink()

    def refuse_a_reload(self, log, lines):
        os.kill(self.gateway.process.pid, signal.SIGHUP)
        wait_until(lambda: log.exists() and
                   log.read_text().count("stays as it was") == lines,
                   "every process in a new file")

    def log_file(self):
        if not hasattr(self, "log_folder"):
            self.log_folder = tempfile.TemporaryDirectory()
            self.addCleanup(self.log_folder.cleanup)
        return Path(self.log_folder.name) / "log"


class Shipped(unittest.TestCase):
    """Files that are installed with the program."""

    server = "gatewayd"

    def test_the_sample_file_is_right(self):
        sample = ROOT / "gatewayd/gatewayd.conf"
        done = subprocess.run([GATEWAYD, "--config", sample, "--test-config"],
                              capture_output=True, text=True, timeout=PATIENCE,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_health_check_of_the_image_asks_any_address(self):
        check = ROOT / "packaging/docker/healthcheck"
        hosts = ["127.0.0.1"]
        with suppress(OSError), socket.create_server(
                ("::1", 0), family=socket.AF_INET6):
            hosts.append("[::1]")
        for host in hosts:
            gateway = Gatewayd(options=["--status-listen", f"{host}:0"])
            self.addCleanup(gateway.close)
            port = re.search(rf"status {re.escape(host)}:(\d+)",
                             gateway.process.log)[1]
            with self.subTest(host=host):
                done = subprocess.run(
                    ["bash", check], capture_output=True, text=True,
                    env={**os.environ,
                         "GATEWAYD_STATUS_LISTEN": f"{host}:{port}"},
                    timeout=PATIENCE, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_the_unit_is_right(self):
        text = (ROOT / "gatewayd/gatewayd.service.in").read_text()
        text = text.replace("@SBINDIR@/gatewayd", str(GATEWAYD))
        text = text.replace("@SERVICE_USER@", "DynamicUser=yes")
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder) / "gatewayd.service"
            unit.write_text(text)
            done = subprocess.run(
                ["systemd-analyze", "verify", "--man=no", unit],
                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        # It complains of other units of the machine, too.
        self.assertNotIn("gatewayd", done.stderr)

    def test_the_unit_goes_on_without_one_process_that_had_no_memory(self):
        text = (ROOT / "gatewayd/gatewayd.service.in").read_text()
        self.assertRegex(text, r"(?m)^OOMPolicy=continue$")


class PidFile(unittest.TestCase):
    server = "gatewayd"

    def test_it_is_there_as_long_as_the_daemon(self):
        gateway = Gatewayd(options=["--pid-file", "{folder}/pid",
                                    "--workers", "2"])
        self.addCleanup(gateway.close)
        path = gateway.process.folder / "pid"
        self.assertEqual(path.read_text(), f"{gateway.process.pid}\n")
        second = subprocess.run(
            [GATEWAYD, *QUICK, "--register-listen", "127.0.0.1:0",
             "--pid-file", path], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(second.returncode, 2)
        self.assertEqual(second.stderr, f"gatewayd: pid_file: {path}: gatewayd "
                         f"runs already, pid {gateway.process.pid}\n")
        self.check_that_it_goes(gateway, path)

    def check_that_it_goes(self, gateway, path):
        os.kill(gateway.process.pid, signal.SIGTERM)
        self.assertEqual(gateway.process.popen.wait(PATIENCE), 0)
        self.assertFalse(path.exists())

    def test_it_goes_after_reloads_too(self):
        gateway = Gatewayd(options=["--pid-file", "{folder}/pid"])
        self.addCleanup(gateway.close)
        for count in 1, 2:
            os.kill(gateway.process.pid, signal.SIGHUP)
            wait_until(lambda n=count:
                       gateway.process.log.count("reloaded") == n, "a reload")
        self.check_that_it_goes(gateway, gateway.process.folder / "pid")


class ServiceManager(unittest.TestCase):
    server = "gatewayd"

    def managed(self, workers, **environment):
        """gatewayd, and the socket where it tells how it is."""
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind("")  # an abstract name that the kernel chooses
        manager.settimeout(PATIENCE)
        name = manager.getsockname()[1:].decode()
        process = Process(
            ["prlimit", "--core=0", GATEWAYD, *QUICK, "--register-listen",
             "127.0.0.1:0", "--workers", workers], "gatewayd",
            {"NOTIFY_SOCKET": f"@{name}", **environment})
        process.start()
        self.addCleanup(process.discard)
        return process, manager

    def test_its_watchdog_is_fed_with_any_number_of_workers(self):
        for workers in "1", "2":
            process, manager = self.managed(workers, WATCHDOG_USEC="200000")
            told = [manager.recv(4096).split(b"\n")[0] for _ in range(3)]
            self.assertIn(b"WATCHDOG=1", told, workers)
            process.stop()

    def test_with_several_workers_the_master_watches_them(self):
        process, _ = self.managed("2", WATCHDOG_USEC="5000000")
        wait_until(lambda: READY.search(process.log), "its start")
        victim, *others = children(process.pid)
        os.kill(victim, signal.SIGSTOP)
        # Looked at each 2.5 s, it has 5 s without a beat, and 2 s more.
        wait_until(lambda: f"(pid {victim}) hangs" in process.log, "a verdict",
                   3 * PATIENCE)
        os.kill(victim, signal.SIGCONT)
        wait_until(lambda: f"(pid {victim}) was killed by signal 6 (Aborted); "
                   "starting another" in process.log, "its end")
        wait_until(lambda: len(children(process.pid)) == 3, "another")
        self.assertLess(set(others), set(children(process.pid)))
        self.assertEqual(process.log.count(f"(pid {victim}) hangs"), 1)

    def test_it_is_told_of_start_and_stop(self):
        for workers in "1", "2":
            process, manager = self.managed(workers)
            ready = manager.recv(4096).decode()
            self.assertTrue(ready.startswith("READY=1\nSTATUS=websocket://"))
            self.assertTrue(READY.search(process.log))
            process.stop()
            self.assertEqual(manager.recv(4096), b"STOPPING=1")


if __name__ == "__main__":
    unittest.main()
