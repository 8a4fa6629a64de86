"""Keyset paging: one page of rows, newest first, and the cursors of its neighbours."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

PAGE_SIZE = 50
COUNT_LIMIT = 10_000  # beyond it a list says "more than" instead of counting on

RowModel = TypeVar("RowModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[RowModel]):
    """Rows in the order of the screen, and what `components/pager.html` asks for."""

    rows: list[RowModel]
    next: int | None
    previous: int | None
    count_text: str


def page_of(
    rows: QuerySet[RowModel], *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[RowModel]:
    """Return the page after or before a row id; the newest page without either.

    `after` and `before` come from the address; what is no number counts as missing.
    """
    count = rows.order_by()[: COUNT_LIMIT + 1].count()
    if before.isdigit():
        found = list(rows.filter(pk__gt=int(before)).order_by("pk")[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        start: dict[str, Any] = {"pk__lt": int(after)} if after.isdigit() else {}
        found = list(rows.filter(**start).order_by("-pk")[: size + 1])
        has_newer, has_older = bool(start), len(found) > size
        found = found[:size]
    return Page(
        rows=found,
        next=found[-1].pk if found and has_older else None,
        previous=found[0].pk if found and has_newer else None,
        count_text=f"共 {count} 条" if count <= COUNT_LIMIT else f"共 {COUNT_LIMIT} 条以上",
    )
