"""Arithmetic of the fund's analysis: rates of change, months of capacity and their levels."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from funds.enums import CapacityLevel

TENTH = Decimal("0.1")


def change_percent(now: Decimal, before: Decimal) -> Decimal | None:
    """Return by how many per cent a figure changed, one decimal; None from zero or below."""
    if before <= 0:
        return None
    return ((now - before) * 100 / before).quantize(TENTH, ROUND_HALF_UP)


def months_of_capacity(balance: Decimal, expenditures: Sequence[Decimal]) -> Decimal | None:
    """Return how many months a balance pays, one decimal; None without expenditure.

    Args:
        balance: the rolled balance in yuan; below zero it pays no month.
        expenditures: of the last full months, at most twelve, in yuan.

    Source: 支付能力＝滚存结余÷近12个月月均支出.
    """
    total = sum(expenditures, Decimal(0))
    if total <= 0:
        return None
    months = max(balance, Decimal(0)) * len(expenditures) / total
    return months.quantize(TENTH, ROUND_HALF_UP)


def capacity_level(
    months: Decimal | None, limits: Mapping[CapacityLevel, Decimal]
) -> CapacityLevel:
    """Return how serious so many months of capacity are; without expenditure there is no level.

    Args:
        limits: the months below which a level begins; the most serious that applies counts.

    Source: 支付能力预警 by months; a bound belongs to the milder level.
    """
    if months is None:
        return CapacityLevel.NONE
    reached = [level for level in CapacityLevel if level in limits and months < limits[level]]
    return reached[0] if reached else CapacityLevel.NORMAL


def forecast_balances(balance: Decimal, monthly_change: Decimal, months: int) -> list[Decimal]:
    """Return the balance at the end of each of the next months if they go on as on average."""
    return [balance + monthly_change * n for n in range(1, months + 1)]


def is_policy_gate_open(balance: Decimal, spent: Decimal, months: Decimal) -> bool | None:
    """Tell whether last year's closing balance pays so many months of last year's expenditure.

    None where last year had no expenditure. Source: 稳岗返还、技能提升补贴、扩岗补助 are for pools
    whose rolled balance could pay at least a year.
    """
    return None if spent <= 0 else balance * 12 >= spent * months
