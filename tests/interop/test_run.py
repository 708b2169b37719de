"""run.py itself: what becomes of classes that do not end as they should."""

import contextlib
import io
import os
import signal
import sys
import time
import unittest
from unittest import mock

import run
from harness.process import PATIENCE


class Cases:
    """Within a class, they are no tests of this module."""

    class Good(unittest.TestCase):
        def runTest(self):
            pass

    class Gone(unittest.TestCase):
        def runTest(self):
            os._exit(3)

    class Hangs(unittest.TestCase):
        def runTest(self):
            sys.stderr = io.StringIO()  # where it was is no news here
            time.sleep(600)


def groups_of(*names):
    return [[getattr(Cases, name)()] for name in names]


class Beside(unittest.TestCase):
    def setUp(self):
        self.outcome = run.Outcome()
        self.said = io.StringIO()
        self.enterContext(contextlib.redirect_stdout(self.said))

    def expect(self, passed, *lines):
        self.assertEqual(self.outcome.passed, passed)
        self.assertEqual(self.outcome.broken, len(lines))
        for line in lines:
            self.assertIn(line, self.said.getvalue())

    def test_a_class_that_ends_its_process_is_a_failure(self):
        run.run_beside(groups_of("Gone", "Good", "Good"), 2, self.outcome)
        self.expect(2, "FAIL Gone\nits process ended with 3\n")

    def test_one_that_has_not_read_all_is_one_too(self):
        worker = run.Worker(groups_of("Gone"))
        self.addCleanup(worker.end)
        pid = worker.process.pid
        os.kill(pid, signal.SIGSTOP)  # it must not end between the two
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
        worker.give(0)
        worker.pipe.send(0)  # what is not read makes the end a reset
        os.kill(pid, signal.SIGCONT)
        self.assertFalse(worker.collect(self.outcome))
        self.expect(0, "FAIL Gone\nits process ended with 3\n")

    def test_one_that_ended_between_two_classes_is_one_too(self):
        worker = run.Worker(groups_of("Good"))
        self.addCleanup(worker.end)
        worker.process.kill()
        worker.process.join()
        self.assertTrue(worker.give(0))
        self.assertFalse(worker.collect(self.outcome))
        self.expect(0, "FAIL Good\nits process ended with -9\n")

    def test_one_that_hangs_does_not_keep_the_others_from_ending(self):
        wait = run.multiprocessing.connection.wait

        def patient(pipes, limit):
            """The limit begins when the good ones are through."""
            return wait(pipes, limit if self.outcome.passed == 2 else PATIENCE)

        with mock.patch.object(run, "CLASS_LIMIT", 1), \
                mock.patch.object(run.multiprocessing.connection, "wait",
                                  patient):
            run.run_beside(groups_of("Hangs", "Good", "Good"), 2, self.outcome)
        self.expect(2, "FAIL Hangs\nno end after 1 s\n")
