"""docs/benchmarks.md as data, and the figures of it that other pages tell; and
those of bench/instructions/recorded.json.

The table of the READMEs has the few that a reader decides by, all where another is
better among them: the best figure of a line is in bold, and a bare program's, which is the
limit and no product, stands apart. In a sentence only the numbers are replaced.
"""

import json
import re

SOURCE = "docs/benchmarks.md"
INSTRUCTIONS = "bench/instructions/recorded.json"
MARKS = ("<!-- figures: begin, by scripts/gen-figures -->\n",
         "<!-- figures: end -->\n")
SCALES = {"µs": 1e-6, "ms": 1e-3, "s": 1, "/s": 1, "M/s": 1e6, "B": 1,
          "KB": 1e3, "MB": 1e6, "GB": 1e9, "%": 1, "×": 1}
NUMBER = re.compile(r"([\d.,]+) ?(\S+)")
NOTHING = "–"
NO_BREAK = "\N{NO-BREAK SPACE}"


class Missing(Exception):
    """Something is not where it is looked for."""


def value(text):
    """22.1 µs: the number, in base units."""
    found = NUMBER.match(text)
    if not found or found[2] not in SCALES:
        raise Missing(f"{text!r} is no figure")
    return float(found[1].replace(",", "")) * SCALES[found[2]]


def as_in(text, pattern):
    """The figure in the unit of another: one line of a table has one."""
    unit = NUMBER.match(pattern)[2]
    if NUMBER.match(text)[2] == unit:
        return text
    number = float(f"{value(text) / SCALES[unit]:.3g}")
    digits = f"{number:,.0f}" if number >= 1000 else f"{number:g}"
    return digits + pattern[NUMBER.match(pattern).end(1):]


class Report:
    """cells[row, table, line, column] are texts, ratios[row, target, where] those
    of the targets' tables."""

    def __init__(self, root):
        self.root = root
        text = (root / SOURCE).read_text(encoding="utf-8")
        self.instructions = json.loads(
            (root / INSTRUCTIONS).read_text())["instructions"]
        self.cells, self.ratios, self.runs = {}, {}, {}
        self.head = re.search(r"^(\d+) targets, (\d+) met\.$", text,
                              re.MULTILINE)
        self.machine = re.search(r"^\| processor \| (.*) \|$", text,
                                 re.MULTILINE)
        row, names = None, None
        for line in text.splitlines():
            title = re.match(r"## (\d+)\. ", line)
            run = re.match(r"(\d{4}-\d\d-\d\d) .*commit (\w+)", line)
            if title:
                row, names = int(title[1]), None
            elif run:
                self.runs[row] = run.groups()
            elif not line.startswith("|"):
                names = None
            elif row is not None:
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                names = self.line(row, names, cells)

    def line(self, row, names, cells):
        if names is None:
            return cells
        if set(cells) <= {"---", ""}:
            return names
        if names[0] == "target":
            self.ratios[row, cells[0], cells[1]] = cells[3]
        else:
            for name, cell in zip(names[1:], cells[1:]):
                self.cells[row, names[0], cells[0], name] = cell
        return names

    def cell(self, *key):
        if key not in self.cells:
            raise Missing(f"{SOURCE} has no figure {key}")
        return self.cells[key]

    def column(self, row, table, name):
        """All values of a column."""
        return [value(text) for key, text in self.cells.items()
                if (key[0], key[1], key[3]) == (row, table, name)
                and text != NOTHING]


# ---- the READMEs' table -------------------------------------------------------

