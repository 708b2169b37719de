"""Numbers for people."""


def short(value):
    """Three or four figures: 1.62 M, 20,400, 0.0092."""
    size = abs(value)
    if size >= 10e6:
        return f"{value / 1e6:,.1f} M"
    if size >= 1e6:
        return f"{value / 1e6:.2f} M"
    if size >= 1000:
        digits = len(str(int(size)))
        return f"{round(value, 3 - digits):,.0f}"
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    return f"{value:.3g}"


def with_unit(value, unit):
    """µs become ms or s, B become KB, where that is shorter."""
    if unit == "µs" and value >= 1e6:
        return f"{short(value / 1e6)} s"
    if unit == "µs" and value >= 1e4:
        return f"{short(value / 1e3)} ms"
    if unit == "B" and value >= 10240:
        return f"{value / 1024:.1f} KB"
    if unit == "/s":
        return f"{short(value)}/s"
    return f"{short(value)} {unit}".rstrip()


def ratio(value):
    return f"{value:.2f}×" if value < 100 else f"{value:,.0f}×"
