"""Several rigs at a time, each in a process of its own."""

import itertools
import multiprocessing
import time
import traceback

from . import recorded
from .compare import differences
from .generate import generate
from .rig import CELLS, OUR_CELL, Failure, Rig
from .script import script
from .shrink import Shrinker

PROGRESS = 250      # sequences between two lines
MOST_FAILURES = 5   # of a job; the rest would only repeat them


class Total:
    """What came of the sequences of a job, or of all."""

    def __init__(self):
        self.passed = 0
        self.operations = 0
        self.failures = []
        self.explained = {}
        self.kept = []

    def add(self, other):
        self.passed += other.passed
        self.operations += other.operations
        self.failures += other.failures
        self.kept += other.kept
        for name, count in other.explained.items():
            self.explained[name] = self.explained.get(name, 0) + count


class Fresh:
    """Generated sequences in the four cells, from their seeds. `keep` keeps
    the reference's outcomes of those that passed."""

    def __init__(self, seeds, deadline=None, keep=False):
        self.seeds = seeds
        self.deadline = deadline
        self.keep = keep

    def sequences(self, job, jobs):
        for seed in itertools.islice(self.seeds, job, None, jobs):
            if self.deadline and time.monotonic() > self.deadline:
                return
            yield generate(seed)

    def check(self, rig, sequence, total):
        reference, faults = self.faults(rig, sequence, total.explained)
        if not faults:
            if self.keep:
                total.kept.append((sequence, *reference))
            return None
        which, first = faults[0]
        cells = [which] if which else CELLS[1:]

        def fails(candidate):
            """The same kind of failure, not just any."""
            try:
                return any(kind_of(candidate, d) == kind_of(sequence, first)
                           for _, d in rig.faults(candidate, {}, cells))
            except Failure:
                return which is None

        small = Shrinker(sequence, fails).shrink()
        _, again = self.faults(rig, small, {})
        return told(small, again or faults)

    def faults(self, rig, sequence, explained):
        """The reference's outcomes; [(cell, difference)...]"""
        found = []
        try:
            reference = rig.run(CELLS[0], sequence)
            for which in CELLS[1:]:
                got = rig.run(which, sequence)
                found += [(which, d) for d in differences(
                    sequence, reference, got, which[1], explained)]
        except Failure as failure:
            return None, [(None, failure)]
        return reference, found


class Recorded:
    """The recorded sequences, by the native class on gatewayd."""

    def sequences(self, job, jobs):
        for index, item in enumerate(recorded.read()):
            if index % jobs == job:
                yield item

    def check(self, rig, item, total):
        sequence, outcomes, state = item
        try:
            got = rig.run(OUR_CELL, sequence)
        except Failure as failure:
            return told(sequence, [(None, failure)])
        found = [(OUR_CELL, d) for d in differences(
            sequence, (outcomes, state), got, True, total.explained)]
        if not found:
            return None
        last = found[0][1].index
        cut = {**sequence, "ops": sequence["ops"][:last + 1]} \
            if last is not None else sequence
        return told(cut, found)


def kind_of(sequence, fault):
    """What differs, and after which call."""
    if isinstance(fault, Failure):
        return None
    op = None if fault.index is None else sequence["ops"][fault.index][1]
    return op, fault.member


def told(sequence, faults):
    """A failure, for people."""
    lines = [f"FAIL sequence {sequence['seed']}", script(sequence)]
    for which, fault in faults[:6]:
        name = "" if which is None else \
            f"{'native' if which[1] else 'pure'} × {which[0]}: "
        lines.append(f"  {name}{fault}")
    return "\n".join(lines)


def length(item):
    sequence = item[0] if isinstance(item, tuple) else item
    return len(sequence["ops"])


def work(job, jobs, task, pipe):
    total = Total()
    rig = Rig()
    try:
        for item in task.sequences(job, jobs):
            failure = task.check(rig, item, total)
            total.operations += length(item)
            done = total.passed + len(total.failures) + 1
            if done % PROGRESS == 0:
                print(f"job {job}: {done} sequences", flush=True)
            if failure is None:
                total.passed += 1
            else:
                total.failures.append(failure)
                if len(total.failures) >= MOST_FAILURES:
                    break
    except KeyboardInterrupt:
        total.failures.append("FAIL interrupted")
    except BaseException:  # it is told to the parent
        total.failures.append("FAIL " + traceback.format_exc())
    try:
        rig.close()
    except AssertionError as failure:
        total.failures.append(f"FAIL at the end: {failure}")
    pipe.send(total)
    pipe.close()


def run(jobs, task):
    """The Total of all jobs."""
    context = multiprocessing.get_context("fork")
    total = Total()
    workers = []
    try:
        for job in range(jobs):
            ours, theirs = context.Pipe(False)
            worker = context.Process(target=work,
                                     args=(job, jobs, task, theirs))
            worker.start()
            theirs.close()
            workers.append((worker, ours))
        for worker, pipe in workers:
            try:
                total.add(pipe.recv())
            except EOFError:
                total.failures.append("FAIL a job ended without a word")
            worker.join()
    finally:
        for worker, _ in workers:
            if worker.is_alive():
                worker.terminate()  # which it takes for an interrupt
                worker.join()
    return total
