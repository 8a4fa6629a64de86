"""Pictures of figures: where each column or bar stands, in whole units of the drawing.

Drawn by the server as SVG: they show without scripts, print, and obey the content policy. Every
picture carries the same figures as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

WIDTH, HEIGHT = 560, 220  # of a column chart, in units of the drawing
LEFT, RIGHT, TOP, BOTTOM = 62, 8, 12, 26  # what its axes take
BAR = 1000  # units across a horizontal bar
GRID_LINES = 4
MONEY = "万元"
# Tops of the left axis, in tenths of a power of ten; each parts well into four.
TOPS = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number to draw: its words, as the table and the pointer show them, and its list."""

    value: Decimal
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures, one for each column; `tone` names its colour in the style sheet."""

    label: str
    tone: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One rectangle of a chart."""

    x: int
    y: int
    width: int
    height: int
    tone: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at an axis and where it stands."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Stacked columns with their axes, and the same figures as a table.

    `summary` says in a sentence what the picture shows. `scale` is the unit of the left axis.
    """

    title: str
    summary: str
    scale: str
    heads: tuple[str, ...]
    series: tuple[Series, ...]
    blocks: tuple[Block, ...]
    columns: tuple[Mark, ...]
    lines: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - 8


def column_chart(
    *, title: str, summary: str, heads: Sequence[str], series: Sequence[Series], unit_word: str
) -> ColumnChart:
    """Return stacked columns, one per head; amounts are drawn in 万元, counts as they are."""
    is_money = unit_word == MONEY
    unit = Decimal(10_000) if is_money else Decimal(1)
    sums = [sum((row.figures[n].value for row in series), Decimal(0)) for n in range(len(heads))]
    top = _round_up(max([*sums, unit], default=unit) / unit, whole=not is_money) * unit
    slot = (WIDTH - LEFT - RIGHT) // max(len(heads), 1)
    bar = min(max(slot * 3 // 5, 4), 56)
    blocks: list[Block] = []
    for n in range(len(heads)):
        x = LEFT + slot * n + (slot - bar) // 2
        below = Decimal(0)
        for row in series:
            figure = row.figures[n]
            if figure.value > 0:
                upper, lower = _height(below + figure.value, top), _height(below, top)
                title_text = f"{heads[n]} {row.label} {figure.text}"
                blocks.append(
                    Block(
                        x,
                        HEIGHT - BOTTOM - upper,
                        bar,
                        max(upper - lower, 1),
                        row.tone,
                        title_text,
                        figure.url,
                    )
                )
                below += figure.value
    return ColumnChart(
        title=title,
        summary=summary,
        scale=unit_word,
        heads=tuple(heads),
        series=tuple(series),
        blocks=tuple(blocks),
        columns=_columns(heads, slot),
        lines=_lines(top, unit),
    )


def _height(value: Decimal, top: Decimal) -> int:
    return int(value * (HEIGHT - TOP - BOTTOM) / top)


def _columns(heads: Sequence[str], slot: int) -> tuple[Mark, ...]:
    """Return the words under the columns; with narrow columns only every fifth has one."""
    every = 1 if slot >= 40 else 5
    return tuple(
        Mark(LEFT + slot * n + slot // 2, head)
        for n, head in enumerate(heads)
        if every == 1 or n == 0 or (n + 1) % every == 0
    )


def _lines(top: Decimal, unit: Decimal) -> tuple[Mark, ...]:
    parts = GRID_LINES if (top / unit) % GRID_LINES == 0 or unit > 1 else 1
    return tuple(
        Mark(HEIGHT - BOTTOM - _height(top * n / parts, top), _plain(top * n / parts / unit))
        for n in range(parts + 1)
    )


def _plain(value: Decimal) -> str:
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text or "0"


def _round_up(value: Decimal, *, whole: bool) -> Decimal:
    """Return the next round figure at or above a value above zero."""
    power = Decimal(10) ** (value.adjusted())
    found = next(top * power / 10 for top in TOPS if top * power / 10 >= value)
    if whole:
        found = (found / GRID_LINES).to_integral_value(ROUND_CEILING) * GRID_LINES
    return found


@dataclass(frozen=True, slots=True)
class BarRow:
    """One row of a table with a bar: its words, its figures, and what the bar is made of."""

    label: str
    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class BarTable:
    """A table whose rows carry bars to one scale. `heads` name the label and each figure."""

    title: str
    summary: str
    heads: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    rows: tuple[BarRow, ...]


def bar_blocks(
    parts: Sequence[tuple[Figure, str, str]], *, top: Decimal, start: Decimal = Decimal(0)
) -> tuple[Block, ...]:
    """Return a bar's parts one after another, from `start` on; `top` is the whole width.

    Args:
        parts: figure, tone, and the words before the figure's own; zero parts are left out.
    """
    blocks: list[Block] = []
    at = start
    for figure, tone, words in parts:
        if figure.value > 0 and top > 0:
            x, end = int(at * BAR / top), int((at + figure.value) * BAR / top)
            title = f"{words} {figure.text}"
            blocks.append(Block(x, 0, max(end - x, 4), 10, tone, title, figure.url))
            at += figure.value
    return tuple(blocks)
