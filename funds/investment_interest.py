"""Interest that a term deposit or a bond ought to bring. No database and no clock.

Whole years and months are counted by month, what remains by its days over 360.

Source: 银发〔2005〕129号《中国人民银行关于人民币存贷款计结息问题的通知》:
计息期为整年（月）的按年（月）数计息，有零头天数的另按日利率计息，日利率=年利率÷360
(banks may count actual days over 365 instead; tolerance and explanation take that up);
《人民币单位存款管理办法》(银发〔1997〕485号): 提前支取和逾期部分按支取日挂牌活期利率计息.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.money import round_yuan
from common.periods import months_later
from funds.enums import InterestMode, InvestmentKind

ZERO = Decimal("0.00")
DAYS_OF_YEAR, DAYS_OF_MONTH, PERCENT = 360, 30, 100
MONTHS_OF_COUPON = {InterestMode.YEARLY: 12, InterestMode.HALF_YEARLY: 6}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed; `principal` and `fees` in yuan, `rate` in percent a year."""

    kind: InvestmentKind
    mode: InterestMode
    principal: Decimal
    fees: Decimal
    rate: Decimal
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Span:
    """A time as interest counts it: whole months, then days."""

    months: int
    days: int


def span_of(first: date, until: date) -> Span:
    """Return the whole months and the days left from the first day to `until`, not counted.

    Raises:
        ValueError: `until` is before `first`.
    """
    if until < first:
        raise ValueError("interest runs forward")
    months = (until.year - first.year) * 12 + until.month - first.month
    if months_later(first, months) > until:
        months -= 1
    return Span(months, (until - months_later(first, months)).days)


def interest_of(principal: Decimal, rate: Decimal, first: date, until: date) -> Decimal:
    """Return the interest from the first day to `until`, which is not counted; rounded once."""
    span = span_of(first, until)
    days = span.months * DAYS_OF_MONTH + span.days
    return round_yuan(principal * rate * days / (PERCENT * DAYS_OF_YEAR))


def needs_demand_rate(terms: Terms, on: date) -> bool:
    """Tell whether part of the interest runs at the rate of demand deposits."""
    return terms.kind == InvestmentKind.DEPOSIT and on != terms.last


def income_at_end(terms: Terms, on: date, demand_rate: Decimal, had: Decimal) -> Decimal:
    """Return the income to expect when all is taken back on a day, after `had` was paid.

    A deposit taken back early bears the demand rate throughout, one taken back late bears it
    after its last day. A bond bears its own rate while it is held, and none after its last day.
    The fees of the purchase lessen the income, for they were booked as cost.
    """
    held_until = min(on, terms.last)
    rate = terms.rate
    if terms.kind == InvestmentKind.DEPOSIT and on < terms.last:
        rate = demand_rate
    income = interest_of(terms.principal, rate, terms.first, held_until)
    if terms.kind == InvestmentKind.DEPOSIT and on > terms.last:
        income += interest_of(terms.principal, demand_rate, terms.last, on)
    return max(income - had - terms.fees, ZERO)


def income_of_coupon(terms: Terms, on: date, had: Decimal) -> Decimal:
    """Return the interest due for the coupon periods completed by a day, after `had` was paid."""
    months = MONTHS_OF_COUPON[terms.mode]
    held = span_of(terms.first, min(on, terms.last)).months
    whole = months_later(terms.first, held // months * months)
    return max(interest_of(terms.principal, terms.rate, terms.first, whole) - had, ZERO)
