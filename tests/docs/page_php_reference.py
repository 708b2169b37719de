"""docs/php-reference.md: every signature is the extension's, every example is
run on a gatewayd and returns what it says."""

import re
import sys

from claims import claims
from harness.cluster import CLIENT_PHP, GatewaydCluster
from harness.php import Php, php_version_id
from harness.process import PREFIX, ROOT, wait_until
from place import Skip, php_environment

sys.path.insert(0, str(ROOT / "scripts/lib"))

from reference import php_page  # noqa: E402

PAGE = "docs/php-reference.md"
LINE = re.compile(r"(.*?);(?:\s+//.*?)?$")
# true, or what there is instead.
SAME = "(fn($is, $told) => $is === $told ? true : [$is, $told])"
EXPECTED = re.compile(r"(?:^|\s)// => (.*)$")


def statements(text):
    """(expression, what it returns or None) of an example."""
    found = []
    for line in text.splitlines():
        expected = EXPECTED.search(line)
        if line.startswith("// => "):
            found[-1] = (found[-1][0], expected[1])
        else:
            found.append((LINE.match(line)[1], expected and expected[1]))
    return found


@claims(PAGE, "php signature", many=True)
def the_signatures_are_the_extensions(blocks):
    """All of them, and each in its place: in the order of the page's names."""
    if php_version_id() < 80000:
        raise Skip("PHP 8 knows the defaults of internal parameters")
    known = php_page.classes(
        CLIENT_PHP, ["-n", "-d", f"extension={PREFIX}/ext/gatewayclient.so"],
        stub=None, env=php_environment())
    have = sorted(member["signature"] for members in known.values()
                  for kind in ("properties", "methods")
                  for member in dict(members[kind]).values())
    told = sorted(block.text.strip() for block in blocks)
    if have != told:
        raise AssertionError(f"not both: {sorted(set(have) ^ set(told))}")


def run_example(php, block, client):
    for code, expected in statements(block.text):
        if expected:
            code = f"{SAME}({code}, {expected})"
        done = php.call(code, client_id=client.client_id)
        if done.throws or done.warnings or done.echoes:
            raise AssertionError(f"{block}: {code}: {done}")
        if expected and done.value is not True:
            raise AssertionError(f"{block}: {code}: {done.value}")


@claims(PAGE, "php example", many=True)
def every_example_does_what_it_says(blocks):
    """With the one connection that the page's head tells of."""
    with GatewaydCluster() as cluster, Php(True, cluster) as php:
        for block in blocks:
            wait_until(lambda: php.call("Gateway::getAllClientCount()").value
                       == 0, "the last example's connection has ended")
            with cluster.connect() as client:
                php.call("[Gateway::bindUid($id, 'alice'), "
                         "Gateway::joinGroup($id, 'lobby'), "
                         "Gateway::setSession($id, ['level' => 3]), "
                         "Gateway::flush()]", id=client.client_id)
                run_example(php, block, client)
