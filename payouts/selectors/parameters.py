"""The policy values a claim is computed with: those in force on its own days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import WorkYear
from accounts.selectors.parameters import (
    ParameterMissing,
    parameter_in_force,
    value_in_force,
    value_or,
)
from common.periods import WorkingDays
from common.remembering import kept
from payouts.calculators import REGISTRATION
from payouts.models import BenefitItem

LAW_START = "《中华人民共和国社会保险法》第五十条"


@dataclass(frozen=True, slots=True)
class DatedRule:
    """One policy value in force, from which day on, and what it rests on."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class StandardInForce:
    """What a month's amount is computed from, in yuan; the wage only where the rule needs one.

    `floor` is the urban minimum-living allowance, where the pool has entered it.
    """

    rule: Mapping[str, Any]
    minimum_wage: Decimal | None
    source: str
    wage_source: str
    floor: Decimal | None


def rule_in_force(*, code: str, on: date, region_code: str = "") -> DatedRule:
    """Return a policy value with its source; ParameterMissing names what no value covers."""
    row = parameter_in_force(code=code, on=on, region_code=region_code)
    return DatedRule(row.value, f"{row.source}（{row.valid_from:%Y-%m-%d}起）")


def standard_in_force(*, month: date, region_code: str) -> StandardInForce:
    """Return what the benefit of `month` is computed from at a paying place.

    Args:
        month: first day of the benefit month; the values in force on that day count.
        region_code: district of the paying place; the pool's own value if it has none.

    Raises:
        ParameterMissing: no standard, or no minimum wage where one is needed, covers the day.
    """
    rule = rule_in_force(code="benefit_standard", on=month, region_code=region_code)
    living = value_or(code="minimum_living", on=month, region_code=region_code, default=None)
    floor = None if living is None else Decimal(str(living))
    if rule.value.get("kind") != "MINIMUM_WAGE_SHARE":
        return StandardInForce(rule.value, None, rule.source, "", floor)
    wage = rule_in_force(code="minimum_wage", on=month, region_code=region_code)
    return StandardInForce(rule.value, Decimal(str(wage.value)), rule.source, wage.source, floor)


def start_basis(*, on: date) -> DatedRule:
    """Return from when a benefit counts; by law from the registration of unemployment."""
    try:
        return rule_in_force(code="start_basis", on=on)
    except ParameterMissing:
        return DatedRule(REGISTRATION, LAW_START)


def large_case_amount(*, on: date) -> Decimal:
    """Return the monthly amount in yuan from which a claim takes three levels of review."""
    return Decimal(str(value_in_force(code="large_case", on=on)))


def review_depth(*, item: BenefitItem, on: date) -> int:
    """Return how many levels a claim of the item takes (C04): the dated value, else the item's."""
    return int(value_or(code=f"review_depth.{item.code}", on=on, default=item.review_depth))


@kept
def working_days() -> WorkingDays:
    """Return the working calendar of all years entered."""
    years = WorkYear.objects.values_list("year", "days")
    return WorkingDays({year: frozenset(days) for year, days in years})


def days_left(*, calendar: WorkingDays, today: date, due: date) -> int:
    """Return the working days until a deadline; negative when it has passed."""
    if due >= today:
        return calendar.count(today, due)
    return -calendar.count(due, today)
