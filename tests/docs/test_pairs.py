"""pairs.py finds what it is there for: a pair that is in step, with one thing
changed in the Chinese page."""

import pairs
from harness.process import ROOT
from place import folder

PAGE = "docs/frameworks/thinkphp.md"
# What is changed: (from, to, a word of the fault or None).
CHANGES = {
    "a heading less": ("\n## 绑定\n", "\n", "headings"),
    "a deeper heading": ("\n## 绑定\n", "\n### 绑定\n", "headings"),
    "a block's name": ("```ini .env", "```ini env", "blocks"),
    "code": ("php think service:discover", "php think service:find", "code"),
    "a string that is not Chinese": ("'push/index', [", "'push', [", "code"),
    "a comment": ("// 要在页面重连之前保存", "// 先保存", None),
    "a string in Chinese": ('"Lunch"', '"午饭"', None),
    "output": ("alice: 1 page", "alice: 2 pages", "code"),
    "a link less": ("](../php-api", "](../../LICENSE", "no link"),
    "no way back": ("[English](thinkphp.md)", "", "first line"),
    "an indented block": ("\n## 绑定\n", "\n## 绑定\n\n    ls\n", "indented"),
}
TABLE = "# A\n\n[中文](a.zh-CN.md)\n\n| a | b |\n|---|---|\n| `x` | y |\n"


def changed(change):
    before, after, word = change
    text = (ROOT / pairs.chinese_of(PAGE)).read_text(encoding="utf-8")
    if before not in text:
        raise AssertionError(f"the page has no {before!r}")
    with folder() as home:
        page = home / "thinkphp.zh-CN.md"
        page.write_text(text.replace(before, after, 1), encoding="utf-8")
        expect(word, pairs.faults_of(PAGE, str(page)))


def expect(word, faults):
    if not word and faults:
        raise AssertionError(f"found {faults}")
    if word and not any(word in fault for fault in faults):
        raise AssertionError(f"not found; only {faults}")


def rows():
    with folder() as home:
        one, two = home / "a.md", home / "a.zh-CN.md"
        one.write_text(TABLE, encoding="utf-8")
        same = TABLE.replace("中文", "English").replace("a.zh-CN", "a")
        for text, word in ((same, None), (same + "| `z` | y |\n", "rows"),
                           (same.replace("`x`", "`z`"), "`x` is `z`")):
            two.write_text(text, encoding="utf-8")
            expect(word, pairs.faults_of(str(one), str(two)))


def heading_anchors():
    found = pairs.anchors(["`a_b`, c", "分组 与 uid（续）", "Same", "Same"])
    if found != ["a_b-c", "分组-与-uid续", "same", "same-1"]:
        raise AssertionError(found)


def tests():
    for name, change in CHANGES.items():
        yield f"{name}", lambda c=change: changed(c)
    yield "rows of tables", rows
    yield "anchors of headings", heading_anchors
