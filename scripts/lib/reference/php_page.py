"""docs/php-reference.md, from the docstrings of stubs/GatewayClient.php."""

import json
import re
import subprocess
import sys
from pathlib import Path

from .prose import Page, Prose, slug

ROOT = Path(__file__).resolve().parents[3]
TOKENS = [r"gatewayclient\.\w+", r"\\?[A-Z]\w*::\$?\w+(?:\(\))?",
          r"\w+\([^()\s]*\)", r"\$\w+",
          r"(?:E|CMD|FLAG)_[A-Z_]+", r"HEAD_LEN(?!\w)",
          r"__PHP_Incomplete_Class", r"(?:GatewayException|TypeError)(?!\w)",
          r"(?:null|true|false)(?!\w)", r"\[\]", r"''"]

# The order of the page; every public method has its place.
GROUPS = [
    ("Messages", ["sendToAll", "sendToClient", "sendToUid", "sendToGroup",
                  "flush"]),
    ("One connection", ["bindUid", "unbindUid", "joinGroup", "leaveGroup",
                        "isOnline", "getUidByClientId", "closeClient",
                        "destoryClient", "destroyClient"]),
    ("Uids", ["isUidOnline", "isUidsOnline", "getClientIdByUid",
              "batchGetClientIdByUid", "getAllUidList", "getAllUidCount"]),
    ("Groups", ["ungroup", "getClientIdListByGroup", "getClientIdCountByGroup",
                "getClientCountByGroup", "batchGetClientIdCountByGroup",
                "getUidListByGroup", "getUidCountByGroup", "getAllGroupIdList",
                "getAllGroupUidList", "getAllGroupUidCount",
                "getAllGroupClientIdList", "getAllGroupClientIdCount"]),
    ("Every connection", ["getAllClientIdList", "getAllClientIdCount",
                          "getAllClientCount"]),
    ("Sessions", ["setSession", "updateSession", "setSocketSession",
                  "getSession", "getAllClientSessions",
                  "getClientSessionsByGroup", "getAllClientInfo",
                  "getClientInfoByGroup"]),
    ("Inside a BusinessWorker", ["setBusinessWorker", "destoryCurrentClient"]),
]
GROUPED = "Gateway"
# Behind a class: what its docstring cannot say.
MORE = {"GatewayException": "[Troubleshooting](troubleshooting.md) has every "
                            "message, with its cause and remedy."}
INTRODUCTION = [
    "Every class of the extension `gatewayclient` with its public methods, "
    "properties and constants, all static, in the namespace `GatewayClient`. "
    "[PHP API](php-api.md) is the overview: what fails how, and what happens "
    "in requests and processes. [Settings](settings.md) has those of php.ini.",
    "A client_id is the 20 hex digits that a page gets in its first message; it "
    "means one connection. A uid or a group is a string or an integer, and 7 "
    "is the same one as \"7\". An argument of a type that cannot be used "
    "raises a TypeError. In the examples `$client_id` is the one connection "
    "there is, bound to alice and in the group lobby.",
]


def classes(php="php", arguments=("-n",), stub="stubs/GatewayClient.php",
            env=None):
    """What Reflection knows, of the stub file or of the extension."""
    command = [php, *arguments, Path(__file__).with_name("classes.php")]
    if stub:
        command.append(ROOT / stub)
    return json.loads(subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=True, encoding="utf-8", timeout=60, env=env).stdout)


class Doc:
    """A docstring: paragraphs, examples, failures, and tags."""

    def __init__(self, comment):
        self.paragraphs, self.examples, self.failures = [], [], []
        self.tags = []
        text = re.sub(r"^/\*\*|\*/$", "", comment.strip())
        lines = [re.sub(r"^\s*\* ?", "", line).rstrip()
                 for line in text.splitlines()]
        for part in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
            self._take(part)

    def _take(self, part):
        if part.startswith("    "):
            self.examples.append("\n".join(
                line[4:] for line in part.splitlines()))
            return
        for text in re.split(r"\n(?=@)|^ *(?=@)", part):
            text = " ".join(text.split())
            failure = re.match(r"(E_[A-Z]+): (.*)", text)
            if failure:
                self.failures.append((failure[1], failure[2].rstrip(".")))
            elif text.startswith("@"):
                name, kind, rest = (text[1:].split(" ", 2) + ["", ""])[:3]
                self.tags.append((name, kind, rest))
            elif text:
                self.paragraphs.append(text)

    def of(self, name):
        return [(kind, rest) for tag, kind, rest in self.tags if tag == name]


