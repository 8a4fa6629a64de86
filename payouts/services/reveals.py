"""Showing a number in full: for a reason, to a post that may, and on the record."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from accounts.duties import Duty
from accounts.services import audit
from common.actor import Person
from common.encryption import Purpose, decrypt
from common.errors import NotFound
from payouts.models import BenefitCase
from payouts.selectors.case_access import visible_case
from payouts.selectors.claimants import REVEALED
from payouts.services.intake import ReasonMissing

REASON_LENGTH = 100


class Secret(StrEnum):
    """Which number is shown."""

    IDENTITY = "identity"
    ACCOUNT = "account"
    PHONE = "phone"
    AGENT = "agent"


SECRET_WORDS = {
    Secret.IDENTITY: "证件号",
    Secret.ACCOUNT: "收款账号",
    Secret.PHONE: "联系电话",
    Secret.AGENT: "代办人证件号",
}


@dataclass(frozen=True, slots=True)
class Revealed:
    """The whole number, and the masked one that replaces it after a minute."""

    value: str
    masked: str


@transaction.atomic
def reveal_number(
    *, actor: Person, case_id: int, secret: Secret, reason: str, at: datetime
) -> Revealed:
    """Return one number of a case in full and record who looked, and why.

    Raises:
        DutyNotHeld: the post may not look. NotFound: another office's case, or no such number.
        ReasonMissing: no reason given.
    """
    case = visible_case(actor, case_id, Duty.SENSITIVE_REVEAL)
    if not reason.strip():
        raise ReasonMissing
    cipher, masked, purpose = _sealed(case, secret)
    if not cipher:
        raise NotFound
    audit.record(
        actor=actor,
        verb=REVEALED,
        subject=case.claimant,
        at=at,
        label=f"{case.claimant.name} {SECRET_WORDS[secret]}",
        organisation_id=actor.organisation_id,
        after={
            "what": SECRET_WORDS[secret],
            "reason": reason.strip()[:REASON_LENGTH],
            "case": case.number,
        },
    )
    return Revealed(decrypt(cipher, pool_id=case.pool_id, purpose=purpose), masked)


def _sealed(case: BenefitCase, secret: Secret) -> tuple[str, str, Purpose]:
    claimant, account = case.claimant, case.payee_account
    match secret:
        case Secret.IDENTITY:
            return claimant.identity_cipher, claimant.identity_masked, Purpose.IDENTITY
        case Secret.PHONE:
            return claimant.phone_cipher, claimant.phone_masked, Purpose.PHONE
        case Secret.AGENT:
            return case.agent_identity_cipher, case.agent_identity_masked, Purpose.IDENTITY
        case Secret.ACCOUNT if account is not None:
            return account.number_cipher, account.number_masked, Purpose.ACCOUNT
    return "", "", Purpose.ACCOUNT
