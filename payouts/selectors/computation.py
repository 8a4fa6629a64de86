"""Months and amount of a claim, computed from its record and the values in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payouts import calculators
from payouts.calculators import Line, NotEligible
from payouts.selectors.parameters import (
    large_case_amount,
    rule_in_force,
    standard_in_force,
    start_basis,
)

REFUSAL_LABEL = "不符合条件"


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What a computation starts from, as recorded with the case. Months are whole."""

    applied_date: date
    registered_date: date
    unemployed_date: date
    leaving_reason: str
    contributed_months: int
    contribution_source: str
    carried_months: int
    region_code: str
    item_depth: int


@dataclass(frozen=True, slots=True)
class Computation:
    """What a claim comes to. Without a claim, `refusal` says why and the figures are None."""

    lines: tuple[Line, ...]
    months: int | None = None
    monthly_amount: Decimal | None = None
    first_month: date | None = None
    depth: int = 3
    refusal: str = ""
    refusal_basis: str = ""


def compute_claim(facts: ClaimFacts) -> Computation:
    """Return months, monthly amount and first month of a claim, explained line by line.

    Duration is taken as of the application, the amount as of the first month paid.

    Raises:
        ParameterMissing, RuleInvalid: a policy value is missing or cannot be computed with.
    """
    lines: list[Line] = []
    try:
        lines.append(calculators.require_eligible_reason(facts.leaving_reason))
        _require_registered(facts)
        duration_rule = rule_in_force(code="duration", on=facts.applied_date)
        duration = calculators.months_granted(
            facts.contributed_months,
            facts.carried_months,
            duration_rule.value,
            duration_rule.source,
        )
    except NotEligible as refusal:
        lines.append(Line(REFUSAL_LABEL, refusal.message, "不予受理", refusal.basis))
        return Computation(tuple(lines), refusal=refusal.message, refusal_basis=refusal.basis)
    lines += [_with_source(line, facts.contribution_source) for line in duration.lines]
    return _with_amount(facts, duration.months, lines)


def _with_amount(facts: ClaimFacts, months: int, lines: list[Line]) -> Computation:
    offset = rule_in_force(code="start_month_offset", on=facts.applied_date)
    basis = start_basis(on=facts.applied_date)
    days, months_on = (facts.applied_date, facts.registered_date), int(offset.value)
    first = calculators.first_month(*days, months_on, basis.value)
    standard = standard_in_force(month=first, region_code=facts.region_code)
    amount = calculators.monthly_standard(
        standard.rule, standard.minimum_wage, facts.contributed_months, 1, standard.floor
    )
    sources = (basis.source, offset.source)
    lines.append(calculators.first_month_line(days, months_on, basis.value, sources))
    if standard.minimum_wage is not None:
        wage = f"¥{standard.minimum_wage:,.2f}"
        lines.append(Line("最低工资标准", "发放地当月执行标准", wage, standard.wage_source))
    lines.append(
        calculators.standard_line(standard.rule, standard.minimum_wage, amount, standard.source)
    )
    is_large = amount >= large_case_amount(on=facts.applied_date)
    return Computation(
        lines=tuple(lines),
        months=months,
        monthly_amount=amount,
        first_month=first,
        depth=3 if is_large else facts.item_depth,
    )


def _require_registered(facts: ClaimFacts) -> None:
    """Refuse a claim whose person registered as unemployed only after applying (R05)."""
    if facts.registered_date > facts.applied_date:
        raise NotEligible(
            f"失业登记日期{facts.registered_date}晚于申请日期{facts.applied_date}，申请时尚未登记",
            "《社会保险法》第四十五条第三项",
        )


def _with_source(line: Line, contribution_source: str) -> Line:
    """Name the place the contributed months were taken from."""
    if line.label != "累计缴费时间":
        return line
    return Line(line.label, line.arithmetic, line.value, contribution_source)
