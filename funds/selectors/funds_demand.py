"""What the books say of a funds-use plan's reserve and means."""

from datetime import date
from decimal import Decimal

from accounts.selectors.parameters import value_or
from common.db import run_sql
from common.periods import add_months
from funds.demand import FundsDemand, average_paid
from funds.selectors.balances import account_balance

EXPENDITURE = "1004"  # 支出户存款, 财会〔2017〕28号
# Benefits, refunds and transfers out; not remittances between levels (5301, 5302).
PAID_FROM_EXPENDITURE = ["5001", "5104", "5105", "5201"]
# In force where the city has set none: the fullest reserve that 支出户 may keep.
RESERVE_MONTHS, AVERAGE_MONTHS = "2", 3


def funds_demand(
    *,
    book_id: int,
    month: date,
    payments: Decimal,
    promised: Decimal,
    today: date,
    plan_id: int | None = None,
) -> FundsDemand:
    """Return what payments of a month need and what 支出户 has left for them.

    The reserve follows from the months before `month`, as many as the parameter
    `reserve_average_months` says, that paid anything. `plan_id` is left out of what is expected.
    """
    return FundsDemand(
        payments=payments,
        average_paid=average_paid(list(paid_by_month(book_id, month, today).values())),
        reserve_months=Decimal(
            str(value_or(code="reserve_months", on=today, default=RESERVE_MONTHS))
        ),
        balance=account_balance(book_id=book_id, account_code=EXPENDITURE, until=None),
        expected=expected_amount(book_id=book_id, plan_id=plan_id),
        promised=promised,
    )


def paid_by_month(book_id: int, month: date, today: date) -> dict[date, Decimal]:
    """Return what was paid in each of the months before `month` that count for the average."""
    count = int(value_or(code="reserve_average_months", on=today, default=AVERAGE_MONTHS))
    parameters = {
        "book_id": book_id,
        "first": add_months(month, -count),
        "last": add_months(month, -1),
        "prefixes": PAID_FROM_EXPENDITURE,
    }
    return dict(run_sql("funds", "sum_paid_by_month", parameters))


def expected_amount(*, book_id: int, plan_id: int | None = None) -> Decimal:
    """Return what plans but `plan_id` have asked for, or were approved, that is not booked yet."""
    parameters = {"book_id": book_id, "plan_id": plan_id or 0}
    amount: Decimal = run_sql("funds", "sum_expected_funds", parameters)[0][0]
    return amount
