"""Cases that are played once each: a part, what is done to it, and what is to
come of it, which the function itself checks."""

import contextlib
import queue
import threading
import time
from dataclasses import dataclass

from lateness import TRIES

REFUSED = "closed at once, wrong secret key?"
# What a gateway warns of that looks for its Register.
WARNINGS = (REFUSED, "lost Register", "cannot reach Register")


class Skip(Exception):
    """Not possible here, with the reason."""


@dataclass
class Case:
    part: str
    fault: str
    outcome: str
    play: object
    seen: str = ""
    skipped: str = ""
    tries: int = 1

    @property
    def name(self):
        return f"{self.part}/{self.fault}"


class Stage(contextlib.ExitStack):
    """What a case makes is closed at its end, the last thing first."""

    def __init__(self, loop, machine):
        super().__init__()
        self.loop = loop
        self.machine = machine
        self.pids = []

    def keep(self, made):
        self.callback(made.close)
        process = getattr(made, "process", None) or getattr(made, "popen",
                                                            None)
        if process:
            self.pids.append(process.pid)
            self.machine.watch(process.pid)
        return made


def collect(into):
    """A decorator: @case(part, fault, outcome)."""
    def case(part, fault, outcome):
        def add(play):
            into.append(Case(part, fault, outcome, play))
            return play
        return add
    return case


def equal(have, want, what):
    if have != want:
        raise AssertionError(f"{what}: {have!r}, expected {want!r}")


def expect_told_once(log):
    """A gateway says that its Register refuses it, and again only after it has
    warned of something else: a busy machine may close so late that the
    connection was lost instead."""
    told = [REFUSED in line for line in log.splitlines()
            if any(text in line for text in WARNINGS)]
    if not any(told):
        raise AssertionError(f"no refusal is told: {log}")
    if any(one and next_one for one, next_one in zip(told, told[1:])):
        raise AssertionError(f"a refusal is told twice: {log}")


def play(case, loop, machine):
    """Whether what was seen is to be judged."""
    begin = time.monotonic()
    stage = Stage(loop, machine)
    case.seen = ""
    try:
        with stage:
            case.play(stage)
    except Skip as why:
        case.skipped = str(why)
    except Exception as failure:  # pylint: disable=broad-except
        case.seen = f"{type(failure).__name__}: {failure}"
    return not case.seen or not machine.disturbed(begin, loop,
                                                  stage.pids)


def play_until_judged(case, loop, machine):
    for case.tries in range(1, TRIES + 1):
        if play(case, loop, machine):
            break


def play_all(cases, loop, machine, at_once):
    todo = queue.Queue()
    for case in cases:
        todo.put(case)

    def work():
        with contextlib.suppress(queue.Empty):
            while True:
                play_until_judged(todo.get_nowait(), loop, machine)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
