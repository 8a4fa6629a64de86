"""The summary query of P25: batches and amount paid, by office and period."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import require_any
from common.actor import Person
from reconciliation.selectors.comparisons import PaymentSum, sum_payments

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One office over the period, with its months. Amounts in yuan."""

    office: str
    batch_count: int
    line_count: int
    amount: Decimal
    months: tuple[PaymentSum, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """All offices in reach, also those that paid nothing, and the totals."""

    from_month: date
    until_month: date
    rows: tuple[SummaryRow, ...]
    batch_count: int
    line_count: int
    amount: Decimal


def summarise_payments(*, actor: Person, from_month: date, until_month: date) -> Summary:
    """Return what was paid online by office and month, both months inclusive.

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.

    Source: 攀枝花市级统筹 P25.
    """
    reach = require_any(actor, Duty.RECONCILIATION_READ)
    sums = sum_payments(
        organisation_ids=sorted(reach), from_month=from_month, until_month=until_month
    )
    [total] = [row for row in sums if row.organisation_id is None]
    by_office = {row.organisation_id: row for row in sums if row.month is None}
    rows = []
    for office in Organisation.objects.filter(pk__in=reach).order_by("code"):
        own = by_office.get(office.pk)
        rows.append(
            SummaryRow(
                office=office.short_name,
                batch_count=own.batch_count if own else 0,
                line_count=own.line_count if own else 0,
                amount=own.amount if own else ZERO,
                months=tuple(row for row in sums if row.organisation_id == office.pk and row.month),
            )
        )
    return Summary(
        from_month=from_month,
        until_month=until_month,
        rows=tuple(rows),
        batch_count=total.batch_count,
        line_count=total.line_count,
        amount=total.amount,
    )
