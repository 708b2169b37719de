"""What `php --ri gatewayclient` has to say, however it was installed."""

import re

from place import ROOT

HEADER = ROOT / "libgwclient/include/gwclient/version.h"


def expect_info(chroot):
    version = re.search(r'#define GW_VERSION "([^"]+)"',
                        HEADER.read_text())[1]
    text = chroot.run("php --ri gatewayclient")
    for words in (f"Version => {version}\n", "Idle connections => 0\n",
                  "gatewayclient.register_address => 127.0.0.1:1236 =>"):
        assert words in text, f"no {words!r} in\n{text}"


def expect_not_loaded(chroot):
    assert "gatewayclient" not in chroot.run("php -m")
