"""The Grafana dashboard: every metric that it asks for is there, and every one
that is there is asked for. promtool reads its expressions and /metrics."""

import http.client
import json
import re
import shutil
import subprocess
import unittest

from harness.cluster import GatewaydCluster
from harness.inner import split_address
from harness.process import ROOT

BOARD = ROOT / "packaging/grafana/gatewayd.json"
METRIC = re.compile(r"\bgatewayd_[a-z_]+")
# What Grafana puts in place of its variables.
VARIABLES = {"$__rate_interval": "1m", "$instance": ".*", "$process": ".*"}


def expressions(board):
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def promtool(*arguments, text):
    return subprocess.run(["promtool", *arguments], input=text,
                          capture_output=True, text=True, check=False)


class Grafana(unittest.TestCase):
    server = "gatewayd"

    @classmethod
    def setUpClass(cls):
        cls.board = json.loads(BOARD.read_text(encoding="utf-8"))
        cluster = GatewaydCluster(options=[
            "--status-listen", "127.0.0.1:0", "--workers", "2"])
        try:
            link = http.client.HTTPConnection(
                *split_address(cluster.gateways[0].status_address), timeout=10)
            link.request("GET", "/metrics")
            cls.metrics = link.getresponse().read().decode()
            link.close()
        finally:
            cluster.close()
        cls.names = set(re.findall(r"^# TYPE (\S+)", cls.metrics, re.MULTILINE))

    def need_promtool(self):
        if not shutil.which("promtool"):
            self.skipTest("there is no promtool")

    def test_it_asks_for_what_is_there_and_for_all_of_it(self):
        asked = set()
        for _, expression in expressions(self.board):
            asked |= set(METRIC.findall(expression))
        self.assertEqual(asked, self.names)

    def test_variables_are_those_that_panels_use(self):
        variables = {one["name"]: one
                     for one in self.board["templating"]["list"]}
        self.assertEqual(variables["datasource"]["type"], "datasource")
        self.assertEqual(variables["datasource"]["query"], "prometheus")
        text = json.dumps(self.board["panels"])
        used = set(re.findall(r"\$\{?([a-z]\w*)", text))
        self.assertEqual(used, set(variables))
        for one in ("instance", "process"):
            self.assertRegex(variables[one]["definition"],
                             rf"^label_values\(gatewayd_up.*, {one}\)$")
        for panel in self.board["panels"]:
            for where in (panel, *panel["targets"]):
                self.assertEqual(where["datasource"], {
                    "type": "prometheus", "uid": "${datasource}"})

    def test_panels_have_numbers_and_places_of_their_own(self):
        panels = self.board["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            taken |= cells

    def test_its_expressions_are_promql(self):
        self.need_promtool()
        rules = []
        for title, expression in expressions(self.board):
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            self.assertNotIn("$", expression, title)
            rules.append({"record": f"panel:{len(rules)}", "expr": expression})
        # YAML takes JSON.
        text = json.dumps({"groups": [{"name": "panels", "rules": rules}]})
        done = promtool("check", "rules", "/dev/stdin", text=text)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{len(rules)} rules found", done.stdout)

    def test_promtool_likes_the_metrics(self):
        self.need_promtool()
        done = promtool("check", "metrics", text=self.metrics)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
