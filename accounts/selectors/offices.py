"""The offices of the pool, kept from page to page: lists name them in every row."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from accounts.models import Organisation
from common.remembering import kept


class Office(NamedTuple):
    """An office as pages name it."""

    id: int
    code: str
    short_name: str
    region_code: str


@kept
def known_offices() -> Mapping[int, Office]:
    """Return the pool's offices by their ids, in the order of their codes."""
    rows = Organisation.objects.order_by("code").values_list(*Office._fields)
    return {row[0]: Office(*row) for row in rows}


def organisation_choices(reach: Collection[int]) -> list[tuple[int, str]]:
    """Return (id, name) of the offices in reach for a select box."""
    return [(office.id, office.short_name) for office in offices_in(reach)]


def offices_in(reach: Collection[int]) -> list[Office]:
    """Return the offices in reach, in the order of their codes."""
    return [office for office in known_offices().values() if office.id in reach]
