"""Signed months, written by reconciliation, read by plans (P49)."""

from datetime import date, datetime

from django.db import transaction

from accounts.services import audit
from common.actor import Actor
from common.db import constraint_errors
from common.errors import DomainError
from common.periods import month_of, month_text
from payouts.models import MonthSignOff


class StatementUnsigned(DomainError):
    code = "STATEMENT_UNSIGNED"
    message = "对账明细表尚未由机构负责人签字"


class MonthAlreadySigned(DomainError):
    code = "MONTH_ALREADY_SIGNED"
    message = "该月份已有生效的对账签字，请先撤回"


REFUSALS = {
    "month_sign_off_has_signed_statement": StatementUnsigned,
    "month_signed_once_per_office": MonthAlreadySigned,
}


@transaction.atomic
def record_month_signed(
    *, actor: Actor, organisation_id: int, month: date, statement_id: int, at: datetime
) -> MonthSignOff:
    """Note that an office head signed the statement of a month; its next plan may go in.

    Call after the statement's signature of step SIGN is written, which the database checks.
    The caller has checked the duty.

    Raises:
        StatementUnsigned: no such signature.
        MonthAlreadySigned: an earlier version still stands; withdraw it first.
    """
    with constraint_errors(REFUSALS):
        sign_off = MonthSignOff.objects.create(
            pool_id=actor.pool_id,
            organisation_id=organisation_id,
            month=month_of(month),
            statement_id=statement_id,
            signed_at=at,
        )
    _record(actor, sign_off, "recorded", at)
    return sign_off


@transaction.atomic
def withdraw_month_signed(*, actor: Actor, organisation_id: int, month: date, at: datetime) -> bool:
    """Take the sign-off of a month out of force; return whether there was one.

    Called when a signed statement is replaced by a new version. The caller checked the duty.
    """
    sign_off = (
        MonthSignOff.objects.select_for_update(of=("self",), no_key=True)
        .filter(organisation_id=organisation_id, month=month_of(month), is_live=True)
        .first()
    )
    if sign_off is None:
        return False
    sign_off.is_live = False
    sign_off.save(update_fields=["is_live"])
    _record(actor, sign_off, "withdrawn", at)
    return True


def _record(actor: Actor, sign_off: MonthSignOff, verb: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        verb=f"payouts.month_sign_off.{verb}",
        subject=sign_off,
        at=at,
        label=month_text(sign_off.month),
        organisation_id=sign_off.organisation_id,
        after={"statement": sign_off.statement_id},
    )
