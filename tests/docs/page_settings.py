"""docs/settings.md."""

import json
import re

from claims import claims
from harness.cluster import CLIENT_PHP
from harness.process import PREFIX, ROOT
from place import expect_settings, folder, php_environment, run, run_php

PAGE = "docs/settings.md"
ROW = re.compile(r"^\| `([^`]+)` \| (?:`(.*?)`)? ?\|", re.MULTILINE)
ASK = """
$settings = [];
foreach (ini_get_all('gatewayclient') as $name => $setting) {
    $settings[substr($name, strlen('gatewayclient.'))]
        = (string) $setting['global_value'];
}
$properties = [];
$class = new ReflectionClass('GatewayClient\\Gateway');
foreach ($class->getDefaultProperties() as $name => $value) {
    if ($class->getProperty($name)->isPublic()) {
        $properties['$' . $name] = var_export($value, true);
    }
}
echo json_encode([$settings, $properties]);
"""


def table(heading):
    """Name and default of each line under a heading."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    return dict(ROW.findall(text.split(f"\n## {heading}\n")[1]
                            .split("\n## ")[0]))


@claims(PAGE)
def the_tables_are_the_extension():
    """Every setting and every public property, with its default."""
    said = run([CLIENT_PHP, "-n", "-d",
                f"extension={PREFIX}/ext/gatewayclient.so", "-r", ASK],
               env=php_environment())
    settings, properties = json.loads(said)
    for heading, known in (("In php.ini", settings), ("In code", properties)):
        told = table(heading)
        if told != known:
            raise AssertionError(f"{heading}: the page says {told}, the "
                                 f"extension {known}")


@claims(PAGE, "php properties", "ini")
def both_ways_of_setting(php, ini):
    """The class takes what php.ini says, and the code overrules it."""
    if expect_settings(ini.text) != 3:
        raise AssertionError("not three settings")
    show = """
        echo json_encode([Gateway::$registerAddress,
            OtherCluster::$registerAddress, Gateway::$connectTimeout]);"""
    with folder() as home:
        said = run_php((), home, php.text + show, ini.text)
    both = ["10.0.0.1:1236", "10.0.0.2:1236"]
    if json.loads(said) != [both, both, 0.5]:
        raise AssertionError(f"the class has {said}")
