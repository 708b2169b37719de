"""ws_load (bench/load/) as an object: many WebSockets, and what they get."""

import json
import select
import subprocess

from .row import BIN

EACH_PROCESS = 19000  # connections; a process has 20,000 descriptors or so
PATIENCE = 600        # seconds for one answer


class Load:
    """`count` connections to a server of servers.py; use it with `with`."""

    # pylint: disable-next=too-many-arguments
    def __init__(self, server, count, *, tls=False, named=False, groups=100,
                 processes=0, parallel=256, publishers=1):
        """`named`: connections shall be reached by uid and group, too."""
        self.server = server
        command = [BIN / "ws_load", "--processes",
                   processes or -(-count // EACH_PROCESS),
                   "--groups", groups, "--parallel", parallel,
                   "--publishers", publishers,
                   *server.load_options(named), *(["--tls"] if tls else []),
                   server.tls_address if tls else server.address, count]
        # pylint: disable-next=consider-using-with
        self.popen = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.opened = self._answer()
        if self.opened["opened"] != count:
            self.close()
            raise RuntimeError(f"{server.name}: {self.opened}")
        if named and server.bound_by_commands:
            self.bound = self.ask("bind")

    def _answer(self):
        ready, _, _ = select.select([self.popen.stdout], [], [], PATIENCE)
        line = self.popen.stdout.readline() if ready else ""
        if not line:
            self.popen.kill()
            raise RuntimeError(f"ws_load on {self.server.name} gave up")
        return json.loads(line)

    def ask(self, *words):
        """One measurement; load/main.c lists them."""
        self.popen.stdin.write(" ".join(map(str, words)) + "\n")
        self.popen.stdin.flush()
        return self._answer()

    def close(self):
        self.popen.stdin.close()
        self.popen.stdout.close()
        self.popen.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def rate(answer):
    """Deliveries per second; what was lost was not delivered."""
    return answer["delivered"] / answer["seconds"]


def expect_all(row, name, answer):
    """Says so in the report when messages were lost."""
    if answer["delivered"] != answer["expected"] or answer["lost"]:
        row.note(f"{name}: {answer['expected'] - answer['delivered']:,} of "
                 f"{answer['expected']:,} messages did not arrive, and "
                 f"{answer['lost']} connections were lost")
