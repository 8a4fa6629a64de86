"""Keyset paging: one page of rows in any order, exact in both directions.

Every order ends with the row's id, so no two rows are equal and no row is lost or repeated
between two pages, however many share a value. Missing values stand last in rising order.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, IntegerField, Model, Q, QuerySet, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

PAGE_SIZE = 50
COUNT_LIMIT = 10_000  # beyond it a list says "more than" instead of counting on
KEY = "list_key"  # annotation that carries a row's sort value

_LARGEST = Decimal(10) ** 20  # more than any amount; keeps absurd cursors from the database

RowModel = TypeVar("RowModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Window:
    """Where in a list somebody stands, as the address says it: untrusted text."""

    after: str = ""
    before: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """By which field path rows are sorted; without a path by id alone."""

    path: str = ""
    is_falling: bool = True


NEWEST_FIRST = Order()


@dataclass(frozen=True, slots=True)
class Page(Generic[RowModel]):
    """Rows in the order of the screen, and what `components/pager.html` asks for."""

    rows: list[RowModel]
    next: str | int | None
    previous: str | int | None
    count_text: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A row's place in an order: the sort value (None where the order is by id) and the id."""

    value: Any
    id: int


def page_by(
    rows: QuerySet[RowModel],
    *,
    order: Order,
    window: Window,
    size: int = PAGE_SIZE,
    fields: Sequence[str] = (),
) -> Page[Any]:
    """Return the page after or before a cursor; the first page without either.

    Two statements: which rows stand on the page, then those rows with all that is shown of them.
    In one, what the joined tables' policies hide misleads the planner, and it may join every row
    of a city before it takes the first fifty. A cursor that cannot be read counts as missing.
    With `fields` the rows are tuples of these, as `read_rows` gives them, else model rows.
    """
    keyed = rows.annotate(**{KEY: F(order.path)}) if order.path else rows
    before = _read_cursor(keyed, order, window.before)
    after = None if before else _read_cursor(keyed, order, window.after)
    is_falling = order.is_falling != bool(before)
    start = before or after
    if start is not None:
        keyed = keyed.filter(_beyond(rows.model, order, start, is_falling=is_falling))
    places = [_Place(*place) for place in _places(keyed, order, is_falling=is_falling)[: size + 1]]
    has_beyond, places = len(places) > size, places[:size]
    if before:
        places.reverse()
    by_id = read_rows(rows, [place.id for place in places], fields)
    has_next, has_previous = (True, has_beyond) if before else (has_beyond, after is not None)
    return Page(
        rows=[by_id[place.id] for place in places if place.id in by_id],
        next=_cursor(places[-1], order) if places and has_next else None,
        previous=_cursor(places[0], order) if places and has_previous else None,
    )


def read_rows(
    rows: QuerySet[RowModel], ids: Sequence[int], fields: Sequence[str] = ()
) -> dict[int, Any]:
    """Return the rows of these ids, by id: named tuples of pk and `fields`, or model rows.

    A model row of forty fields costs five times a tuple of ten, even if it loads no more.
    """
    found = rows.order_by().filter(pk__in=ids)
    read = found.values_list("pk", *fields, named=True) if fields else found
    return {row.pk: row for row in read}


def sort_rows(rows: QuerySet[RowModel], order: Order) -> QuerySet[RowModel]:
    """Return all rows in an order, as its pages would show them one after another."""
    keyed = rows.annotate(**{KEY: F(order.path)}) if order.path else rows
    return _sorted(keyed, order, is_falling=order.is_falling)


def count_text(count: int) -> str:
    """Say how many rows a list has; `count` was taken up to one more than the limit."""
    return f"共 {count:,} 条" if count <= COUNT_LIMIT else f"共 {COUNT_LIMIT:,} 条以上"


def _sorted(rows: QuerySet[RowModel], order: Order, *, is_falling: bool) -> QuerySet[RowModel]:
    keys = [KEY, "pk"] if order.path else ["pk"]
    return rows.order_by(*(f"-{key}" if is_falling else key for key in keys))


def _places(
    rows: QuerySet[Any], order: Order, *, is_falling: bool
) -> QuerySet[Any, tuple[Any, int]]:
    """Return the sort value (None where the order is by id) and id of each row, in order."""
    value = F(KEY) if order.path else Value(None, output_field=IntegerField())
    return _sorted(rows, order, is_falling=is_falling).values_list(value, "pk")


def _beyond_id(place: _Place, *, is_falling: bool) -> Q:
    return Q(pk__lt=place.id) if is_falling else Q(pk__gt=place.id)


def _beyond(model: type[Model], order: Order, place: _Place, *, is_falling: bool) -> Q:
    """Return the condition for the rows that follow a place in this direction."""
    if not order.path:
        return _beyond_id(place, is_falling=is_falling)
    missing = Q(**{f"{KEY}__isnull": True})
    if place.value is None:
        among_missing = missing & _beyond_id(place, is_falling=is_falling)
        return among_missing | ~missing if is_falling else among_missing
    compare = TupleLessThan if is_falling else TupleGreaterThan
    following = Q(compare(Tuple(F(KEY), F("pk")), (place.value, place.id)))
    # A row comparison alone is one range of an index; so nothing is added without need.
    return following | missing if not is_falling and _may_miss(model, order.path) else following


def _may_miss(model: type[Model], path: str) -> bool:
    """Tell whether a field path may hold nothing; a computed one always may."""
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        model = field.related_model or model
    return False


def _cursor(place: _Place, order: Order) -> str | int:
    if not order.path:
        return place.id
    value = place.value
    text = value if value is None or isinstance(value, str) else _plain(value)
    packed = json.dumps([text, place.id], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_cursor(rows: QuerySet[Any], order: Order, text: str) -> _Place | None:
    """Return the place a cursor names, or None for anything that is no cursor of this order."""
    if not order.path:
        is_id = text.isascii() and text.isdigit() and len(text) < 19
        return _Place(None, int(text)) if is_id else None
    try:
        padded = text + "=" * (-len(text) % 4)
        value, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if type(row_id) is not int or not 0 < row_id < 2**63:
            return None
        return _Place(None if value is None else _typed(rows, value), row_id)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError, ValidationError):
        return None


def _typed(rows: QuerySet[Any], value: object) -> Any:
    """Return a cursor's text as the type of the sort field; ValueError if it is none."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a sort value")
    value.encode()  # refuses lone surrogates
    field: Field[Any, Any] = rows.query.annotations[KEY].output_field
    typed = field.to_python(value)
    if typed is None or (isinstance(typed, Decimal) and not _is_sensible(typed)):
        raise ValueError("not a sort value")
    return typed


def _is_sensible(number: Decimal) -> bool:
    return number.is_finite() and abs(number) < _LARGEST
