"""Lists: one declaration per list says what it shows, how it is sorted, summed and exported.

A selector declares a `Listing`; a view opens it with `open_list` and renders a template on
`list.html`; `accounts.services.list_exports` writes the same rows as a workbook.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Model, QuerySet, Sum
from django.forms import BoundField, Form
from django.http import HttpRequest

from common.actor import Person
from common.columns import Column, Head, TotalCell
from common.keysets import (
    COUNT_LIMIT,
    PAGE_SIZE,
    Order,
    Page,
    Window,
    count_text,
    page_by,
    read_rows,
    sort_rows,
)
from common.periods import month_text
from common.text import half_width
from common.workbooks import CellValue, Kind
from common.workbooks import Column as WorkbookColumn

RowModel = TypeVar("RowModel", bound=Model)
Row = TypeVar("Row")

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_SALT = "common.lists.export"
_IDENTITY_LENGTH = 18
_SORT_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a list, and when."""

    actor: Person
    now: datetime

    @property
    def today(self) -> date:
        """Return the day in the city."""
        return self.now.astimezone(_SHANGHAI).date()


@dataclass(frozen=True)
class Listing(Generic[RowModel, Row]):
    """A list, declared once as a module constant.

    Args:
        code: dotted path of the constant itself, by which a job finds it.
        title: what the list is called, on the screen and in the workbook.
        duty: what a post must hold to export it and to download the workbook; empty: the
            list is one's own affair and is not exported.
        columns: in the order of the screen.
        query: rows in the viewer's reach, `query(viewer, **filters)`; refuses a post that may
            not read the list.
        show: from rows of the query to rows as shown, `show(viewer, rows)`, in the same order.
        fields: field paths that `show` reads of a row, which is a named tuple of these and of
            pk; without them a model row, and `query` selects the related rows that `show` needs.
        default: sort word when the address names none; empty: newest id first.
        is_written: rows are written from the columns; else by the block `row` of the template.
    """

    code: str
    title: str
    duty: str
    columns: Sequence[Column]
    query: Callable[..., QuerySet[RowModel]]
    show: Callable[[Viewer, Sequence[Any]], Sequence[Row]]
    fields: Sequence[str] = ()
    default: str = ""
    is_written: bool = False

    @cached_property
    def sortable(self) -> dict[str, Column]:
        """Return the columns that can be sorted, by their words."""
        return {column.key: column for column in self.columns if column.order}

    def order_of(self, sort: str) -> Order:
        """Return the order a sort word asks for; the default for one that is not known."""
        for word in (sort, self.default):
            column = self.sortable.get(word.removeprefix("-"))
            if column is not None:
                return Order(column.order, is_falling=word.startswith("-"))
        return Order()

    def export_columns(self) -> list[WorkbookColumn]:
        """Return the columns of the workbook."""
        return [
            WorkbookColumn(column.label, column.width, column.kind) for column in self._exported
        ]

    def export_rows(self, viewer: Viewer, found: Sequence[Any]) -> list[list[CellValue]]:
        """Return the cells of these rows; identity numbers are masked as on the screen."""
        return [
            [_cell(column.read(row), column.kind) for column in self._exported]
            for row in self.show(viewer, found)
        ]

    @cached_property
    def _exported(self) -> list[Column]:
        return [column for column in self.columns if column.place != "screen"]


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """One page of a list as `list.html` shows it."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    is_written: bool
    page: Page[Any]
    heads: Sequence[Head]
    totals: Sequence[TotalCell]
    has_all_totals: bool
    sort: str
    conditions: str
    is_filtered: bool
    export_token: str
    count: int


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list is narrowed to: for its query, and in words for people.

    `filters` are JSON values, because an export stores them; a full identity number goes in
    as its key (`payouts.selectors.cases.stored_identity`).
    """

    filters: Mapping[str, Any] = field(default_factory=dict)
    words: Sequence[tuple[str, str]] = ()
    is_filtered: bool = False

    @property
    def conditions(self) -> str:
        """Say it in one line."""
        return "；".join(f"{label}：{value}" for label, value in self.words)


