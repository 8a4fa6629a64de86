"""What every act on a case begins with: the locked row, and the content a signature covers."""

from typing import Any

from accounts.enums import SubjectKind
from accounts.services.signatures import Matter, content_hash
from common.actor import Person
from payouts.models import BenefitCase
from payouts.selectors.case_access import visible_case


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
