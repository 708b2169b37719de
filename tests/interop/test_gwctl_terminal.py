"""gwctl for people: on a terminal, in pipes, and with a shell's completion."""

import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import gwctl
from harness.children import connections
from harness.gwctl import GWCTL, Running
from harness.inner import split_address
from harness.process import PATIENCE, wait_until
from test_gwctl import GwctlTest

TERMINAL = {"TERM": "xterm"}


class Terminal(GwctlTest):
    gateways = 1
    shared = True

    def start(self, *words, terminal=(80, 24), env=None):
        running = Running(self.cluster, *words, terminal=terminal,
                          env={**TERMINAL, **(env or {})})
        self.addCleanup(running.close)
        return running

    def test_watch_draws_over_itself(self):
        running = self.start("watch", "--interval", "0.05")
        running.wait_out(b"0 connections, 1 gateways")
        client = self.page(0, "ann", "lobby")
        running.wait_out(b"1 connections, 1 gateways")
        running.wait_out(b"+1")
        running.wait_out(b"lobby")
        self.assertEqual(running.out.count(b"\033[2J"), 1)
        self.assertGreaterEqual(running.out.count(b"\033[H"), 2)
        # Nothing is left of a longer line or a longer table.
        for round_ in running.out.split(b"\033[H")[1:-1]:
            self.assertTrue(round_.endswith(b"\033[J"), round_)
            for line in round_[:-3].splitlines():
                self.assertTrue(line.endswith(b"\033[K"), line)
        client.close()
        running.wait_out(b"-1")
        self.assertEqual(running.stop(), 0)

    def test_new_sizes_do_not_hold_it(self):
        running = self.start("watch", "--interval", "3")
        running.wait_out(b"0 connections")
        for _ in range(20):
            drawn = running.read().count(b"\033[H")
            running.signal(signal.SIGWINCH)
            wait_until(lambda: running.read().count(b"\033[H") > drawn,
                       "that it draws again")
        self.page(0, None)
        running.wait_out(b"1 connections")  # the second round is not late
        self.assertEqual(running.stop(), 0)

    def test_a_new_size_while_the_terminal_stands_still(self):
        running = self.start("watch", "--interval", "0.05")
        running.wait_out(b"0 connections")
        os.write(running.master, b"\x13")  # Ctrl-S
        wait_until(running.waits_to_write, "that it waits for the terminal")
        running.signal(signal.SIGWINCH)
        os.write(running.master, b"\x11")  # Ctrl-Q
        client = self.page(0, None)
        running.wait_out(b"1 connections")
        client.close()
        self.assertEqual(running.stop(), 0)

    def test_it_fits_the_terminal(self):
        for number in range(30):
            self.page(0, None, f"group {number} with quite a long name")
        running = self.start("watch", "--count", "1", terminal=(30, 10))
        self.assertEqual(running.ended(), 0)
        drawn = running.out.decode().split("\033[H")[1]
        lines = re.sub(r"\033\[\w", "", drawn).splitlines()
        self.assertLess(len(lines), 10)
        self.assertLessEqual(max(map(len, lines)), 30)

    def test_a_dumb_terminal_gets_no_commands(self):
        running = self.start("watch", "--count", "2", "--interval", "0.05",
                             env={"TERM": "dumb"})
        self.assertEqual(running.ended(), 0)
        self.assertNotIn(b"\033", running.out)

    def test_names_do_nothing_to_it(self):
        self.page(0, "\033[31mred\u202e", "a\nb")
        for words in (("uids",), ("groups",), ("sessions",),
                      ("watch", "--count", "1")):
            running = self.start(*words)
            self.assertEqual(running.ended(), 0)
            text = re.sub(rb"\033\[[HJK]|\033\[2J", b"", running.out)
            self.assertNotIn(b"\033", text)
            self.assertNotIn("\u202e".encode(), text)
        self.assertIn(b"a\\nb", text)

    def test_progress_of_long_work(self):
        bench = ("bench", "online", "--count", "1000000")
        port = split_address(self.cluster.gateways[0].inner_address)[1]
        before = connections(port)
        quiet = self.start("--quiet", *bench)
        wait_until(lambda: connections(port) > before, "its connection")
        loud = self.start(*bench)  # tells of it later than the other would
        loud.wait_out(b" of 1000000 answered")
        for running in (quiet, loud):
            running.signal(signal.SIGINT)
            self.assertEqual(running.ended(), 1)
            self.assertIn(b"rate", running.out)
        self.assertNotIn(b" of 1000000", quiet.out)


