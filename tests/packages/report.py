"""Counts checks, and says what failed and how long each took."""

import contextlib
import time
import traceback


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    @contextlib.contextmanager
    def check(self, name):
        """A check is a `with` block: what it raises is a failure, and the
        next check goes on."""
        begin = time.monotonic()
        try:
            yield
        except Exception as error:
            self.failed += 1
            print(f"FAIL {name}")
            if isinstance(error, AssertionError):
                print(error)
            else:
                traceback.print_exc()
        else:
            self.passed += 1
            print(f"pass {name} ({time.monotonic() - begin:.1f} s)",
                  flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped: {name} ({why})")

    def close(self):
        """Prints the closing line; the exit status."""
        line = f"{self.passed} passed, {self.failed} failed"
        if self.skipped:
            line += f", {self.skipped} skipped"
        print(line)
        return 1 if self.failed or not self.passed else 0
