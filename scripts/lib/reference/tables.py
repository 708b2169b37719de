"""Tables of options and commands in Markdown, in Chinese."""

import re

CELL = re.compile(r"(?<!\\)\|")
CODE = re.compile(r"`[^`]*`")
SENTENCE = re.compile(r"(?<=\.) (?=[A-Z0-9`])")
# What differs in numbers and words only is translated once.
FORMS = [(re.compile(r"a number from (\d+) to (\d+)"),
          "a number from {} to {}"),
         (re.compile(r"one of (.*)"), "one of {}")]


def cell(text, say, where):
    """What is typed stays; prose is translated sentence by sentence."""
    if not re.search("[A-Za-z]", CODE.sub("", text)):
        return text.replace("`, `", "`、`")
    for pattern, form in FORMS:
        found = pattern.fullmatch(text)
        if found:
            return say(form, where).format(*found.groups())
    return "".join(say(part, where) for part in SENTENCE.split(text))


def row(line, say):
    cells = CELL.split(line)
    where = next((part.strip().strip("`") for part in cells if "`" in part), "")
    return "|".join(
        part if not part.strip() else f" {cell(part.strip(), say, where)} "
        for part in cells)


def translated(markdown, say):
    lines = []
    for line in markdown.split("\n"):
        heading = re.match(r"(#+ )(.*)", line)
        if heading:
            line = heading[1] + say(heading[2])
        elif line.startswith("|") and not line.startswith("|--"):
            line = row(line, say)
        lines.append(line)
    return "\n".join(lines)
