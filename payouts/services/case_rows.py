"""What every act on a case begins with: the locked row, and the content a signature covers."""

from dataclasses import dataclass
from typing import Any

from accounts.enums import SubjectKind
from accounts.services.signatures import Matter, content_hash
from common.actor import Person
from common.errors import DomainError
from payouts.models import BenefitCase
from payouts.selectors.case_access import visible_case
from payouts.selectors.computation import ClaimFacts, Computation, compute_claim


class ClaimIncomplete(DomainError):
    code = "CLAIM_INCOMPLETE"
    message = "四收录的内容不完整，还没有核定结果，请先完成收录"


def lock_case(actor: Person, case_id: int) -> BenefitCase:
    """Lock one case the actor may see and return it as it stands now.

    Raises:
        NotFound: it is not there, or another office's.
    """
    visible_case(actor, case_id)
    return (
        BenefitCase.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item", "claimant", "organisation", "paying_organisation", "payee_account")
        .get(pk=case_id)
    )


def case_content(case: BenefitCase) -> dict[str, Any]:
    """Return what the signatures of a case cover: person, claim, figures and how they came."""
    account = case.payee_account
    return {
        "person_key": case.claimant.person_key,
        "name": case.claimant.name,
        "item": case.item.code,
        "review_depth": case.review_depth,
        "organisation": case.organisation_id,
        "insured_organisation": case.insured_organisation_id,
        "paying_organisation": case.paying_organisation_id,
        "channel": case.channel,
        "service_mode": case.service_mode,
        "is_special_group": case.is_special_group,
        "agent": [case.agent_name, case.agent_identity_masked, case.agent_relation],
        "leaving_reason": case.leaving_reason,
        "unemployed_date": case.unemployed_date,
        "registered_date": case.registered_date,
        "applied_date": case.applied_date,
        "account_key": account.number_key if account else None,
        "account_holder": account.holder_name if account else None,
        "contributed_months": case.contributed_months,
        "carried_months": case.carried_months,
        "months_granted": case.months_granted,
        "monthly_amount": case.monthly_amount,
        "first_month": case.first_month,
        "computation": case.computation,
    }


def content_sha256(case: BenefitCase) -> str:
    """Return the digest of the case's content as it stands now."""
    return content_hash(case_content(case))


def matter_of(case: BenefitCase, *, organisation_id: int) -> Matter:
    """Return the case as a matter to sign, at the office whose post signs."""
    return Matter(SubjectKind.CASE, case.pk, case.round, case.content_sha256, organisation_id)


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
        item_depth=case.item.review_depth,
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
