"""The business items of the pool, kept from page to page: lists name them in every row."""

from collections.abc import Mapping
from typing import NamedTuple

from common.remembering import kept
from payouts.models import BenefitItem


class Item(NamedTuple):
    """A business item as pages name it."""

    id: int
    code: str
    name: str
    is_offered: bool


@kept
def known_items() -> Mapping[int, Item]:
    """Return the pool's items by their ids, in the order of their codes."""
    rows = BenefitItem.objects.order_by("code").values_list(*Item._fields)
    return {row[0]: Item(*row) for row in rows}


def offered_items() -> list[tuple[int, str]]:
    """Return (id, code and name) of the items that are offered, for a select box."""
    items = known_items().values()
    return [(item.id, f"{item.code} {item.name}") for item in items if item.is_offered]
