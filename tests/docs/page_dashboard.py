"""docs/dashboard.md: the status pages, with a token, behind nginx, and what
Prometheus is told."""

import json
import os
import re
import shutil

from claims import Skip, claims
from deployed import Nginx, program
from page_deployment import configured
from harness.process import wait_until
from place import (environment, folder, machines, run, wait_listed,
                   with_files)

PAGE = "docs/dashboard.md"
METRIC = re.compile(r"\bgatewayd_[a-z_]+")
SECRET = re.compile(r"^[0-9a-f]{48}$")


def shell(host, home, text):
    return run([*host.prefix, "bash", "-ec", with_files(text, home)],
               env={**os.environ, **environment(home)})


def expect(said, *texts):
    for text in texts:
        if text not in said:
            raise AssertionError(f"{text!r} in {said[:500]!r}")


@claims(PAGE, "conf on", "sh on", "json top")
def switched_on(conf, look, example):
    with machines(1) as [host], folder() as home, \
            configured(host, home, conf.text):
        wait_listed(host, "127.0.0.1:1236")
        expect(shell(host, home, look.text), "ok\n")
        expect(shell(host, home, "curl -sSi http://127.0.0.1:9272/"
                     " -H 'Accept: text/html'"),
               "Content-Security-Policy: default-src 'none';",
               "<title>gatewayd</title>")
        # What is in the answer is what the page shows of it.
        shape = json.loads(example.text)

        def top():
            status = json.loads(shell(
                host, home, "curl -sS http://127.0.0.1:9272/status"))
            return status["totals"]["top"]

        first = top()
        found = wait_until(top, "the lists")
        if first is not None or sorted(found) != sorted(shape):
            raise AssertionError(f"{first}, {found}")


@claims(PAGE, "sh token", "conf token", "sh with-token", "nginx behind")
def with_a_token(make, conf, ask, nginx):
    with machines(1) as [host], folder() as home:
        shell(host, home, make.text.replace("-g gatewayd", "-g root"))
        token = (home / "etc/gatewayd/status.token").read_text().strip()
        if not SECRET.match(token):
            raise AssertionError(f"a token of {len(token)} characters")
        with configured(host, home, conf.text) as process:
            if "warning" in process.log or token in process.log:
                raise AssertionError(process.log)
            wait_listed(host, "127.0.0.1:1236")
            expect(shell(host, home, ask.text), '"processes":[', "gatewayd_up{")
            expect(shell(host, home, "curl -sSi http://10.0.0.1:9272/status"),
                   "HTTP/1.1 401 ", "WWW-Authenticate: Basic ")
            for path in ("healthz", "livez"):
                expect(shell(host, home,
                             f"curl -sS http://10.0.0.1:9272/{path}"), "ok\n")
            with Nginx(host, home, nginx.text):
                there = "curl -ksS https://127.0.0.1/gatewayd/"
                expect(shell(host, home, f"{there} -i"), "HTTP/1.1 401 ")
                expect(shell(host, home, f"{there} -u me:{token}"),
                       "<title>gatewayd</title>")
                expect(shell(host, home, f"{there}status -u me:{token}"),
                       '"processes":[')
        with configured(host, home,
                        conf.text.split("status_token_file")[0]) as process:
            expect(process.log, "warning: whoever reaches status_listen "
                   "10.0.0.1:9272 sees uids and groups")


@claims(PAGE, "sh tunnel")
def a_tunnel(block):
    ssh = program("ssh")
    words = block.text.split()
    said = run([ssh, "-G", "-F", "/dev/null", *words[1:]])
    expect(said, "localforward 9272 [127.0.0.1]:9272",
           "hostname gateway.example.com")


@claims(PAGE, "yaml scrape", "yaml alerts")
def what_prometheus_reads(scrape, alerts):
    if not shutil.which("promtool"):
        raise Skip("promtool is missing")
    with machines(1) as [host], folder() as home:
        (home / "rules.yml").write_text(alerts.text)
        expect_a_burst_is_told(home)
        (home / "prometheus.yml").write_text(
            with_files(scrape.text, home) + "rule_files: [rules.yml]\n")
        (home / "etc/prometheus/gatewayd.token").write_text("token\n")
        expect(run(["promtool", "check", "config", home / "prometheus.yml"]),
               "4 rules found")
        with configured(host, home, "status_listen = 127.0.0.1:9272\n"):
            told = shell(host, home, "curl -sS http://127.0.0.1:9272/metrics")
        missing = set(METRIC.findall(alerts.text)) - set(METRIC.findall(told))
        if missing:
            raise AssertionError(f"there is no {missing}")


def expect_a_burst_is_told(home):
    """By rules.yml: messages that were lost all at once, and none after that."""
    lost = {"process": "0", "job": "gatewayd", "instance": "10.0.0.1:9272"}
    labels = ",".join(f'{name}="{value}"' for name, value in lost.items())
    checks = [{"alertname": "GatewaydLosesMessages", "eval_time": time,
               "exp_alerts": alerts}
              for time, alerts in (("4m", []), ("6m", [{"exp_labels": lost}]))]
    (home / "burst.yml").write_text(json.dumps({
        "rule_files": ["rules.yml"], "evaluation_interval": "15s",
        "tests": [{"interval": "15s", "alert_rule_test": checks,
                   "input_series": [
                       {"series": f"gatewayd_dropped_total{{{labels}}}",
                        "values": "0x20 500x60"},
                       {"series": f"gatewayd_worker_dropped_total{{{labels}}}",
                        "values": "0x80"}]}]}))
    run(["promtool", "test", "rules", home / "burst.yml"])
