"""The Chinese of generated texts, by gettext: docs/po/DOMAIN.zh_CN.po has for
each English text (msgid) what a Chinese page says instead. Made and merged by
the programs of the package gettext, so that a text that changes is translated
again: until then it has none, or a "fuzzy" one, which counts as none."""

import gettext
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEADER = ('msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n'
          '"MIME-Version: 1.0\\n"\n'
          '"Content-Type: text/plain; charset=UTF-8\\n"\n'
          '"Content-Transfer-Encoding: 8bit\\n"\n')


class English:
    """Says each text as it is."""
    language = "en"
    colon = ": "

    def __call__(self, text, where=""):
        return text


class Chinese:
    """Says the translation of each text, else the text, and remembers what was
    asked for: `wanted`, msgid to where it was first met."""
    language = "zh-CN"
    colon = "："

    def __init__(self, domain):
        self.path = ROOT / f"docs/po/{domain}.zh_CN.po"
        self.known = read(self.path)
        self.wanted = {}

    def __call__(self, text, where=""):
        if not text:
            return text
        self.wanted.setdefault(text, where)
        return self.known.get(text) or text

    def faults(self):
        """What a reader would miss, and what nobody reads any more."""
        name = self.path.relative_to(ROOT)
        for text, where in self.wanted.items():
            if not self.known.get(text):
                yield f"{name}: no translation ({where}): {text}"
        for text in self.known:
            if text not in self.wanted:
                yield f"{name}: nothing says this any more: {text}"
        if self.path.is_file() and "\n#~ " in self.path.read_text("utf-8"):
            yield f"{name}: it has obsolete translations"

    def update(self):
        """Merges what is wanted into the catalog: new texts without a
        translation, changed ones with the old one, marked fuzzy."""
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder, "wanted.pot")
            wanted.write_text(template(self.wanted), encoding="utf-8")
            if not self.path.is_file():
                self.path.parent.mkdir(exist_ok=True)
                self.path.write_text(HEADER, encoding="utf-8")
            merged = Path(folder, "merged.po")
            run("msgmerge", "--quiet", "-o", merged, self.path, wanted)
            # Git keeps what is not wanted any more.
            run("msgattrib", "--no-obsolete", "-o", merged, merged)
            text = merged.read_text("utf-8")
            if text != self.path.read_text("utf-8"):
                self.path.write_text(text, encoding="utf-8")
        self.known = read(self.path)


def run(*command):
    try:
        subprocess.run(command, check=True, timeout=60)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is missing: install the package gettext")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{command[0]} failed: {failure}")


def read(path):
    """msgid to translation, without those that are fuzzy."""
    if not path.is_file():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder, "catalog.mo")
        run("msgfmt", "-o", compiled, path)
        with open(compiled, "rb") as file:
            catalog = dict(gettext.GNUTranslations(file)._catalog)
    catalog.pop("", None)
    return catalog


def template(wanted):
    # json.dumps() quotes as C does, whose strings those of a catalog are.
    def quote(text):
        return json.dumps(text, ensure_ascii=False)

    def entry(text, where):
        comment = f"#. {where}\n" if where else ""
        return f"\n{comment}msgid {quote(text)}\nmsgstr \"\"\n"

    return HEADER + "".join(entry(*item) for item in wanted.items())
