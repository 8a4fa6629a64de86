"""What a deposit or bond ought to bring by a day, from its terms and what it brought so far."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from accounts.selectors.parameters import value_or
from funds.enums import EntryKind, EntryState, InterestMode, InvestmentKind
from funds.investment_interest import (
    ZERO,
    Terms,
    income_at_end,
    income_of_coupon,
    needs_demand_rate,
)
from funds.models import FundsEntry, Investment

TOLERANCE = Decimal("1.00")  # yuan; parameter interest_tolerance
# Percent a year, what the large banks quote since May 2025; parameter demand_rate. Where a bank
# quotes another, the difference is explained like any other.
DEMAND_RATE = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class InterestCheck:
    """The income to expect and how far it may differ, in yuan; the demand rate it rests on."""

    expected: Decimal
    tolerance: Decimal
    demand_rate: Decimal | None


def terms_of(investment: Investment) -> Terms:
    """Return what was agreed, for the calculation."""
    return Terms(
        kind=InvestmentKind(investment.kind),
        mode=InterestMode(investment.interest_mode),
        principal=investment.principal,
        fees=investment.fees,
        rate=investment.rate,
        first=investment.date_from,
        last=investment.date_to,
    )


def check_of_redemption(investment: Investment, on: date) -> InterestCheck:
    """Return what taking everything back on a day ought to bring beyond the cost."""
    terms = terms_of(investment)
    rate = None
    if needs_demand_rate(terms, on):
        rate = Decimal(str(value_or(code="demand_rate", on=on, default=DEMAND_RATE)))
    expected = income_at_end(terms, on, rate or ZERO, _coupons(investment))
    return InterestCheck(expected, _tolerance(on), rate)


def check_of_coupon(investment: Investment, on: date) -> InterestCheck:
    """Return what the coupon periods completed by a day ought to bring, less what came."""
    expected = income_of_coupon(terms_of(investment), on, _coupons(investment))
    return InterestCheck(expected, _tolerance(on), None)


def _coupons(investment: Investment) -> Decimal:
    rows = FundsEntry.objects.filter(investment=investment, kind=EntryKind.BOND_INTEREST)
    total = rows.exclude(state=EntryState.WITHDRAWN).aggregate(total=Sum("amount"))["total"]
    return total or ZERO


def _tolerance(on: date) -> Decimal:
    return Decimal(str(value_or(code="interest_tolerance", on=on, default=TOLERANCE)))
