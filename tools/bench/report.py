"""The table of a run."""

from collections.abc import Sequence

from tools.bench.measuring import Step

MEMORY_GOAL = 64.0  # megabytes above what the process held before
GROWTH_GOAL = 13.0  # t(10N) / t(N)
HEADINGS = (
    *("step", "N", "ours s", "raw s", "ratio", "goal", "", "ours µs/line", "wall ratio"),
    *("memory MB", "growth"),
)


def table_of(steps: Sequence[Step], smaller: Sequence[Step] = ()) -> str:
    """Return the measured steps as a table in Markdown.

    Seconds are the median round's CPU, where it is known; memory is the worker's peak above what
    it held before. `smaller` are the same steps at a tenth of N: growth is t(10N) / t(N). Both
    have a goal and say whether it is reached, as the ratio does.
    """
    before = {step.name: step for step in smaller}
    rows = [
        HEADINGS,
        tuple("---" for _ in HEADINGS),
        *(_row(step, before.get(step.name)) for step in steps),
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def _row(step: Step, before: Step | None) -> tuple[str, ...]:
    memory = step.ours.cost.memory
    return (
        step.name,
        f"{step.rows:,}",
        f"{step.ours.typical:.3f}",
        f"{step.raw.typical:.3f}",
        f"{step.ratio:.2f}",
        "" if step.goal is None else f"{step.goal:.1f}",
        step.verdict,
        f"{step.ours.typical / step.rows * 1e6:.2f}",
        f"{step.wall_ratio:.2f}",
        "" if memory is None else _against(memory, MEMORY_GOAL, 0),
        "" if before is None else _against(_growth(step, before), GROWTH_GOAL, 1),
    )


def _growth(step: Step, before: Step) -> float:
    return step.ours.typical / before.ours.typical


def _against(found: float, goal: float, decimals: int) -> str:
    """Return a figure with its goal and whether it is reached."""
    verdict = "reached" if found <= goal else "not reached"
    return f"{found:.{decimals}f} of {goal:.0f}, {verdict}"
