"""Interest computed by hand: whole months by month, days over 360."""

from datetime import date
from decimal import Decimal

import pytest

from common.periods import months_later
from funds.enums import InterestMode, InvestmentKind
from funds.investment_interest import (
    Span,
    Terms,
    income_at_end,
    income_of_coupon,
    interest_of,
    span_of,
)

ZERO = Decimal(0)


@pytest.mark.parametrize(
    ("first", "until", "months", "days"),
    [
        ("2026-01-15", "2027-01-15", 12, 0),
        ("2026-01-15", "2026-02-14", 0, 30),
        ("2026-01-31", "2026-02-28", 1, 0),  # February has no 31st: its last day is a month later
        ("2026-01-31", "2026-03-01", 1, 1),
        ("2024-02-29", "2025-02-28", 12, 0),
        ("2026-06-15", "2026-06-15", 0, 0),
        ("2025-11-20", "2026-01-19", 1, 30),
    ],
)
def test_a_time_is_whole_months_and_days(first, until, months, days):
    assert span_of(date.fromisoformat(first), date.fromisoformat(until)) == Span(months, days)


def test_interest_never_runs_backwards():
    with pytest.raises(ValueError, match="forward"):
        span_of(date(2026, 2, 1), date(2026, 1, 31))


def test_months_later_stays_within_its_month():
    assert months_later(date(2023, 12, 31), 2) == date(2024, 2, 29)
    assert months_later(date(2026, 5, 2), 36) == date(2029, 5, 2)


@pytest.mark.parametrize(
    ("principal", "rate", "first", "until", "interest"),
    [
        # a year: 20,000,000 x 1.95 %
        ("20000000", "1.9500", "2025-03-10", "2026-03-10", "390000.00"),
        # five years: 1,000,000 x 2.38 % x 5
        ("1000000", "2.3800", "2021-03-10", "2026-03-10", "119000.00"),
        # a month and ten days are 40 of 360: 1,000,000 x 1.5 % / 9 = 1,666.666...
        ("1000000", "1.5000", "2026-03-10", "2026-04-20", "1666.67"),
        # one day: 1,234,567.89 x 0.05 % / 360 = 1.71467...
        ("1234567.89", "0.0500", "2026-03-10", "2026-03-11", "1.71"),
        # half a cent goes up: 3,600 x 0.05 % / 360 = 0.005
        ("3600", "0.0500", "2026-03-10", "2026-03-11", "0.01"),
    ],
)
def test_interest_is_months_by_month_and_days_over_360(principal, rate, first, until, interest):
    found = interest_of(
        Decimal(principal), Decimal(rate), date.fromisoformat(first), date.fromisoformat(until)
    )
    assert found == Decimal(interest)


def terms(kind=InvestmentKind.BOND, mode=InterestMode.YEARLY, fees="0"):
    return Terms(
        kind, mode, Decimal(1_000_000), Decimal(fees), Decimal("2.4000"),
        date(2024, 3, 10), date(2027, 3, 10),
    )  # fmt: skip


def test_a_coupon_is_due_for_completed_periods_only():
    # 24,000.00 a year; the second year ends on 10 March 2026.
    assert income_of_coupon(terms(), date(2025, 3, 9), ZERO) == 0
    assert income_of_coupon(terms(), date(2025, 3, 10), ZERO) == 24_000
    assert income_of_coupon(terms(), date(2026, 3, 20), Decimal(24_000)) == 24_000
    half = terms(mode=InterestMode.HALF_YEARLY)
    assert income_of_coupon(half, date(2024, 9, 10), ZERO) == 12_000
    assert income_of_coupon(half, date(2028, 1, 1), Decimal(60_000)) == 12_000


def test_the_end_pays_what_is_left_and_the_fees_lessen_it():
    # Three years are 72,000.00, two of them were paid.
    assert income_at_end(terms(), date(2027, 3, 10), ZERO, Decimal(48_000)) == 24_000
    assert income_at_end(terms(fees="200"), date(2027, 3, 12), ZERO, Decimal(48_000)) == 23_800
    assert income_at_end(terms(fees="200"), date(2024, 3, 11), ZERO, ZERO) == 0


def test_a_deposit_taken_back_early_loses_its_rate_and_gains_the_other_when_late():
    deposit = terms(InvestmentKind.DEPOSIT, InterestMode.AT_END)
    rate = Decimal("0.2000")
    # a year early: 24 months at 0.2 % are 4,000.00; ten days late: 1,000,000 x 0.2 % x 10 / 360
    assert income_at_end(deposit, date(2026, 3, 10), rate, ZERO) == 4_000
    assert income_at_end(deposit, date(2027, 3, 20), rate, ZERO) == Decimal("72055.56")
