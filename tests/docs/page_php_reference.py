"""docs/php-reference.md: every signature is the extension's, every example is
run on a gatewayd and returns what it says, every method fails as it says."""

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
# Arguments by name, when nobody listens anywhere.
ARGUMENTS = {
    "$client_id": "'7f000001000100000001'", "$message": "'m'", "$uid": "'u'",
    "$group": "'g'", "$uids": "['u']", "$groups": "['g']", "$session": "[]",
    "$session_str": "'a:0:{}'", "$business_worker_instance": "null",
}
NOT_HEX, NOT_UTF8 = "'bad'", "[\"\\xff\"]"
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


def methods():
    """Gateway's, each with its docstring and the names that it must have."""
    for name, member in php_page.classes()["Gateway"]["methods"].items():
        doc = php_page.Doc(member["doc"])
        names = [text.split(" ")[0] for _, text in doc.of("param")]
        yield name, doc, [n for n in names if n in ARGUMENTS]


def call(name, names, **values):
    given = {f"${key}": value for key, value in values.items()}
    return (f"Gateway::{name}("
            + ", ".join(given.get(n) or ARGUMENTS[n] for n in names) + ")")


def throws(doc, words):
    return any(words in text for _, text in doc.of("throws"))


def warns(doc, words):
    return any(words in text for _, text in doc.failures)


def expect(done, thrown, warned, code):
    """`thrown` and `warned`: a part of the text, or None."""
    text = done.throws and done.throws["message"]
    if (thrown is None) != (text is None) or thrown and not re.search(
            thrown, text):
        raise AssertionError(f"{code}: not {thrown}: {done}")
    if done.throws and "GatewayException" not in done.throws["class"]:
        raise AssertionError(f"{code}: {done}")
    if warned and not any(warned in words for words in done.warnings):
        raise AssertionError(f"{code}: no warning of {warned}: {done}")


@claims(PAGE)
def who_cannot_be_reached_is_told_as_it_says():
    """No Register and no gateway: an exception, or a warning and false."""
    with Php(True, ini={"gatewayclient.register_address": "127.0.0.1:1"}) \
            as php:
        for name, doc, names in methods():
            code = call(name, names)
            done = php.call(code)
            asked = throws(doc, "no Register") or throws(doc, "no answer") \
                or throws(doc, "no event")
            one = warns(doc, "client's gateway") and not asked
            expect(done, "" if asked else None,
                   "gateway failed" if one else None, code)
            if one and done.value is not False:
                raise AssertionError(f"{code}: {done}")


@claims(PAGE)
def bad_names_are_refused_as_it_says():
    """A client_id, an empty group, a name that is not UTF-8."""
    with GatewaydCluster() as cluster, Php(True, cluster) as php:
        for name, doc, names in methods():
            if "$client_id" in names:
                code = call(name, names, client_id=NOT_HEX)
                expect(php.call(code), "client_id bad is invalid"
                       if throws(doc, "20 hex") else None, None, code)
            for list_of in {"$uid", "$uids", "$group", "$groups"} & set(names):
                if "array" in dict(
                        (text.split(" ")[0], kind)
                        for kind, text in doc.of("param"))[list_of]:
                    code = call(name, names, **{list_of[1:]: NOT_UTF8})
                    expect(php.call(code), "UTF-8|JSON"
                           if throws(doc, "UTF-8") else None, None, code)
            if warns(doc, "group is empty"):
                code = call(name, names, group="''")
                done = php.call(code)
                expect(done, None, "empty", code)
                if done.value or done.value is None:
                    raise AssertionError(f"{code}: {done}")
