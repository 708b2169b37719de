"""packaging/docker. There is no engine here: the Dockerfiles' steps are run in
chroots, then what the images run, alone and together as the compose file says,
on one loopback that has the services' names."""

import json
import os
import re
import shlex
import subprocess
import sys

from chroots import Chroot, call, installed
from dockerfile import Build, context_of
from network import Network, Service, wait_until
from pages import Page, expect_all_taken
from place import ROOT, WORK

FOLDER = "packaging/docker"
BROWSER = ROOT / "tests/packages/compose_browser.py"


def run_alone(image, network):
    """The image's own command, its health check, and its end."""
    healthy = image.command(image.health, network)
    dead = subprocess.run(healthy, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    assert dead.returncode != 0, "healthy while nothing runs"
    with Service(image.command(image.program(), network), network,
                   image.ports, image.stop_signal) as process:
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
            ids = next(line for line in status if line.startswith("Uid:"))
        assert "0" not in ids.split()[1:], "the container runs as root"
        wait_until(lambda: subprocess.run(
            healthy, stdin=subprocess.DEVNULL, capture_output=True,
            check=False).returncode == 0, "the health check", interval=0.1)


def compose_config(base, sources, file="compose.yaml"):
    """A compose file as Docker Compose reads it: what is left out filled in,
    paths absolute. The program needs no engine for that."""
    tools = installed(base, "apt-get update && apt-get install -y "
                            "--no-install-recommends docker-compose")
    to_json = ("import json, sys, yaml; "
               "print(json.dumps(yaml.safe_load(sys.stdin)))")
    with Chroot(tools) as chroot:
        chroot.bind(sources, str(sources).lstrip("/"))
        # What the program warns of goes to standard error, which `run` shows
        # too; so the result is the last line.
        text = chroot.run(
            f"docker-compose -f {sources}/{FOLDER}/{file} config "
            f">/tmp/config && python3 -c {shlex.quote(to_json)} </tmp/config")
    return json.loads(text.splitlines()[-1])["services"]


def mount_volumes(chroot, service):
    for volume in service.get("volumes", []):
        if isinstance(volume, str):
            source, target, *_ = volume.split(":")
        else:
            source, target = volume["source"], volume["target"]
        assert os.path.exists(source), f"volume: there is no {source}"
        chroot.bind(source, target.lstrip("/"))


def run_together(services, images, nginx, network):
    """All services with their environment and volumes; then a browser's part:
    a WebSocket and two requests, all through nginx."""
    hosts = WORK / "hosts"
    hosts.write_text("127.0.0.1 localhost " + " ".join(services) + "\n")
    roots = {name: image.chroot for name, image in images.items()}
    roots["nginx"] = nginx
    for name, chroot in roots.items():
        chroot.bind(hosts, "etc/hosts")
        mount_volumes(chroot, services[name])
    # Debian's own site would have the port.
    nginx.run("rm -f /etc/nginx/sites-enabled/default")
    with Service(images["gatewayd"].command(
            images["gatewayd"].program(), network,
            services["gatewayd"]["environment"]), network, [7272, 2900, 1236]), \
        Service(images["php"].command(
            images["php"].program(), network,
            services["php"]["environment"]), network, [9000],
            images["php"].stop_signal), \
        Service(nginx.command(
            ["nginx", "-g", "daemon off;"], network=network), network, [80],
            "SIGQUIT"):
        print(call(*network.enter(), sys.executable, BROWSER, "80"))


def check_second(page, base, sources):
    """The compose file with the page's second gateway, which differs from the
    first in its name, and in that it has no Register."""
    text = (sources / FOLDER / "compose.yaml").read_text()
    block = re.search(r"^```yaml second\n(.*?)^```", page.text,
                      re.DOTALL | re.MULTILINE)[1]
    (sources / FOLDER / "second.yaml").write_text(
        text.replace("\n  php:\n", f"\n{block}\n  php:\n"))
    services = compose_config(base, sources, "second.yaml")
    first, second = services["gatewayd"], services["gateway2"]
    for key in {*first, *second} - {"environment"}:
        assert first.get(key) == second.get(key), \
            f"{key}: {first.get(key)}, {second.get(key)}"
    missing = set(first["environment"]) - set(second["environment"])
    assert missing == {"GATEWAYD_REGISTER_LISTEN",
                       "GATEWAYD_REGISTER_GRACE"}, missing


def check_page(report, page, services):
    """Its commands need an engine; that they name files and services that
    exist is seen without."""
    with report.check("the page's commands name what there is"):
        for block in [*page.take("gatewayd alone"), *page.take("The demo")]:
            for line in block.replace("\\\n", "").splitlines():
                words = shlex.split(line)
                assert words[0] == "docker", line
                if "-f" in words:
                    file = words[words.index("-f") + 1]
                    assert (ROOT / file).is_file(), f"there is no {file}"
    with report.check("the page is for Debian 12's Docker, too"):
        for volume in re.findall(r"`-v ([^`]*)", page.text):
            assert volume.startswith('"$PWD/'), f"relative: -v {volume}"
        assert "`docker-compose`" in page.text, "no word of docker-compose"
    report.skip("docker build, docker run, docker compose up",
                "no Docker engine; the steps were run in chroots")
    assert set(services) == {"gatewayd", "php", "nginx"}, set(services)


def run(report, base, sources):
    page = Page("docker.md")
    context = context_of(sources, WORK / "trees/docker")
    services = {}
    with report.check("the compose file, read by Docker Compose"):
        services = compose_config(base, sources)
    with report.check("a second gateway, read by Docker Compose"):
        check_second(page, base, sources)
    with Network() as network, \
            Build(sources / FOLDER / "Dockerfile", context, base) as gatewayd:
        with report.check("gatewayd's image: runs as nobody, health, SIGTERM"):
            run_alone(gatewayd, network)
        nginx = installed(base, "apt-get update && apt-get install -y "
                                "--no-install-recommends nginx")
        with report.check("gatewayd, php and nginx together"), \
                Build(sources / FOLDER / "php.Dockerfile", context,
                      base) as php, Chroot(nginx) as front:
            run_together(services, {"gatewayd": gatewayd, "php": php}, front,
                         network)
    check_page(report, page, services)
    expect_all_taken(report, page)
