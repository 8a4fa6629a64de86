"""Arithmetic of the fund's analysis: rates of change and months of capacity."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

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
