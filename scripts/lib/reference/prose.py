"""Docstrings and comments, which are plain text, as Markdown."""

import re
import textwrap

NOT_BEFORE, NOT_AFTER = r"(?<![A-Za-z0-9_$\\])", r"(?![A-Za-z0-9_])"
WIDTH = 88


class Prose:
    """`tokens` are the patterns of what is typed, and not read; `links` has the
    names that have entries, with their anchors."""

    def __init__(self, tokens, links):
        self.pattern = re.compile(
            "`[^`]+`|" + "|".join(f"{NOT_BEFORE}(?:{token})" for token in tokens),
            re.ASCII)
        self.links = links

    def code(self, text):
        anchor = self.links.get(text.removesuffix("()"))
        return f"[`{text}`](#{anchor})" if anchor else f"`{text}`"

    def is_code(self, text):
        """Nothing is left to translate."""
        return not re.search("[A-Za-z]", self.pattern.sub("", text))

    def __call__(self, text):
        out, at = [], 0
        for found in self.pattern.finditer(text):
            out += [escaped(text[at:found.start()]),
                    self.code(found[0].strip("`"))]
            at = found.end()
        return "".join(out) + escaped(text[at:])


def escaped(text):
    return re.sub(r"([\\*<|])", r"\\\1", text)


def slug(heading):
    """The anchor that Markdown gives a heading."""
    text = re.sub(r"[^\w\- ]", "", heading.lower())
    return text.replace(" ", "-")


class Page:
    """Markdown, block by block."""

    def __init__(self, say, prose):
        self.words = say
        self.colon = say.colon
        self.prose = prose
        self.lines = []

    def say(self, text, where=""):
        """In the page's language."""
        return text if self.prose.is_code(text) else self.words(text, where)

    def block(self, text):
        if self.lines:
            self.lines.append("")
        self.lines.append(text)

    def heading(self, depth, text):
        self.block("#" * depth + " " + text)

    def paragraph(self, text, where=""):
        self.block(wrapped(self.prose(self.say(text, where))))

    def fence(self, info, text):
        self.block(f"```{info}\n{text}\n```")

    def items(self, items):
        """Lines that are Markdown already."""
        if items:
            self.block("\n".join(
                wrapped(item, "- ", "  ") for item in items))

    def table(self, heads, rows):
        lines = [heads, ["---"] * len(heads), *rows]
        self.block("\n".join(
            "|" + "|".join(f" {cell} " if cell and cell != "---" else cell or " "
                           for cell in line) + "|" for line in lines))

    def text(self):
        return "\n".join(self.lines) + "\n"


def wrapped(text, first="", rest=""):
    """Chinese has no blanks to break at, and stays on its line."""
    if not text.isascii() and re.search("[\u4e00-\u9fff]", text):
        return first + text
    return textwrap.fill(text, WIDTH, initial_indent=first,
                         subsequent_indent=rest, break_long_words=False,
                         break_on_hyphens=False)
