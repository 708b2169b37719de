"""Kills, stops and restarts: a thread per part, with a random sequence of its
own, so a seed gives the same harm to each part whatever the machine does."""

import random
import threading

KILL, STOP, TERMINATE = "kill", "stop", "terminate"
WEIGHTS = {KILL: 6, STOP: 3, TERMINATE: 1}
DOWN = (0.0, 1.5)    # seconds until it is started again
STOPPED = (0.1, 3.0)
# Some of the stops shall be longer than any call may last.


class Tally:
    """How many kills there were, and whether that is enough."""

    def __init__(self, wanted):
        self.wanted, self.kills = wanted, 0
        self.lock = threading.Lock()
        self.enough = threading.Event()

    def count(self):
        with self.lock:
            self.kills += 1
            if self.wanted and self.kills >= self.wanted:
                self.enough.set()


class Tormentor(threading.Thread):
    """Harms one part until it is told to end; leaves it running."""

    def __init__(self, part, seed, pace, tally, spare):
        super().__init__(name=f"tormentor of {part.name}")
        self.part = part
        self.random = random.Random(f"{seed} {part.name}")
        self.up = (0.4 * pace, 1.6 * pace)
        self.tally = tally
        self.spare = spare  # a semaphore: not all gateways at one time
        self.finish = threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.finish.wait(self.random.uniform(*self.up)):
                with self.spare:
                    self.harm()
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def harm(self):
        kinds = [k for k in WEIGHTS if k != TERMINATE or self.part.graceful]
        weights = [WEIGHTS[kind] for kind in kinds]
        kind = self.random.choices(kinds, weights)[0]
        down, stopped = (self.random.uniform(*DOWN),
                         self.random.uniform(*STOPPED))
        if not self.part.expect_running():
            self.part.start()
        elif kind == STOP:
            self.part.pause()
            self.finish.wait(stopped)
            self.part.resume()
        else:
            if kind == KILL:
                self.tally.count()
                self.part.kill()
            else:
                self.part.terminate()
            self.finish.wait(down)
            self.part.start()


class ChildKiller(Tormentor):
    """For php-fpm: its children are killed, and its master replaces them."""

    def harm(self):
        self.tally.count()
        self.part.kill_child(self.random)


def torment(cluster, seed, pace, tally):
    """Starts them all."""
    spare = threading.Semaphore(max(1, len(cluster.gateways) - 1))
    all_of_them = []
    for part in cluster.harmed:
        kind = ChildKiller if part is cluster.application else Tormentor
        limit = spare if part in cluster.gateways else threading.Semaphore()
        all_of_them.append(kind(part, seed, pace, tally, limit))
    for tormentor in all_of_them:
        tormentor.start()
    return all_of_them


def end_torment(tormentors):
    """Returns when all parts run; the failures of those that did not."""
    for tormentor in tormentors:
        tormentor.finish.set()
    for tormentor in tormentors:
        tormentor.join()
    return [f"{t.part.name}: {t.failure}" for t in tormentors if t.failure]
