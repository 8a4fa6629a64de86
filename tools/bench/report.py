"""The table of a run."""

from collections.abc import Sequence

from tools.bench.measuring import Step

HEADINGS = (
    *("step", "N", "ours s", "raw s", "ratio", "goal", "", "ours wall s", "raw wall s"),
    "wall ratio",
)


def table_of(steps: Sequence[Step]) -> str:
    """Return the measured steps as a table in Markdown; seconds are CPU where it is known."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(_row, steps)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def _row(step: Step) -> tuple[str, ...]:
    return (
        step.name,
        f"{step.rows:,}",
        f"{step.ours.cost.seconds:.2f}",
        f"{step.raw.cost.seconds:.2f}",
        f"{step.ratio:.2f}",
        "" if step.goal is None else f"{step.goal:.1f}",
        step.verdict,
        f"{step.ours.cost.wall:.2f}",
        f"{step.raw.cost.wall:.2f}",
        f"{step.wall_ratio:.2f}",
    )