# What it is, in both languages; row, table and line of the report; which is
# better; the columns of ours, of PHP's, of others, and of bare programs.
CALL = ("extension", ["pure class", "pure class, persistent"], [], ["bare C"])
SERVER = ("gatewayd", ["GatewayWorker"], ["nchan", "ws"], [])
LINES = [
    ("one `sendToUid()` from a page", "页面里调用一次 `sendToUid()`",
     1, "call single", ["sendToUid"], min, CALL),
    ("the same, in a loop", "同上，在循环里",
     1, "call loop", ["sendToUid"], min, CALL),
    ("php-fpm requests with one `sendToUid()`", "php-fpm 请求，各调用一次 `sendToUid()`",
     4, "requests a second", [NOTHING], max,
     ("extension", ["pure class"], [], ["empty page"])),
    ("broadcasts to 900 pages: deliveries", "向 900 个页面广播：投递数",
     6, "deliveries a second", ["n = 900"], max,
     ("gatewayd", ["GatewayWorker"], ["nchan", "ws"], ["bare writes"])),
    ("a burst to 1,000 pages: deliveries", "向 1,000 个页面突发广播：投递数",
     7, "deliveries a second", ["to all, one connection, n = 1,000"], max,
     ("gatewayd", ["GatewayWorker"], ["nchan", "ws"], ["bare coalesced"])),
    ("WebSocket handshakes", "WebSocket 握手",
     9, "handshakes a second", ["ws, n = 900"], max, SERVER),
    ("memory of a connection: 15,000, with uid and group (PHP: 800)",
     "一个连接的内存：共 15,000 个，含 uid 和分组（PHP：800 个）",
     8, "bytes per connection",
     ["with uid and group, n = 15,000", "with uid and group, n = 800"], min,
     SERVER),
    ("processor, 15,000 idle connections", "15,000 个空闲连接的 CPU 占用",
     12, "idle cpu", ["n = 15,000"], min, ("gatewayd", [], ["nchan", "ws"], [])),
]
PROCESSES = 54
MILLION = f"{PROCESSES} processes, n = 1,000,000"
WORDS = {
    "README.md": {
        "head": ("", "here", "PHP", "others", "limit"),
        "names": {"pure class": "", "pure class, persistent": "persistent",
                  "GatewayWorker": "", "extension": "", "gatewayd": "",
                  "bare writes": "bare C", "bare coalesced": "bare C"},
        "between": "; ",
        "tail": """
*here*: the extension or `gatewayd`. *PHP*: `workerman/gatewayclient`, with its persistent
connections, too; the PHP GatewayWorker, with PHP's own event loop. *limit*: a bare program
that does nothing else. Bold is the best of a line, without the limits. Servers have one
process for clients each, and the load comes from the same machine. In a burst `gatewayd`
puts what has gathered for a page into one system call; nchan takes an HTTP request for each
message, and keeps the last ones. Memory is that of user space: a million connections
that nobody has bound take {million} in {processes} processes of `gatewayd`, and {whole} with
the kernel's sockets and the load generator. Medians of {date} on {machine}, commit
{commit}; of {targets} targets {met} are met: [all of them, versions and
settings](docs/benchmarks.md), and [why the others are
not](docs/benchmarks-profiles.md#what-is-missed-and-why).
""",
    },
    "README.zh-CN.md": {
        "head": ("", "本项目", "PHP", "其他", "极限"),
        "names": {"pure class": "", "pure class, persistent": "长连接",
                  "GatewayWorker": "", "extension": "", "gatewayd": "",
                  "bare C": "裸 C", "empty page": "空页面",
                  "bare writes": "裸 C", "bare coalesced": "裸 C"},
        "between": "；",
        "tail": """
“本项目”指扩展或 `gatewayd`；“PHP”指 `workerman/gatewayclient`（包括它的长连接模式）和 PHP 版 \
GatewayWorker（用 PHP 自带的事件循环）；“极限”是除此之外什么也不做的裸程序。粗体为该行最好的结果（不计极限）。\
各服务端都只用一个进程处理客户端，负载由同一台机器产生。突发广播时，`gatewayd` 把一个页面积攒的消息合并成一次系统调用；\
nchan 的每条消息都是一个 HTTP 请求，并且会保留最近的消息。内存指用户态内存：一百万个未绑定的连接，\
{processes} 个 `gatewayd` 进程共占用 {million}，连同内核套接字和负载程序共 {whole}。以上为 {date} 在 {model}（{cores} 核）上测得的中位数，\
提交 {commit}；{targets} 项目标达成 {met} 项：[全部结果、版本和设置](docs/benchmarks.md)（英文）、\
[未达成的原因](docs/benchmarks-profiles.md#what-is-missed-and-why)（英文）。
""",
    },
}


def one_of(report, row, table, lines, column):
    """The first of the lines that has a figure."""
    for line in lines:
        text = report.cell(row, table, line, column)
        if text != NOTHING:
            return text
    raise Missing(f"{SOURCE} has no figure of {column} in {lines}")


