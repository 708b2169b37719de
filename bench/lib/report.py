"""docs/benchmarks.md, from the results."""


def write(found, folder):
    """Writes folder/benchmarks.md and folder/benchmarks/*.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(f"row {row}" for row in found.rows())
    (folder / "benchmarks.md").write_text(text)
