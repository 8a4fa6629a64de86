"""The two sides of R1 and R7, as the set-based statements find them; and the sums of P25."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from common.db import load_sql, run_sql
from common.periods import add_months
from payouts.enums import BatchState
from payouts.models import BenefitItem

ZERO = Decimal("0.00")
SHANGHAI = ZoneInfo("Asia/Shanghai")
FETCHED_AT_ONCE = 5000  # rows
APP = "reconciliation"


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """One item and batch on both sides; `kind` is a difference's code, empty when equal."""

    item_code: str
    batch_number: str
    business_count: int
    business_amount: Decimal
    ledger_count: int
    ledger_amount: Decimal
    vouchers: str
    kind: str

    @property
    def gap(self) -> Decimal:
        """Return business less ledger, in yuan."""
        return self.business_amount - self.ledger_amount


@dataclass(frozen=True, slots=True)
class ItemTotals:
    """One item summed over its batches."""

    item_code: str
    item_name: str
    business_count: int
    business_amount: Decimal
    ledger_count: int
    ledger_amount: Decimal

    @property
    def gap(self) -> Decimal:
        """Return business less ledger, in yuan."""
        return self.business_amount - self.ledger_amount


def compare_business_with_ledger(
    *, organisation_id: int, book_id: int, month: date
) -> list[ComparedPair]:
    """Return every item and batch of an office's month with both sides' figures (R1)."""
    parameters = _month_parameters(organisation_id, book_id, month)
    rows = run_sql(APP, "compare_business_with_ledger", parameters)
    return [ComparedPair(*row) for row in rows]


def _month_parameters(organisation_id: int, book_id: int, month: date) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "book_id": book_id,
        "month": month,
        "next_month": add_months(month, 1),
    }


def sum_by_item(pairs: list[ComparedPair]) -> list[ItemTotals]:
    """Return the pairs' totals by item, in the order of the items' codes."""
    names = dict(BenefitItem.objects.values_list("code", "name"))
    totals = []
    for code in sorted({pair.item_code for pair in pairs}):
        own = [pair for pair in pairs if pair.item_code == code]
        totals.append(
            ItemTotals(
                item_code=code,
                item_name=names.get(code, "未注明业务项目"),
                business_count=sum(pair.business_count for pair in own),
                business_amount=sum((pair.business_amount for pair in own), ZERO),
                ledger_count=sum(pair.ledger_count for pair in own),
                ledger_amount=sum((pair.ledger_amount for pair in own), ZERO),
            )
        )
    return totals


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One payment with its batch and vouchers; a booking without payment has no position."""

    item_code: str
    batch_number: str
    position: int | None
    instruction: str
    payee_name: str
    account: str
    amount: Decimal | None
    bank_date: date | None
    bank_serial: str
    vouchers: str
    batch_booked: Decimal


def list_compared_lines(
    *, organisation_id: int, book_id: int, month: date
) -> Generator[ComparedLine]:
    """Yield R1's detail down to the line, from a server-side cursor: constant memory at any N.

    Consume it inside the transaction that opened it.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            load_sql(APP, "list_compared_lines"), _month_parameters(organisation_id, book_id, month)
        )
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            for row in rows:
                yield ComparedLine(*row)


@dataclass(frozen=True, slots=True)
class BatchCheck:
    """One file sent to the bank and what came back (R7)."""

    id: int
    organisation_id: int
    number: str
    item_code: str
    state: str
    sent_at: datetime
    sent_count: int
    sent_amount: Decimal
    is_answered: bool
    success_count: int
    success_amount: Decimal
    fail_count: int
    fail_amount: Decimal
    wrong_count: int

    @property
    def state_label(self) -> str:
        """Return the batch's state in words."""
        return BatchState(self.state).label

    @property
    def is_equal(self) -> bool:
        """Tell whether sent = success + failure, in count and amount, line by line."""
        return (
            self.is_answered
            and self.wrong_count == 0
            and self.sent_count == self.success_count + self.fail_count
            and self.sent_amount == self.success_amount + self.fail_amount
        )


def compare_batches_with_returns(
    *, organisation_ids: Sequence[int], book_id: int, month: date
) -> list[BatchCheck]:
    """Return every file of these offices sent in the month with the bank's answer (R7)."""
    parameters = {
        "organisation_ids": list(organisation_ids),
        "book_id": book_id,
        "starts_at": datetime.combine(month, time.min, tzinfo=SHANGHAI),
        "ends_at": datetime.combine(add_months(month, 1), time.min, tzinfo=SHANGHAI),
    }
    rows = run_sql(APP, "compare_batches_with_returns", parameters)
    return [BatchCheck(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class PaymentSum:
    """What was paid: by office and month, by office (no month), or in all (neither)."""

    organisation_id: int | None
    month: date | None
    batch_count: int
    line_count: int
    amount: Decimal


def sum_payments(
    *, organisation_ids: list[int], from_month: date, until_month: date
) -> list[PaymentSum]:
    """Return batches, payments and yuan paid, both months inclusive (P25)."""
    rows = run_sql(
        APP,
        "sum_payments",
        {
            "organisation_ids": organisation_ids,
            "from_month": from_month,
            "after_month": add_months(until_month, 1),
        },
    )
    return [PaymentSum(*row) for row in rows]
