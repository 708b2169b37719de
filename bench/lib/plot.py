"""SVG plots: bars of medians with their spread, on a light or dark page."""

from html import escape

from .units import with_unit

WIDTH = 760
LABEL = 200
BAR = 16
GAP = 4
GROUP_GAP = 18
TOP = 44
RIGHT = 120
COLOURS = ("#2f6fb3", "#c2602d", "#3f8f4f", "#8a5aa8", "#a8862b", "#5b7a86")

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #222 }
.title { font-size: 14px; font-weight: 600 }
.group { font-weight: 600 }
.axis { stroke: #888 } .spread { stroke: #222; stroke-opacity: .6 }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .spread { stroke: #eee }
}
"""


def _text(x, y, text, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _line(x1, y1, x2, y2, kind):
    return (f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" '
            f'x2="{x2:.1f}" y2="{y2:.1f}"/>')


class Bars:
    """Groups of bars, one bar for each subject."""

    def __init__(self, title, unit, better):
        self.title = f"{title} ({better} is better)"
        self.unit = unit
        self.groups = []  # (label, {subject: Spread})

    def add(self, label, spreads):
        self.groups.append((label, spreads))

    def _bar(self, subject, spread, y, scale):
        end = LABEL + spread.median * scale
        middle = y + BAR / 2
        yield _text(LABEL - 8, y + BAR - 4, subject, 'text-anchor="end"')
        yield (f'<rect x="{LABEL}" y="{y:.1f}" height="{BAR}" '
               f'width="{max(spread.median * scale, 1):.1f}" '
               f'fill="{self._colour(subject)}"/>')
        if spread.count > 1:
            yield _line(LABEL + spread.low * scale, middle,
                        LABEL + spread.high * scale, middle, "spread")
        right = max(end, LABEL + spread.high * scale)
        yield _text(right + 6, y + BAR - 4,
                    with_unit(spread.median, self.unit))

    def _subjects(self):
        return list(dict.fromkeys(
            subject for _, spreads in self.groups for subject in spreads))

    def _colour(self, subject):
        return COLOURS[self._subjects().index(subject) % len(COLOURS)]

    def svg(self):
        highest = max((s.high for _, spreads in self.groups
                       for s in spreads.values()), default=0)
        scale = (WIDTH - LABEL - RIGHT) / highest if highest > 0 else 0
        body = []
        y = TOP
        for label, spreads in self.groups:
            if label:
                body.append(_text(8, y + 10, label, 'class="group"'))
                y += BAR + GAP
            for subject, spread in spreads.items():
                body.extend(self._bar(subject, spread, y, scale))
                y += BAR + GAP
            y += GROUP_GAP
        body.append(_line(LABEL, TOP - 6, LABEL, y - GROUP_GAP + 4, "axis"))
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{y}" viewBox="0 0 {WIDTH} {y}" role="img">',
            f"<style>{STYLE}</style>",
            _text(8, 22, self.title, 'class="title"'), *body, "</svg>", ""])
