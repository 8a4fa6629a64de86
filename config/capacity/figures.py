"""How long the fund's money lasts: months of capacity, forecast, policy gate (支付能力预警)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.selectors.parameters import value_or
from common.money import round_yuan
from common.periods import add_months, month_of
from funds.calculators import (
    capacity_level,
    forecast_balances,
    months_of_capacity,
)
from funds.enums import CapacityLevel
from funds.selectors.monthly_results import MonthlyResult, read_monthly_results
from funds.selectors.policy_gates import PolicyGate, gate_of

ZERO = Decimal("0.00")
AVERAGED = 12  # full months, or as many as the books have
MONTHS_OF_YEAR = 12
LEVELS: Mapping[str, str] = {"RED": "3", "ORANGE": "6", "YELLOW": "12"}


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """The balance to expect at the end of a month, and the months it would pay. Yuan."""

    month: date
    balance: Decimal
    capacity: Decimal | None
    level: CapacityLevel


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a book can pay at the end of `month`, the last full one. Yuan.

    Income and expenditure are averages of `averaged` full months; `forecast` runs from the month
    after to December. `limits` are months of capacity by level, below which the level begins.
    """

    month: date
    balance: Decimal
    averaged: int
    income: Decimal
    expenditure: Decimal
    capacity: Decimal | None
    level: CapacityLevel
    limits: Mapping[CapacityLevel, Decimal]
    forecast: Sequence[ForecastMonth]
    gate: PolicyGate

    @property
    def is_warning(self) -> bool:
        """Tell whether somebody should be warned, of now or of the end of the year."""
        calm = {CapacityLevel.NORMAL, CapacityLevel.NONE}
        return self.level not in calm or any(row.level not in calm for row in self.forecast)


def find_capacity(*, book_id: int, today: date) -> Capacity:
    """Return how long a book's rolled balance lasts, by the full months before this one.

    Levels and the gate's months are dated parameters. One reading of the balances.
    """
    month = add_months(month_of(today), -1)
    results = read_monthly_results(book_id=book_id, until=month)
    recent = results[-AVERAGED:]
    balance = results[-1].balance if results else ZERO
    spent = [row.lines["O00"] for row in recent]
    income, expenditure = _average(recent, "I00"), _average(recent, "O00")
    limits = {
        CapacityLevel(level): Decimal(str(months))
        for level, months in value_or(code="capacity_levels", on=today, default=LEVELS).items()
    }
    capacity = months_of_capacity(balance, spent)
    return Capacity(
        month=month,
        balance=balance,
        averaged=len(recent),
        income=income,
        expenditure=expenditure,
        capacity=capacity,
        level=capacity_level(capacity, limits),
        limits=limits,
        forecast=_forecast(month, balance, income - expenditure, spent, limits),
        gate=gate_of(results, today),
    )


def _average(rows: Sequence[MonthlyResult], code: str) -> Decimal:
    total = sum((row.lines[code] for row in rows), ZERO)
    return round_yuan(total / len(rows)) if rows else ZERO


def _forecast(
    month: date,
    balance: Decimal,
    change: Decimal,
    spent: Sequence[Decimal],
    limits: Mapping[CapacityLevel, Decimal],
) -> list[ForecastMonth]:
    """Return the months from the one after `month` to its December; next year's after December."""
    count = MONTHS_OF_YEAR - month.month % MONTHS_OF_YEAR
    rows = []
    for number, expected in enumerate(forecast_balances(balance, change, count), start=1):
        months = months_of_capacity(expected, spent)
        level = capacity_level(months, limits)
        rows.append(ForecastMonth(add_months(month, number), expected, months, level))
    return rows
