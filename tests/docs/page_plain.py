"""docs/frameworks/plain.md, as a reader tries it: without nginx. The hosts' test
has the same application behind one."""

import re
import shutil

from blocks import read
from claims import claims
from harness.php import extension_environment
from harness.process import ROOT
from in_chromium import give_php, page_in_chromium, web_server
from place import folder, gatewayd, machines, run_shell

PAGE = "docs/frameworks/plain.md"
LINK = re.compile(r"<(http://127\.0\.0\.1:\d+/\S+)>")


def save_files(home):
    for block in read(PAGE)[0]:
        path = block.info.partition(" ")[2]
        if path:
            (home / path).parent.mkdir(exist_ok=True)
            (home / path).write_text(block.text, encoding="utf-8")
    for path in (ROOT / "examples/page").iterdir():
        shutil.copy(path, home / "public")


@claims(PAGE, "sh", many=True)
def tried_without_nginx(blocks):
    """Opened as the page says, it is bound, and shows what is pushed."""
    start, serve, notice = (block.text for block in blocks)
    url = LINK.search((ROOT / PAGE).read_text(encoding="utf-8"))[1]
    with machines(1) as [host], folder() as home:
        save_files(home)
        give_php(home)
        with gatewayd(host, start, home), \
                web_server(host, serve, home) as server, \
                page_in_chromium(host, url) as page:
            page.wait_for("POST /bind.php: 200")
            said = run_shell(notice, home, extension_environment(),
                             prefix=host.prefix)
            if said:
                raise AssertionError(f"it said {said}")
            page.wait_for("shown: Your parcel is here")
            page.expect_no_fault(server)
