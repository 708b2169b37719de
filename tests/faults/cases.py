"""Cases that are played once each: a part, what is done to it, and what is to
come of it, which the function itself checks."""

import contextlib
import queue
import threading
from dataclasses import dataclass

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

    @property
    def name(self):
        return f"{self.part}/{self.fault}"


class Stage(contextlib.ExitStack):
    """What a case makes is closed at its end, the last thing first."""

    def __init__(self, loop, strict):
        super().__init__()
        self.loop = loop
        self.strict = strict

    def keep(self, made):
        self.callback(made.close)
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


def play(case, loop, strict):
    try:
        with Stage(loop, strict) as stage:
            case.play(stage)
    except Skip as why:
        case.skipped = str(why)
    except Exception as failure:  # pylint: disable=broad-except
        case.seen = f"{type(failure).__name__}: {failure}"


def play_all(cases, loop, strict, at_once):
    todo = queue.Queue()
    for case in cases:
        todo.put(case)

    def work():
        with contextlib.suppress(queue.Empty):
            while True:
                play(todo.get_nowait(), loop, strict)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
