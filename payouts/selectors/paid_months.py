"""What was paid, by office and month, from the return files: no payment line is read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import require_any
from common.actor import Person
from common.periods import add_months
from payouts.enums import ReturnState
from payouts.models import BankReturn

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PaidCell:
    """What one office paid in one month of the bank's day. Yuan."""

    month: date
    success_count: int
    success_total: Decimal
    fail_count: int
    fail_total: Decimal


@dataclass(frozen=True, slots=True)
class OfficePaid:
    """One office with a cell for every month asked for, oldest first."""

    organisation_id: int
    office: str
    cells: tuple[PaidCell, ...]


def sum_paid_months(*, actor: Person, until: date, months: int) -> list[OfficePaid]:
    """Return what every office in reach paid in each of the last `months` months up to `until`.

    By the bank's day. An office that never paid in these months is left out.

    Args:
        until: first day of the last month, which is included.

    Raises:
        DutyNotHeld: the post reads no batches anywhere.
    """
    reach = require_any(actor, Duty.BATCH_READ)
    first = add_months(until, 1 - months)
    sums = (
        BankReturn.objects.filter(
            state=ReturnState.APPLIED,
            batch__organisation_id__in=reach,
            bank_date__gte=first,
            bank_date__lt=add_months(until, 1),
        )
        .order_by()
        .values_list("batch__organisation_id", TruncMonth("bank_date"))
        .annotate(Sum("success_count"), Sum("success_total"), Sum("fail_count"), Sum("fail_total"))
    )
    found = {(office, month): PaidCell(month, *figures) for office, month, *figures in sums}
    every_month = [add_months(first, n) for n in range(months)]
    paying = {office for office, _ in found}
    offices = Organisation.objects.filter(pk__in=paying).order_by("code")
    return [
        OfficePaid(
            office.pk,
            office.short_name,
            tuple(
                found.get((office.pk, month), PaidCell(month, 0, ZERO, 0, ZERO))
                for month in every_month
            ),
        )
        for office in offices
    ]
