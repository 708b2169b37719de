"""After the last harm: for how long do the parts disagree?"""

import threading
import time

from .books import OK

LIMIT = 3.0
GIVE_UP = 30.0
PAUSE_MS = 40  # holds a child while the others get their requests


class Views:
    """What each of php-fpm's children sees, asked at one time."""

    def __init__(self, desk, application):
        self.desk, self.application = desk, application
        self.calls = []

    def _ask(self):
        calls = self.desk.perform([("pause", PAUSE_MS),
                                   ("getAllClientIdCount",), ("view",)])
        self.calls.append(calls)

    def ask(self):
        """Process -> (count, gateways) or None."""
        self.calls = []
        threads = [threading.Thread(target=self._ask)
                   for _ in self.application.children()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {calls[0].process: calls for calls in self.calls if calls}


def disagreement(views, cluster, registers, fleet):
    """What does not agree yet; '' when all does."""
    gateways = cluster.addresses()
    if not registers.agree_on(gateways):
        return "a Register's list"
    if len(fleet.present) != fleet.count:
        return "a client that has not come back"
    found = views.ask()
    if len(found) != len(cluster.application.children()):
        return "a child of php-fpm that was not met"
    for _, count, view in found.values():
        if count.outcome != OK or count.returned != fleet.count:
            return f"a child's count: {count.returned} {count.text}"
        if view.outcome != OK or frozenset(view.returned) != gateways:
            return f"a child's list: {view.returned}"
    return ""


def converge(views, cluster, registers, fleet):
    """Returns what came last, and whether they agree now."""
    begin = time.monotonic()
    last = ""
    while time.monotonic() - begin < GIVE_UP:
        why = disagreement(views, cluster, registers, fleet)
        if not why:
            return last, True
        last = why
        time.sleep(0.02)
    return last, False
