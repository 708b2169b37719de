"""docs/c-reference.md: every declaration on it is that of the headers."""

import re

from claims import claims
from harness.process import ROOT
from place import folder, run

PAGE = "docs/c-reference.md"
FIELD = re.compile(r"(?:\(\*(\w+)\)\(.*\)|(\w+));$", re.MULTILINE)
SAME_FIELD = """\
_Static_assert(offsetof(doc_{0}, {1}) == offsetof({0}, {1}), "{0}.{1}");
_Static_assert(__builtin_types_compatible_p(
    __typeof__(((doc_{0} *)0)->{1}), __typeof__((({0} *)0)->{1})), "{0}.{1}");
"""


def compile_all(parts):
    """C lets a declaration or macro be repeated if it says the same."""
    with folder() as home:
        (home / "reference.c").write_text(
            "#include <stddef.h>\n#include <gwclient/gwclient.h>\n"
            + "".join(parts), encoding="utf-8")
        run(["cc", "-std=gnu11", "-Wall", "-Werror", "-fsyntax-only", "-I",
             ROOT / "libgwclient/include", home / "reference.c"])


def at(block):
    return f'#line {block.line + 1} "{block.page}"\n'


@claims(PAGE, "c signature", many=True)
def every_signature_repeats_the_header(blocks):
    compile_all(at(block) + block.text for block in blocks)


@claims(PAGE, "c struct", many=True)
def every_struct_is_laid_out_like_the_headers(blocks):
    """The same size, and the same fields at the same places."""
    parts = []
    for block in blocks:
        name = re.search(r"\} (\w+);", block.text)[1]
        parts += [at(block), re.sub(rf"\b{name}\b", f"doc_{name}", block.text),
                  f'_Static_assert(sizeof(doc_{name}) == sizeof({name}), '
                  f'"{name}");\n']
        body = block.text[block.text.index("{"):block.text.rindex("}")]
        fields = [a or b for a, b in FIELD.findall(body)]
        if not fields:
            raise AssertionError(f"{block}: no field")
        parts += [SAME_FIELD.format(name, field) for field in fields]
    compile_all(parts)