class Shell:
    """A shell that believes that somebody types."""

    def __init__(self, *command):
        self.out = ""
        self.master, slave = pty.openpty()
        self.popen = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True,
            env={**gwctl.environment(), "TERM": "dumb", "PS1": "> ",
                 "PATH": f"{GWCTL.parent}:{os.environ['PATH']}"})
        os.close(slave)
        os.set_blocking(self.master, False)

    def write(self, text):
        os.write(self.master, text.encode())

    def wait(self, text):
        """Waits until this came, behind what was waited for before."""
        def came():
            try:
                self.out += os.read(self.master, 65536).decode()
            except BlockingIOError:
                pass
            return text in self.out

        wait_until(came, lambda: f"{text!r}, have {self.out!r}")
        self.out = self.out.partition(text)[2]

    def close(self):
        self.popen.kill()
        self.popen.wait()
        os.close(self.master)


class Pipes(GwctlTest):
    gateways = 1

    def run_into_closed(self, *words, restore=True):
        """Its standard output is a pipe that nobody reads."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return subprocess.run(
                gwctl.command(*words), stdin=subprocess.DEVNULL,
                stdout=writer, stderr=subprocess.PIPE, check=False,
                env=gwctl.environment(self.cluster), timeout=6 * PATIENCE,
                restore_signals=restore)
        finally:
            os.close(writer)

    def test_a_reader_that_is_gone(self):
        for words in (("online",), ("gateways",), ("watch",), ("help",),
                      ("watch", "--json")):
            done = self.run_into_closed(*words)
            self.assertEqual(done.returncode, -signal.SIGPIPE, (words, done))
            self.assertEqual(done.stderr, b"")

    def test_is_an_error_where_sigpipe_is_ignored(self):
        done = self.run_into_closed("online", restore=False)
        self.assertEqual(done.returncode, 5, done)
        self.assertIn(b"Broken pipe", done.stderr)

    def test_interrupted(self):
        running = Running(self.cluster, "send-to-all", "-")
        self.addCleanup(running.close)
        client = self.connect()
        running.write(b"before\n")
        client.expect_text("before")
        running.signal(signal.SIGINT)
        self.assertEqual(running.ended(), -signal.SIGINT)

    def test_a_gateway_that_stands_still_does_not_hold_it(self):
        running = Running(self.cluster, "watch", "--interval", "0.05",
                          "--timeout", "600")
        self.addCleanup(running.close)
        running.wait_out(b"0 connections")

        def interrupt():
            running.signal(signal.SIGINT)
            return running.popen.poll() is not None

        gateway = self.cluster.gateways[0]
        gateway.process.pause()
        try:
            # The first asks, and the second does not wait for the answer.
            wait_until(interrupt, "its end", interval=0.05)
            self.assertIn(running.ended(), (0, -signal.SIGINT))
        finally:
            gateway.process.resume()


class Completion(unittest.TestCase):
    server = "gatewayd"

    def script(self, shell):
        done = gwctl.run(None, "completion", shell)
        self.assertEqual((done.status, done.err), (0, ""))
        return done.out

    def run_shell(self, *command, text):
        done = subprocess.run(command, input=text.encode(),
                              capture_output=True, timeout=6 * PATIENCE,
                              env={**gwctl.environment(),
                                   "PATH": f"{GWCTL.parent}:"
                                           f"{os.environ['PATH']}"},
                              check=False)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(done.stderr, b"", done)
        return done.stdout.decode()

    def bash(self, *words):
        """What bash would offer for the last of the words."""
        quoted = " ".join("'" + w.replace("'", "'\\''") + "'" for w in words)
        return set(self.run_shell(
            "bash", "--norc", "--noprofile", "-u", "-s",
            text=f"""{self.script("bash")}
                complete -p gwctl >/dev/null || exit 1
                COMP_WORDS=(gwctl {quoted})
                COMP_CWORD={len(words)}
                _gwctl gwctl "${{COMP_WORDS[COMP_CWORD]}}" \
                    "${{COMP_WORDS[COMP_CWORD-1]}}"
                printf '%s\\n' "${{COMPREPLY[@]}}"
            """).splitlines()) - {""}

    def test_bash_knows_the_function(self):
        text = self.run_shell("bash", "--norc", "--noprofile", "-s",
                              text=self.script("bash")
                              + "\ncomplete -p gwctl\n")
        self.assertEqual(text, "complete -F _gwctl gwctl\n")

    def test_bash_offers_commands(self):
        commands = self.bash("")
        self.assertLessEqual({"send-to-uid", "session", "watch", "help"},
                             commands)
        self.assertEqual(self.bash("send-to-"), {
            "send-to-uid", "send-to-group", "send-to-client", "send-to-all"})
        self.assertEqual(self.bash("--timeout", "3", "se"), {
            "send-to-uid", "send-to-group", "send-to-client", "send-to-all",
            "session", "sessions"})
        self.assertEqual(self.bash("--timeout", "=", "3", "wa"), {"watch"})
        self.assertEqual(self.bash("--json", "wa"), {"watch"})
        for address in ((), ("=",)):
            for host in (("127.0.0.1",), ("[", "::", "1]")):
                self.assertEqual(self.bash("--register", *address, *host, ":",
                                           "1236", "wa"), {"watch"})
        self.assertEqual(self.bash("session", ""), {"get", "set", "update"})
        self.assertEqual(self.bash("completion", ""),
                         {"bash", "zsh", "fish"})
        self.assertIn("send-to-all", self.bash("bench", ""))
        self.assertIn("uids", self.bash("help", "u"))
        self.assertEqual(self.bash("help", "session", ""),
                         {"get", "set", "update"})
        for words in (("help", "uids"), ("help", "uids", "session"),
                      ("help", "session", "get")):
            self.assertEqual(self.bash(*words, ""), set())
        self.assertEqual(self.bash("bench", "online", ""), set())

    def test_bash_offers_a_commands_options(self):
        options = self.bash("send-to-all", "--")
        self.assertLessEqual({"--whole", "--exclude", "--register", "--json"},
                             options)
        self.assertNotIn("--insecure", options)
        self.assertEqual(self.bash("listen", "ws://h", "--ins"),
                         {"--insecure"})
        self.assertEqual(self.bash("session", "set", "--conf"),
                         {"--confirm", "--config"})
        self.assertNotIn("--whole", self.bash("--"))
        self.assertNotIn("--secret-key", self.bash("--"))

    def test_bash_offers_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "some-key"
            path.touch()
            begin = str(path)[:-3]
            self.assertEqual(self.bash("--secret-key-file", begin),
                             {str(path)})
            self.assertEqual(self.bash("--secret-key-file", "=", begin),
                             {str(path)})
            path = path.rename(Path(folder) / "a key")
            self.assertEqual(self.bash("--config", f"{folder}/"), {str(path)})
            self.assertEqual(self.bash("--timeout", ""), set())

    def test_bash_goes_on_in_folders(self):
        """As to bash itself, a folder is no end: compopt tells it so."""
        text = self.run_shell(
            "bash", "--norc", "--noprofile", "-s", text=self.script("bash")
            + """
                compopt() { printf '%s\\n' "$*"; }
                COMP_WORDS=(gwctl --config /et)
                COMP_CWORD=2
                _gwctl gwctl /et --config
                printf '%s\\n' "${COMPREPLY[@]}"
            """)
        self.assertEqual(text, "-o filenames\n/etc\n")

    @unittest.skipUnless(shutil.which("zsh"), "zsh is missing")
    def test_zsh_reads_it(self):
        text = self.run_shell(
            "zsh", "-f", "-s", text="autoload -Uz compinit; compinit -D -u\n"
            + self.script("zsh") + "\nprint -r -- $_comps[gwctl]\n")
        self.assertEqual(text, "_gwctl\n")

    @unittest.skipUnless(shutil.which("zsh"), "zsh is missing")
    def test_zsh_completes_on_a_terminal(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "_gwctl"
            script.write_text(self.script("zsh"))
            shell = Shell("zsh", "-f", "-i")
            self.addCleanup(shell.close)
            shell.write("autoload -Uz compinit; compinit -D -u; "
                        f"source {script}; print rea''dy\n")
            shell.wait("ready\r\n")
        for begin, whole in (("gwctl wa", "tch "), ("gwctl --qui", "et "),
                             ("gwctl uids --qui", "et "),
                             ("gwctl session set x --confir", "m "),
                             ("gwctl bench send-to-a", "ll ")):
            shell.write(begin + "\t")
            shell.wait(begin + whole)
            shell.write("\x15")  # the line is deleted

    @unittest.skipUnless(shutil.which("fish"), "fish is missing")
    def test_fish_offers_commands_and_options(self):
        def offered(line):
            text = self.run_shell(
                "fish", "--no-config",
                text=self.script("fish") + f"\ncomplete -C '{line}'\n")
            return {row.split("\t")[0] for row in text.splitlines()}

        self.assertEqual(offered("gwctl send-to-"), {
            "send-to-uid", "send-to-group", "send-to-client", "send-to-all"})
        self.assertEqual(offered("gwctl session "), {"get", "set", "update"})
        self.assertEqual(offered("gwctl --register 127.0.0.1:1236 wa"),
                         {"watch"})
        self.assertEqual(offered("gwctl help uid"), {"uids"})
        self.assertIn("--insecure", offered("gwctl listen --in"))
        self.assertNotIn("--insecure", offered("gwctl uids --in"))


if __name__ == "__main__":
    unittest.main()
