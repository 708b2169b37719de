"""Blocks that are checked one by one, by their language."""

import json
import shutil

from claims import Skip, by_language
from harness.cluster import CLIENT_PHP
from harness.process import PREFIX
from place import expect_settings, folder, php_file, run, run_php, with_files


@by_language("text")
def output(_):
    """What a program says, or a drawing."""


@by_language("json")
def is_json(block):
    json.loads(block.text)


@by_language("php")
def is_php(block):
    with folder() as home:
        (home / "block.php").write_text(php_file(block.text))
        run([CLIENT_PHP, "-l", home / "block.php"])


@by_language("js")
def is_javascript(block):
    if not shutil.which("node"):
        raise Skip("node is missing")
    with folder() as home:
        (home / "block.mjs").write_text(block.text)
        run(["node", "--check", home / "block.mjs"])


@by_language("ini")
def is_php_ini(block):
    """PHP starts with it and takes the values."""
    text = block.text
    if "extension=" not in text:
        text = "extension=gatewayclient\n" + text
    with folder() as home:
        said = run_php((), home, "", text)
        if said:
            raise AssertionError(said)
    if not expect_settings(block.text):
        raise AssertionError("no setting of ours in it")


@by_language("conf")
def is_gatewayd_conf(block):
    with folder() as home:
        (home / "gatewayd.conf").write_text(with_files(block.text, home))
        run([PREFIX / "bin/gatewayd", "--config", home / "gatewayd.conf",
             "--test-config"])
