"""The policy gate: whether last year's balance lets subsidies for jobs and skills be paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.selectors.parameters import value_or
from funds.calculators import is_policy_gate_open
from funds.selectors.monthly_results import MonthlyResult, read_monthly_results

ZERO = Decimal("0.00")
MONTHS_OF_YEAR = 12
GATE_MONTHS = "12"


@dataclass(frozen=True, slots=True)
class PolicyGate:
    """What last year's figures allow. Yuan; `is_open` None without expenditure last year.

    `is_whole_year`: the books cover all of last year.
    """

    year: int
    balance: Decimal
    spent: Decimal
    months_needed: Decimal
    is_whole_year: bool
    is_open: bool | None


def find_policy_gate(*, book_id: int, on: date) -> PolicyGate:
    """Return the gate of a book on a day. Two statements of SQL over the balances."""
    december = date(on.year - 1, 12, 1)
    return gate_of(read_monthly_results(book_id=book_id, until=december), on)


def gate_of(results: Sequence[MonthlyResult], on: date) -> PolicyGate:
    """Return the gate on a day by the monthly results of the year before among these."""
    year = on.year - 1
    of_year = [row for row in results if row.month.year == year]
    balance = of_year[-1].balance if of_year else ZERO
    spent = sum((row.lines["O00"] for row in of_year), ZERO)
    needed = Decimal(str(value_or(code="policy_gate_months", on=on, default=GATE_MONTHS)))
    return PolicyGate(
        year=year,
        balance=balance,
        spent=spent,
        months_needed=needed,
        is_whole_year=len(of_year) == MONTHS_OF_YEAR,
        is_open=is_policy_gate_open(balance, spent, needed),
    )
