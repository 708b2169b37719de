"""docs/install/docker.md: what its second gateway does. tests/packages has the
images and the commands."""

import contextlib
import re

from blocks import read
from claims import Skip, claims
from deployed import Nginx, names
from harness.process import ROOT
from place import browser, folder, machines, run_php, typed, wait_listed

PAGE = "docs/install/docker.md"
FOLDER = ROOT / "packaging/docker"


def environments(block):
    """Of each gateway, with the line taken out that the page names."""
    try:
        import yaml
    except ImportError:
        raise Skip("python3-yaml is missing") from None
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    line = re.search("`(GATEWAYD_REGISTER_GRACE.*?)`", (ROOT / PAGE).read_text(
        encoding="utf-8"))[1]
    if line not in text:
        raise AssertionError(f"there is no {line}")
    services = {**yaml.safe_load(text.replace(line, ""))["services"],
                **yaml.safe_load(block)}
    return [services[name]["environment"] for name in ("gatewayd", "gateway2")]


def nginx_conf(upstream):
    passed = "proxy_pass http://gatewayd:7272;"
    text = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    if passed not in text.split("location")[-1]:
        raise AssertionError("that is not in the last location")
    return upstream + text.replace(passed, "proxy_pass http://gateways;")


@claims(PAGE)
def pages_are_at_both_gateways():
    blocks = {block.info: block.text for block in read(PAGE)[0]}
    first, second = environments(blocks["yaml second"])
    with machines(3) as [one, two, front], folder() as home, \
            contextlib.ExitStack() as stack:
        for host in (one, two, front):
            stack.enter_context(names(host, {
                "gatewayd": one.address, "gateway2": two.address,
                "php": front.address}))
        for host, settings in ((one, first), (two, second)):
            stack.enter_context(typed(host, "exec gatewayd", home,
                                      env=settings))
        wait_listed(one, "10.0.0.1:1236", 2)
        (home / "fastcgi_params").touch()
        stack.enter_context(Nginx(front, home,
                                  nginx_conf(blocks["nginx second"])))
        pages = [stack.enter_context(browser(front, 80)) for _ in range(4)]
        found = {page.client_id[:8] for page in pages}
        if found != {"0a000001", "0a000002"}:
            raise AssertionError(f"pages are at {found}")
        run_php(front.prefix, home, """
            GatewayClient\\Gateway::$registerAddress = 'gatewayd:1236';
            GatewayClient\\Gateway::sendToAll('hello');""")
        for page in pages:
            page.expect_text("hello")