def table_line(report, words, label, spec):
    row, table, lines, better, (ours, php, others, limits) = spec
    found = {column: one_of(report, row, table, lines, column)
             for column in [ours, *php, *others, *limits]}
    rivals = [ours, *php, *others]
    best = better(rivals, key=lambda column: value(found[column]))
    found = {column: as_in(text, found[ours])
             for column, text in found.items()}

    def cell(columns):
        parts = []
        for column in columns:
            figure = found[column]
            if column == best:
                figure = f"**{figure}**"
            name = words["names"].get(column, column)
            parts.append(f"{name} {figure}".strip().replace(" ", NO_BREAK))
        return words["between"].join(parts)

    return [label, cell([ours]), cell(php), cell(others), cell(limits)]


def readme_table(path, report):
    words = WORDS[path]
    language = 0 if path == "README.md" else 1
    rows = [words["head"], ["---"] * 5]
    rows += [table_line(report, words, line[language], line[2:])
             for line in LINES]
    for row in rows:
        yield "| " + " | ".join(row) + " |\n"
    date, commit = report.runs[LINES[0][2]]
    machine = report.machine[1]
    model, cores = re.match(r"(.*), (\d+) cores?$", machine).groups()
    yield words["tail"].format(
        million=report.cell(14, "gatewayd memory", MILLION, "gatewayd"),
        whole=report.cell(14, "whole memory", MILLION, "gatewayd"),
        processes=PROCESSES, date=date, commit=commit,
        machine=machine, model=model, cores=cores, targets=report.head[1],
        met=report.head[2])


def cut_between(marks, text):
    """What is before, between and after the marks."""
    begin, end = marks
    if text.count(begin) != 1 or text.count(end) != 1:
        raise Missing(f"no marks {begin.strip()} … {end.strip()}")
    head, rest = text.split(begin)
    return head, *rest.split(end)


def put_between(marks, text, part):
    head, _, tail = cut_between(marks, text)
    return head + marks[0] + part + marks[1] + tail


def renew_readme(path, text, report):
    return put_between(MARKS, text, "".join(readme_table(path, report)))


# ---- sentences ----------------------------------------------------------------

def short(number):
    """As people say it: two digits, three before a point."""
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"


def microseconds(report, *column, say=short):
    values = [seconds * 1e6 for seconds in report.column(*column)]
    return say(min(values)), say(max(values))


def ratios(report, row, target):
    """(median, low, high) of each line of a target."""
    found = [re.findall(r"([\d.]+)×", text)
             for key, text in report.ratios.items()
             if key[:2] == (row, target)]
    if not found:
        raise Missing(f"{SOURCE} has no target {target!r}")
    return found


def growth(report):
    costs = report.column(6, "cpu per delivery", "bare writes")
    return [f"{after / before:.2f}" for before, after in zip(costs, costs[1:])]


def broadcast(report):
    found = ratios(report, 6, "gatewayd: deliveries a second, "
                              "as fast as bare writes")
    (first, *_), (between, *_), (last, *_) = found
    return [first, last, min(f[1] for f in found), max(f[2] for f in found),
            between]


def pure_default(report):
    """How often a bare send goes into a call of the pure class; ours."""
    sends = report.column(1, "call loop", "bare C")
    calls = report.column(1, "call loop", "pure class")
    ours = [1 / float(median) for median, *_ in ratios(
        report, 1, "extension: call loop, 25 times as fast as the pure class")]
    return [f"{max(c / s for c, s in zip(calls, sends)):.0f}",
            f"{min(ours):.0f}", f"{max(ours):.0f}"]


def bursts(report):
    values = [t * 1e6 for subject in ("n", "2n", "4n")
              for t in report.column(15, "burst", subject)]
    return [f"{min(values):.2f}", f"{max(values):.2f}"]


def sixteen(report):
    return [f"{value(report.cell(3, 'sendToUid single', 'n = 16', who)) * 1e6:.0f}"
            for who in ("bare C", "extension")]


def median(row, target):
    return lambda report: [ratios(report, row, target)[0][0]]


def single(report):
    return [word for who in ("extension", "pure class, persistent",
                             "pure class", "bare C")
            for word in microseconds(report, 1, "call single", who)]


def instructions(name):
    return lambda report: [f"{report.instructions[name]:,}"]


