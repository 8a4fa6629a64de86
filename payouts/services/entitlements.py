"""What a determined case entitles a person to: opened with the last signature, never before."""

from datetime import datetime

from accounts.services import audit
from common.actor import Person
from payouts.models import BenefitCase, Entitlement
from payouts.selectors.case_computation import ClaimIncomplete


def open_entitlement(*, actor: Person, case: BenefitCase, at: datetime) -> Entitlement:
    """Create the entitlement of a case that has just been determined.

    Call in the transaction of the last signature, with the case locked.

    Raises:
        ClaimIncomplete: the case has no figures (the database refuses such a state as well).
    """
    if (
        case.paying_organisation_id is None
        or case.payee_account_id is None
        or case.contributed_months is None
        or case.months_granted is None
        or case.first_month is None
    ):
        raise ClaimIncomplete
    entitlement = Entitlement.objects.create(
        pool_id=case.pool_id,
        case=case,
        claimant=case.claimant,
        person_key=case.claimant.person_key,
        claimant_name=case.claimant.name,
        item=case.item,
        organisation_id=case.paying_organisation_id,
        payee_account_id=case.payee_account_id,
        contributed_months=case.contributed_months,
        months_granted=case.months_granted,
        first_month=case.first_month,
    )
    audit.record(
        actor=actor,
        verb="payouts.entitlement.opened",
        subject=entitlement,
        at=at,
        label=case.number,
        organisation_id=case.paying_organisation_id,
        after={"months_granted": case.months_granted, "first_month": case.first_month},
    )
    return entitlement
