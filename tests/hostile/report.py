"""What a run measured, as the tables of docs/hostile.md."""


class Figures:
    def __init__(self):
        self.malformed = []
        self.idle = []
        self.floods = []
        self.latency = []

    def text(self):
        return "\n".join([*self._malformed(), "", *self._idle(), "",
                          *self._floods(), "", *self._latency()])

    def _malformed(self):
        yield "| at | inputs | seconds | memory afterwards | of malloc() |"
        yield "|---|---|---|---|---|"
        for name, count, seconds, memory, heap in self.malformed:
            yield (f"| {name} | {count:,} | {seconds:.0f} | {memory:+.1f} MiB "
                   f"| {heap:+.1f} KiB |")

    def _latency(self):
        yield "| attack | median without, with | ratio | 99 % | ratio |"
        yield "|---|---|---|---|---|"
        for name, _, quiet, attacked in self.latency:
            row = [name]
            for key in ("median", "p99"):
                row += [f"{quiet[key]:.2f} ms, {attacked[key]:.2f} ms",
                        f"{attacked[key] / quiet[key]:.2f}"]
            yield f"| {' | '.join(row)} |"

    def _idle(self):
        yield "| idle sockets at | | each | memory afterwards |"
        yield "|---|---|---|---|"
        for port, count, each, kept in self.idle:
            yield f"| {port} | {count:,} | {each:.0f} bytes | {kept:+.1f} MiB |"

    def _floods(self):
        yield "| | |"
        yield "|---|---|"
        for name, value in self.floods:
            yield f"| {name} | {value} |"