def window_of(request: HttpRequest) -> Window:
    """Return where in the list the address stands."""
    get = request.GET.get
    return Window(get("after", ""), get("before", ""), get("sort", "")[:_SORT_LENGTH])


def narrowing(form: Form, filters: Mapping[str, Any], **more: str) -> Narrowing:
    """Return what a filter form narrows to, in words; `more` names the tab and the like."""
    bounds = [bound for bound in form.visible_fields() if not bound.errors]
    chosen = [(str(bound.label), _words(bound)) for bound in bounds]
    chosen = [(label, words) for label, words in chosen if words]
    stored = {name: _stored(value) for name, value in filters.items()}
    return Narrowing(stored, [*more.items(), *chosen], is_filtered=bool(chosen))


def _stored(value: Any) -> Any:
    """Return a filter as a JSON value; days as 2026-11-01, which queries take as it is."""
    return value.isoformat() if isinstance(value, date) else value


def open_list(
    listing: Listing[RowModel, Row],
    viewer: Viewer,
    *,
    window: Window,
    narrow: Narrowing,
    size: int = PAGE_SIZE,
) -> ListPage[Row]:
    """Return one page of a list within the viewer's reach.

    Three queries, a fourth where columns are summed, and those of `show`.
    """
    rows = listing.query(viewer, **narrow.filters)
    count, sums = _measure(listing, rows)
    sort = _granted_sort(listing, window.sort, count)
    page = page_by(
        rows, order=listing.order_of(sort), window=window, size=size, fields=listing.fields
    )
    shown = listing.show(viewer, page.rows)
    return ListPage(
        title=listing.title,
        columns=_on_screen(listing),
        rows=shown,
        is_written=listing.is_written,
        page=Page(page.rows, page.next, page.previous, count_text(count)),
        heads=[_head(listing, column, sort, count) for column in _on_screen(listing)],
        totals=_totals(_on_screen(listing), shown, sums),
        has_all_totals=bool(sums),
        sort=sort,
        conditions=narrow.conditions,
        is_filtered=narrow.is_filtered,
        export_token=sign_export(listing, narrow, sort) if listing.duty else "",
        count=count,
    )


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What somebody looked at when he asked for a workbook."""

    code: str
    filters: dict[str, Any]
    conditions: str
    sort: str


def sign_export(listing: Listing[Any, Any], narrow: Narrowing, sort: str) -> str:
    """Return what the export button carries: list, filters and order, signed by this site."""
    filters = {name: _stored(value) for name, value in narrow.filters.items()}
    content = [listing.code, filters, narrow.conditions, sort]
    return signing.dumps(content, salt=_SALT, compress=True)


def read_export(token: str) -> ExportRequest | None:
    """Return what a button carried, or None if this site did not write it."""
    try:
        return ExportRequest(*signing.loads(token, salt=_SALT))
    except signing.BadSignature:
        return None


def exported_ids(
    listing: Listing[RowModel, Any], viewer: Viewer, request: ExportRequest
) -> QuerySet[RowModel, int]:
    """Return the ids an export writes, in its order, as a query."""
    rows = listing.query(viewer, **request.filters).select_related(None)
    return sort_rows(rows, listing.order_of(request.sort)).values_list("pk", flat=True)


def exported_rows(
    listing: Listing[Any, Any], viewer: Viewer, request: ExportRequest, ids: Sequence[int]
) -> list[list[CellValue]]:
    """Return the cells of these rows, in the order of `ids`."""
    rows = listing.query(viewer, **request.filters)
    by_id = read_rows(rows, ids, listing.fields)
    return listing.export_rows(viewer, [by_id[row_id] for row_id in ids if row_id in by_id])


def _measure(listing: Listing[Any, Any], rows: QuerySet[Any]) -> tuple[int, dict[str, Any]]:
    """Return how many rows there are, up to the limit and one more, and their sums below it.

    Counted first: a list too long to be summed up is not joined with what its columns would sum.
    """
    counted = rows.order_by().select_related(None)
    count = counted.values("pk")[: COUNT_LIMIT + 1].count()
    sums = {f"total_{c.key}": Sum(c.total) for c in _on_screen(listing) if c.total}
    if count > COUNT_LIMIT:
        return count, {}
    return count, counted.aggregate(**sums) if sums and count else dict.fromkeys(sums)


def _granted_sort(listing: Listing[Any, Any], asked: str, count: int) -> str:
    """Return the sort word that is used: of a list too long for it, the default."""
    column = listing.sortable.get(asked.removeprefix("-"))
    if column is None or (count > COUNT_LIMIT and not column.is_indexed):
        return listing.default
    return asked


def _on_screen(listing: Listing[Any, Any]) -> list[Column]:
    return [column for column in listing.columns if column.place != "file"]


def _head(listing: Listing[Any, Any], column: Column, sort: str, count: int) -> Head:
    is_sorted = sort.removeprefix("-") == column.key
    is_falling = sort.startswith("-")
    is_too_long = bool(column.order) and count > COUNT_LIMIT and not column.is_indexed
    asks = f"-{column.key}" if column.is_number else column.key  # the largest is looked for
    if is_sorted:
        asks = column.key if is_falling else f"-{column.key}"
    return Head(
        key=column.key,
        label=column.label,
        is_number=column.is_number,
        sort=asks if column.order and not is_too_long else "",
        direction=("descending" if is_falling else "ascending") if is_sorted else "",
        is_too_long=is_too_long,
    )


def _totals(
    columns: Sequence[Column], rows: Iterable[Any], sums: Mapping[str, Any]
) -> list[TotalCell]:
    """Return the cells of the total rows: the label's span first; none if nothing is summed."""
    first = next((i for i, column in enumerate(columns) if column.total), None)
    if first is None:
        return []
    shown, cells = list(rows), [TotalCell(span=first)]
    for column in columns[first:]:
        if not column.total:
            cells.append(TotalCell(span=1))
            continue
        values = [value for row in shown if (value := column.read(row)) is not None]
        zero: Decimal | int = 0 if column.kind is Kind.COUNT else Decimal("0.00")
        page, everything = sum(values, zero), sums.get(f"total_{column.key}")
        is_count = column.kind is Kind.COUNT
        cells.append(TotalCell(1, page, zero if everything is None else everything, is_count))
    return cells


def _cell(value: Any, kind: Kind) -> CellValue:
    """Return a row's value as a cell: instants in the city's time, several words joined."""
    match value:
        case bool():
            value = "是" if value else "否"
        case datetime():
            value = f"{value.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"
        case list() | tuple():
            value = "、".join(str(part) for part in value)
        case date() if kind is Kind.TEXT:  # months are kept as their first day
            value = month_text(value)
    is_kept = value is None or isinstance(value, str | date) or kind in {Kind.AMOUNT, Kind.COUNT}
    return value if is_kept else str(value)


def _words(bound: BoundField) -> str:
    """Return what a filter field says, in words; whole identity numbers masked."""
    value = bound.value()
    if value in (None, "", [], False):
        return ""
    choices = dict(getattr(bound.field, "choices", ()))
    if choices:
        known = {str(code): str(label) for code, label in choices.items()}
        values = value if isinstance(value, list) else [value]
        return "、".join(known.get(str(one), "") for one in values).strip("、")
    if value is True or value == "on":
        return "是"
    text = half_width(str(value)).strip()
    is_identity = len(text) == _IDENTITY_LENGTH and text[:-1].isdigit()
    return f"{text[:6]}********{text[-4:]}" if is_identity else text[:60]
