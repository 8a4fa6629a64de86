"""Late plans: asked for by the office, permitted by the city under a signature (P32)."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from accounts.services.signatures import Matter, Verdict
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import month_of, month_text
from payouts.enums import UnlockState
from payouts.models import BenefitItem, PlanUnlock
from payouts.selectors.plan_calendar import deadline_of


class UnlockExists(DomainError):
    code = "UNLOCK_EXISTS"
    message = "该月份的逾期解锁已申请或已批准，请在列表中查看"


class UnlockNotNeeded(DomainError):
    code = "UNLOCK_NOT_NEEDED"
    message = "该月份尚未到计划提交截止日，不需要解锁"


class UnlockReasonMissing(DomainError):
    code = "UNLOCK_REASON_MISSING"
    message = "请填写逾期原因"


class UnlockNotWaiting(DomainError):
    code = "UNLOCK_NOT_WAITING"
    message = "该申请已由他人办理，请刷新页面"


class UnlockUnsigned(DomainError):
    code = "UNLOCK_UNSIGNED"
    message = "逾期解锁须由申请人以外的人员签署批准"


@transaction.atomic
def request_unlock(
    *,
    actor: Person,
    organisation_id: int,
    item_id: int,
    month: date,
    reason: str,
    at: datetime,
) -> PlanUnlock:
    """Ask the city to let a plan in after the month's deadline; the request is signed.

    Raises:
        DutyNotHeld, UnlockReasonMissing, UnlockExists.
        UnlockNotNeeded: the deadline has not passed.
    """
    person = require_duty(actor, Duty.PLAN_PREPARE, over=organisation_id)
    month, reason = month_of(month), reason.strip()
    item = BenefitItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFound
    if not reason:
        raise UnlockReasonMissing
    if timezone.localdate(at) <= deadline_of(stage="PLAN", month=month, item_code=item.code):
        raise UnlockNotNeeded
    with constraint_errors({"unlock_once_per_office_item_month": UnlockExists}):
        unlock = PlanUnlock.objects.create(
            pool_id=person.pool_id,
            organisation_id=organisation_id,
            item=item,
            month=month,
            reason=reason,
            requested_by_id=person.user_id,
            requested_at=at,
        )
    signatures.approve(person, _matter(unlock), "APPLY", at, reason)
    _record(person, unlock, "requested", at, {"month": month, "reason": reason})
    office = Organisation.objects.get(pk=organisation_id)
    text = f"{office.short_name}申请{month_text(month)}发放计划逾期解锁：{reason}"
    notices.notify_duty(
        pool_id=unlock.pool_id,
        duty=Duty.PLAN_UNLOCK,
        over=organisation_id,
        message=_message(unlock, text),
        at=at,
    )
    return unlock


@transaction.atomic
def decide_unlock(
    *, actor: Person, unlock_id: int, decision: Decision, opinion: str, at: datetime
) -> PlanUnlock:
    """Permit or refuse a late plan under the person's signature.

    Raises:
        DutyNotHeld, UnlockNotWaiting, AlreadySigned, OpinionMissing.
    """
    unlock = (
        PlanUnlock.objects.select_for_update(of=("self",), no_key=True).filter(pk=unlock_id).first()
    )
    if unlock is None:
        raise NotFound
    person = require_duty(actor, Duty.PLAN_UNLOCK, over=unlock.organisation_id)
    if unlock.state != UnlockState.WAITING or decision == Decision.RETURN:
        raise UnlockNotWaiting
    verdict = Verdict(decision, opinion.strip(), at)
    signatures.sign(actor=person, matter=_matter(unlock), step="UNLOCK", verdict=verdict)
    is_granted = decision == Decision.APPROVE
    unlock.state = UnlockState.GRANTED if is_granted else UnlockState.REFUSED
    with constraint_errors({"unlock_signed_by_two": UnlockUnsigned}):
        unlock.save(update_fields=["state"])
    _record(person, unlock, "decided", at, {"state": unlock.state, "opinion": opinion.strip()})
    text = f"{month_text(unlock.month)}发放计划逾期解锁{unlock.get_state_display()}"
    notices.notify_people(
        pool_id=unlock.pool_id,
        user_ids=[unlock.requested_by_id],
        message=_message(unlock, text),
        at=at,
    )
    return unlock


def _matter(unlock: PlanUnlock) -> Matter:
    content = signatures.content_hash(
        {
            "organisation": unlock.organisation_id,
            "item": unlock.item_id,
            "month": unlock.month,
            "reason": unlock.reason,
        }
    )
    return Matter(SubjectKind.PLAN_UNLOCK, unlock.pk, 1, content, unlock.organisation_id)


def _record(
    person: Person, unlock: PlanUnlock, verb: str, at: datetime, after: dict[str, object]
) -> None:
    audit.record(
        actor=person,
        verb=f"payouts.unlock.{verb}",
        subject=unlock,
        at=at,
        label=month_text(unlock.month),
        organisation_id=unlock.organisation_id,
        after=after,
    )


def _message(unlock: PlanUnlock, text: str) -> notices.Message:
    return notices.Message(
        kind=NoticeKind.TASK,
        text=text[:300],
        url=reverse("payouts:unlock", kwargs={"unlock_id": unlock.pk}),
        key=f"unlock {unlock.pk} {unlock.state}",
    )
