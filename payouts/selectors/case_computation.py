"""A case's months and amount from what it records: the first time, and again (双算)."""

from dataclasses import dataclass

from common.errors import DomainError
from payouts.models import BenefitCase
from payouts.selectors.computation import ClaimFacts, Computation, compute_claim
from payouts.selectors.parameters import review_depth


class ClaimIncomplete(DomainError):
    code = "CLAIM_INCOMPLETE"
    message = "四收录的内容不完整，还没有核定结果，请先完成收录"


def compute_case(case: BenefitCase, contribution_source: str = "案件收录") -> Computation:
    """Compute the case again from its recorded inputs and the values in force on its days.

    Raises:
        ClaimIncomplete: something the computation needs has not been recorded.
        ParameterMissing, RuleInvalid: a policy value is missing or wrong.
    """
    if (
        case.registered_date is None
        or case.unemployed_date is None
        or case.contributed_months is None
        or case.paying_organisation is None
    ):
        raise ClaimIncomplete
    facts = ClaimFacts(
        applied_date=case.applied_date,
        registered_date=case.registered_date,
        unemployed_date=case.unemployed_date,
        leaving_reason=case.leaving_reason,
        contributed_months=case.contributed_months,
        contribution_source=contribution_source,
        carried_months=case.carried_months,
        region_code=case.paying_organisation.region_code,
        item_depth=review_depth(item=case.item, on=case.applied_date),
    )
    return compute_claim(facts)


@dataclass(frozen=True, slots=True)
class SecondComputation:
    """What computing a case again gives, beside what it was signed with (双算)."""

    is_same: bool
    text: str


def second_computation(case: BenefitCase) -> SecondComputation:
    """Compute a case again and compare; a missing parameter counts as a difference."""
    try:
        second = compute_case(case)
    except DomainError as error:
        return SecondComputation(is_same=False, text=f"无法重新计算：{error.message}")
    signed = (case.months_granted, case.monthly_amount, case.first_month, case.review_depth)
    if signed == (second.months, second.monthly_amount, second.first_month, second.depth):
        return SecondComputation(is_same=True, text="双算一致：按案件收录内容重新计算，结果相同")
    amount = f"{second.monthly_amount:,.2f}" if second.monthly_amount is not None else "无"
    text = f"双算不一致：重新计算为{second.months or 0}个月，每月{amount}元"
    return SecondComputation(is_same=False, text=text)
