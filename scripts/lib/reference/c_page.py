"""docs/c-reference.md, from the comments of the public headers."""

import sys

from . import c_header
from .prose import Page, Prose, slug

TOKENS = [r"GW_\w*…?(?:\(X\))?", r"gw_\w+(?:\(\))?", r"json_\w+\([^()]*\)",
          r"\w+\([^()\s]*\)", r"\*\w+", r"NULL(?!\w)",
          r"(?:JSON|CMD|FLAG)_\w+", r"\w+\.h(?!\w)"]
# The order of the page.
HEADERS = {
    "client.h": "The client",
    "session.h": "Sessions as JSON",
    "types.h": "Slices, client_ids, keys",
    "error.h": "Error codes",
    "frame.h": "Frames",
    "protocol.h": "Commands and flags",
    "version.h": "The version",
}
# Behind an entry: what its comment cannot say.
MORE = {
    "gw_command": "The constants of [GatewayProtocol]"
                  "(php-reference.md#constants) say what each is for.",
}
UMBRELLA = "gwclient.h"  # includes the others, declares nothing
INTRODUCTION = (
    "Every function, type, constant and macro of libgwclient, as the headers "
    "have them: `#include <gwclient/gwclient.h>`. [C API](c-api.md) is the way "
    "in, with programs.")


class CPage(Page):
    def __init__(self, say, headers):
        links = {}
        for header in headers:
            for section in header.sections:
                for entry in section.entries:
                    links[entry.name] = slug(entry.title)
        super().__init__(say, Prose(TOKENS, links))

    def prose_of(self, parts, where):
        items = []
        for part in parts:
            if isinstance(part, c_header.Item):
                text = self.prose(self.say(part.text, where))
                term = self.prose(self.say(part.term, where))
                items.append(term + (self.colon + text if text else ""))
                continue
            self.items(items)
            items = []
            self.paragraph(part, where)
        self.items(items)

    def entry(self, entry):
        self.heading(3, entry.title)
        if entry.signature:
            kind = "struct" if entry.kind == "struct" else "signature"
            self.fence(f"c {kind}", entry.signature)
        self.prose_of(entry.paragraphs, entry.title)
        if entry.name in MORE:
            self.paragraph(MORE[entry.name], entry.name)
        if entry.kind == "struct" and any(m.text for m in entry.members):
            self.table([self.say("member"), ""],
                       [[f"`{m.name}`", self.cell(m, entry)]
                        for m in entry.members])
        elif entry.kind == "enum":
            self.table([self.say("constant"), self.say("value"), ""],
                       [[f"`{m.name}`", f"`{m.value}`", self.cell(m, entry)]
                        for m in entry.members])

    def cell(self, member, entry):
        return self.prose(self.say(member.text, f"{entry.name}.{member.name}"))


def generate(say, other):
    """The page; `other` is its line that links to the other language."""
    names = {path.name for path in c_header.FOLDER.glob("*.h")}
    if names != {UMBRELLA, *HEADERS}:
        sys.exit("scripts/lib/reference/c_page.py: HEADERS lacks, or has too "
                 f"much: {names ^ {UMBRELLA, *HEADERS}}")
    headers = c_header.read(HEADERS)
    page = CPage(say, headers)
    page.heading(1, page.say("C reference"))
    page.block(other)
    page.block("<!-- By scripts/gen-reference, from libgwclient/include -->")
    page.paragraph(INTRODUCTION)
    for header in headers:
        page.heading(2, f"{page.say(HEADERS[header.name])} ({header.name})")
        for section in header.sections:
            if section.title:
                page.heading(2, page.say(section.title[0].upper()
                                         + section.title[1:]))
            page.prose_of(section.paragraphs, header.name)
            for entry in section.entries:
                page.entry(entry)
    return page.text()