class PhpPage(Page):
    def __init__(self, say, known):
        links = {}
        for owner, members in known.items():
            for name in members["methods"]:
                links[name] = slug(title(owner, name + "()"))
                links[f"{owner}::{name}"] = links[name]
            for name in members["properties"]:
                if owner != "Context":  # whose names are arguments elsewhere
                    links["$" + name] = slug(title(owner, "$" + name))
        links["GatewayException"] = "gatewayexception"
        super().__init__(say, Prose(TOKENS, links))

    def item(self, head, text, where):
        text = self.prose(self.say(text, where)) if text else ""
        return f"{head}{self.colon}{text}" if text else head

    def property(self, owner, name, member):
        where = f"{owner}::${name}"
        doc = Doc(member["doc"])
        self.heading(3, title(owner, "$" + name))
        self.fence("php signature", member["signature"])
        for text in doc.paragraphs:
            self.paragraph(text, where)
        self.items([self.item(f"`{kind}`", text, where)
                    for kind, text in doc.of("var")])

    def method(self, owner, name, member):
        where = f"{owner}::{name}()"
        doc = Doc(member["doc"])
        self.heading(3, title(owner, name + "()"))
        self.fence("php signature", member["signature"])
        for text in doc.paragraphs:
            self.paragraph(text, where)
        items = []
        for kind, text in doc.of("param"):
            variable, _, text = text.partition(" ")
            items.append(self.item(f"`{variable}` (`{kind}`)", text, where))
        for kind, text in doc.of("return"):
            items.append(self.item(f"{self.say('returns')} `{kind}`", text,
                                   where))
        for level, text in doc.failures:
            items.append(self.item(f"`{level}`", text, where))
        for kind, text in doc.of("throws"):
            items.append(self.item(
                f"{self.say('throws')} {self.prose(kind)}", text, where))
        self.items(items)
        for example in doc.examples:
            self.fence("php example", example)

    def constants(self, owner, members):
        rows = []
        for name, member in members.items():
            where = f"{owner}::{name}"
            text = " ".join(Doc(member["doc"]).paragraphs)
            rows.append([f"`{name}`", f"`{member['value']}`",
                         self.prose(self.say(text, where))])
        self.heading(3, self.say("Constants"))
        self.table([self.say("constant"), self.say("value"), ""], rows)

    def owner(self, name, members):
        self.heading(2, name)
        for text in Doc(members["doc"]).paragraphs:
            self.paragraph(text, name)
        if name in MORE:
            self.paragraph(MORE[name], name)
        if members["constants"]:
            self.constants(name, members["constants"])
        for member in members["properties"]:
            self.property(name, member, members["properties"][member])
        groups = GROUPS if name == GROUPED else [
            ("", list(members["methods"]))]
        for heading, methods in groups:
            if heading:
                self.heading(2, self.say(heading))
            for member in methods:
                self.method(name, member, members["methods"][member])


def title(owner, name):
    return name if owner == GROUPED else f"{owner}::{name}"


def check_groups(known):
    have = list(known[GROUPED]["methods"])
    placed = [name for _, names in GROUPS for name in names]
    wrong = sorted(set(have) ^ set(placed))
    if wrong or len(placed) != len(set(placed)):
        sys.exit("scripts/lib/reference/php_page.py: GROUPS and the stub "
                 f"differ: {', '.join(wrong) or 'a name twice'}")


def generate(say, other):
    """The page; `other` is its line that links to the other language."""
    known = {name: {key: value or {} for key, value in members.items()}
             for name, members in classes().items()}
    check_groups(known)
    page = PhpPage(say, known)
    page.heading(1, page.say("PHP reference"))
    page.block(other)
    page.block("<!-- By scripts/gen-reference, from ext/gatewayclient.stub.php "
               "-->")
    for text in INTRODUCTION:
        page.paragraph(text)
    for name in (GROUPED, "Context", "GatewayProtocol", "GatewayException"):
        page.owner(name, known.pop(name))
    if known:
        sys.exit(f"php_page.py: {', '.join(known)}: no place on the page")
    return page.text()