def memory(report):
    """Of an idle connection, in round figures: bytes, and KB over TLS."""
    plain, tls = (value(report.cell(8, "bytes per connection",
                                    f"{what}with uid and group, n = {n}",
                                    "gatewayd"))
                  for what, n in (("", "15,000"), ("TLS, ", "5,000")))
    return [f"{round(plain, -2):.0f}", f"{tls / 1000:.0f}"]


PROFILES = "docs/benchmarks-profiles.md"
# A page, a sentence with {} for each number, and the numbers.
SENTENCES = [
    (PROFILES, "A bare send() takes {} to {} µs here",
     lambda r: microseconds(r, 1, "call loop", "bare C")),
    (PROFILES, "and the pure class with its defaults {} to {}:",
     lambda r: microseconds(r, 1, "call loop", "pure class")),
    (PROFILES, "can be more than {} times as fast. We are {} to {} times:",
     pure_default),
    (PROFILES, "with its persistent option takes {} to {} µs,",
     lambda r: microseconds(r, 1, "call loop", "pure class, persistent")),
    (PROFILES, "as a page makes it, takes {} to {} µs in our class, {} to {} in "
     "the persistent pure one, {} to {} with its defaults and {} to {} as a bare "
     "send.", single),
    (PROFILES, "Sixteen bare sends take {} µs here, ours {}:", sixteen),
    (PROFILES, "{} and {} of a bare program that writes the same bytes, in rounds "
     "from {} to {}, and {} between the two:", broadcast),
    (PROFILES, "twice and four times the connections cost {}",
     median(15, "2n: broadcast, 2n as n")),
    (PROFILES, "and {} as much, and the bare program's",
     median(15, "4n: broadcast, 4n as n")),
    (PROFILES, "(row 6) cost {} from 900 to 9,000 and {} from there to 18,000:",
     growth),
    (PROFILES, "Bursts stay at {} to {} µs for one;", bursts),
    (PROFILES, "one sendToUid (`send_to_uid`) | 2,152 | {} |",
     instructions("send_to_uid")),
    (PROFILES, "counted by ctest today | | {} |", instructions("broadcast")),
    (PROFILES, "counted by ctest, without the end | 11,348 | {} |",
     instructions("handshake")),
    ("docs/deployment.md", "some {} bytes for an idle "
     "page](benchmarks.md#8-memory-per-idle-connection) with a uid and a group, "
     "{} KB over TLS in gatewayd itself", memory),
    ("docs/deployment.zh-CN.md", "大约 {} 字节](benchmarks.md"
     "#8-memory-per-idle-connection)（英文）；由 gatewayd 自己处理 TLS 时是 {} KB",
     memory),
]


def renew_sentence(text, sentence, numbers):
    """The one place where the sentence stands, however its lines are broken,
    with the numbers put in."""
    pattern = re.escape(sentence).replace(r"\{\}", r"([\d.,]*\d)")
    found = list(re.finditer(pattern.replace(r"\ ", r"\s+"), text))
    if len(found) != 1:
        raise Missing(f"the sentence {sentence!r} stands there {len(found)} "
                      "times, not once")
    for group in range(len(numbers), 0, -1):
        start, end = found[0].span(group)
        text = text[:start] + numbers[group - 1] + text[end:]
    return text


def renew_sentences(path, text, report):
    for page, sentence, numbers in SENTENCES:
        if page == path:
            text = renew_sentence(text, sentence, numbers(report))
    return text


# ---- what a Chinese page repeats ------------------------------------------------

COPIES = {"docs/hosting.zh-CN.md": (
    "docs/hosting.md", ("<!-- measured: begin -->\n", "<!-- measured: end -->\n"))}


def renew_copy(path, text, report):
    source, marks = COPIES[path]
    english = (report.root / source).read_text(encoding="utf-8")
    return put_between(marks, text, cut_between(marks, english)[1])


def pages():
    """(path, function that renews its text) of each."""
    for path in COPIES:
        yield path, lambda text, report, p=path: renew_copy(p, text, report)
    for path in WORDS:
        yield path, lambda text, report, p=path: renew_readme(p, text, report)
    for path in dict.fromkeys(page for page, *_ in SENTENCES):
        yield path, lambda text, report, p=path: renew_sentences(
            p, text, report)
