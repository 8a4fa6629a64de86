"""Columns of lists: what a column holds, how it is sorted and summed, and how it looks."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from common.workbooks import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Args:
        key: its word in the address, `sort=-amount`.
        label: its head.
        kind: AMOUNT and COUNT stand right-aligned.
        order: field path it is sorted by; empty: it cannot be sorted.
        is_indexed: whether an index answers that order at any size. Other columns sort lists
            of up to `COUNT_LIMIT` rows; longer ones must be narrowed first.
        value: attribute path of the row that the workbook holds; `key` unless given.
        place: "screen", "file" or "both".
        total: field path summed for 全部合计; the page's own sum is of the row's `value`.

    The rest is how `common.cells` writes the value on the screen; each is an attribute path of
    the row: `link` the address it leads to, `note` what stands smaller behind it, `note_link`
    where that leads, `tone` of the state it is, `marks` a sequence of (label, tone) that stand
    as tags behind it, `days_left` the working days shown in its place. A row without address,
    note or tone goes without. `is_whole`: the value is not broken into lines. `is_warning`: the
    note says what is wrong. `has_sign`: an amount is written with its ¥.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    order: str = ""
    is_indexed: bool = False
    value: str = ""
    place: str = "both"
    total: str = ""
    width: int = 16
    link: str = ""
    note: str = ""
    note_link: str = ""
    tone: str = ""
    marks: str = ""
    days_left: str = ""
    is_whole: bool = False
    is_warning: bool = False
    has_sign: bool = True

    @property
    def is_number(self) -> bool:
        """Tell whether the column is right-aligned."""
        return self.kind in {Kind.AMOUNT, Kind.COUNT}

    @property
    def read(self) -> Callable[[object], Any]:
        """Return what reads a row's value in this column."""
        return attrgetter(self.value or self.key)


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head on the screen. `sort` is the word its link asks for, empty without one.

    `direction` is "ascending" or "descending" where the list is sorted by it.
    """

    key: str
    label: str
    is_number: bool
    sort: str
    direction: str
    is_too_long: bool


@dataclass(frozen=True, slots=True)
class TotalCell:
    """A cell of the total rows; `page` and `all` are None where nothing is summed."""

    span: int
    page: Decimal | int | None = None
    all: Decimal | int | None = None
    is_count: bool = False
