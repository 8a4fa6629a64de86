"""How many persons drew an item in some months, by office and in the whole city."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import require_any
from common.actor import Person
from common.db import run_sql
from common.periods import last_day

ZERO = Decimal("0.00")
UNEMPLOYMENT_BENEFIT = "B01"


@dataclass(frozen=True, slots=True)
class OfficeRecipients:
    """Persons whom one office paid, each once, and what they got in yuan."""

    code: str
    office: str
    persons: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Recipients:
    """Persons paid in a span of months, each once, in the whole city and by office."""

    persons: int
    amount: Decimal
    offices: Sequence[OfficeRecipients]


def count_recipients(
    *,
    actor: Person,
    spans: Sequence[tuple[date, date]],
    item_code: str = UNEMPLOYMENT_BENEFIT,
) -> list[Recipients]:
    """Return for each span (first and last month) who was paid, by the bank's day.

    Figures are of the whole city, without names. One statement of SQL and one for the offices.

    Raises:
        DutyNotHeld: the post reads neither books nor batches.
    """
    require_any(actor, Duty.BOOKS_READ, Duty.BATCH_READ)
    parameters = {
        "since": [first for first, _ in spans],
        "until": [last_day(last) for _, last in spans],
        "item_code": item_code,
    }
    found = {
        (place, office): (persons, amount)
        for place, office, persons, amount in run_sql("payouts", "count_recipients", parameters)
    }
    offices = list(Organisation.objects.order_by("code"))
    return [
        Recipients(
            *found.get((place, None), (0, ZERO)),
            offices=[
                OfficeRecipients(office.code, office.short_name, *found[place, office.pk])
                for office in offices
                if (place, office.pk) in found
            ],
        )
        for place in range(1, len(spans) + 1)
    ]
