"""Stopping, suspending and resuming an entitlement: applied for, and decided by another person."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.permissions import require_duty
from accounts.selectors.parameters import value_or
from accounts.services import attachments, audit, notices, signatures
from accounts.services.signatures import Matter, Verdict
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.periods import add_months, month_of, month_text
from payouts.enums import (
    ChangeKind,
    ChangeReason,
    ChangeState,
    EntitlementState,
    PlanState,
)
from payouts.models import DisbursementPlanLine, Entitlement, EntitlementChange
from payouts.workflows.plans import STATE_AFTER_CHANGE, change_kind, reasons_at

PRISON_BY_LAW = "STOP"  # 《失业保险条例》第十五条; a pool may suspend instead


class ChangeNotFitting(DomainError):
    code = "CHANGE_NOT_FITTING"
    message = "该待遇目前的状态不能按此原因办理，请刷新页面后核对"


class ChangeInFuture(DomainError):
    code = "CHANGE_IN_FUTURE"
    message = "情形发生日期不能晚于今天"


class ChangeNoteMissing(DomainError):
    code = "CHANGE_NOTE_MISSING"
    message = "请填写情况说明"


class ChangeWaiting(DomainError):
    code = "CHANGE_WAITING"
    message = "该待遇已有停发恢复申请待核准，请先办理该申请"


class ChangeNotWaiting(DomainError):
    code = "CHANGE_NOT_WAITING"
    message = "该申请已由他人办理，请刷新页面"


class ChangeUnsigned(DomainError):
    code = "CHANGE_UNSIGNED"
    message = "停发、暂停和恢复须由申请人以外的人员签署核准"


class PersonInOpenPlan(DomainError):
    code = "PERSON_IN_OPEN_PLAN"
    message = "该人员在尚未签批的发放计划中，请先作废该计划再核准"


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """What is applied for: the reason, the day it arose, and what was found out."""

    reason: ChangeReason
    happened_on: date
    note: str


@transaction.atomic
def apply_change(
    *,
    actor: Person,
    entitlement_id: int,
    wish: ChangeWish,
    evidence: Evidence | None,
    at: datetime,
) -> EntitlementChange:
    """Apply for stopping, suspending or resuming an entitlement; the reason says which.

    Raises:
        DutyNotHeld, ChangeNoteMissing, ChangeInFuture, ChangeWaiting, OwnMatter.
        ChangeNotFitting: the reason does not fit the entitlement's state.
    """
    entitlement = _locked(entitlement_id)
    person = require_duty(actor, Duty.ENTITLEMENT_APPLY, over=entitlement.organisation_id)
    today, note = timezone.localdate(at), wish.note.strip()
    if wish.reason not in reasons_at(entitlement.state):
        raise ChangeNotFitting
    if not note:
        raise ChangeNoteMissing
    if wish.happened_on > today:
        raise ChangeInFuture
    prison = value_or(code="prison", on=today, default=PRISON_BY_LAW)
    with constraint_errors({"change_one_waiting_per_entitlement": ChangeWaiting}):
        change = EntitlementChange.objects.create(
            pool_id=person.pool_id,
            entitlement=entitlement,
            organisation_id=entitlement.organisation_id,
            kind=change_kind(wish.reason, prison=prison),
            reason=wish.reason,
            happened_on=wish.happened_on,
            note=note,
            requested_by_id=person.user_id,
            requested_at=at,
        )
    signatures.approve(person, _matter(change), "APPLY", at, note)
    if evidence is not None:
        attachments.attach(
            actor=person,
            matter=(SubjectKind.ENTITLEMENT_CHANGE, change.pk),
            organisation_id=change.organisation_id,
            duty=Duty.CASE_READ,
            evidence=evidence,
            at=at,
        )
    _record(person, change, "requested", at, {"kind": change.kind, "reason": change.reason})
    _tell_deciders(change, at)
    return change


@transaction.atomic
def decide_change(
    *, actor: Person, change_id: int, decision: Decision, opinion: str, at: datetime
) -> EntitlementChange:
    """Approve or refuse an application under the person's signature.

    Raises:
        DutyNotHeld, ChangeNotWaiting, AlreadySigned, OpinionMissing, OwnMatter.
        ChangeNotFitting: the entitlement ended in the meantime.
        PersonInOpenPlan: a plan that is not signed yet would still pay the person; names it.
    """
    change = _locked_change(change_id)
    person = require_duty(actor, Duty.ENTITLEMENT_DECIDE, over=change.organisation_id)
    if change.state != ChangeState.WAITING or decision == Decision.RETURN:
        raise ChangeNotWaiting
    verdict = Verdict(decision, opinion.strip(), at)
    signatures.sign(actor=person, matter=_matter(change), step="DECIDE", verdict=verdict)
    is_approved = decision == Decision.APPROVE
    change.state = ChangeState.APPROVED if is_approved else ChangeState.REFUSED
    if is_approved:
        entitlement = _locked(change.entitlement_id)
        if change.reason not in reasons_at(entitlement.state):
            raise ChangeNotFitting
        _require_no_open_plan(entitlement)
        change.from_month = _from_month(entitlement, change.kind, timezone.localdate(at))
    with constraint_errors({"change_signed_by_two": ChangeUnsigned}):
        change.save(update_fields=["state", "from_month"])
    if is_approved:
        _carry_out(entitlement, change)
    _record(person, change, "decided", at, {"state": change.state, "opinion": opinion.strip()})
    notices.notify_people(
        pool_id=change.pool_id,
        user_ids=[change.requested_by_id],
        message=_message(change, f"{_words(change)}：{change.get_state_display()}"),
        at=at,
    )
    return change


def _locked(entitlement_id: int) -> Entitlement:
    found = (
        Entitlement.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=entitlement_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _locked_change(change_id: int) -> EntitlementChange:
    found = (
        EntitlementChange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("entitlement")
        .filter(pk=change_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _require_no_open_plan(entitlement: Entitlement) -> None:
    line = (
        DisbursementPlanLine.objects.filter(entitlement=entitlement, is_live=True)
        .exclude(plan__state=PlanState.APPROVED)
        .select_related("plan")
        .first()
    )
    if line is not None:
        raise PersonInOpenPlan(
            f"{entitlement.claimant_name}在尚未签批的发放计划{line.plan.number}中，"
            "请先作废该计划再核准"
        )


def _from_month(entitlement: Entitlement, kind: str, today: date) -> date:
    """Return the month after the last one planned; without a plan this month or the first.

    Months of a suspension are not drawn later: a resumption counts from this month at the earliest.
    """
    last = DisbursementPlanLine.objects.filter(entitlement=entitlement, is_live=True).aggregate(
        month=Max("benefit_month")
    )["month"]
    if last is None:
        return max(entitlement.first_month, month_of(today))
    following = add_months(last, 1)
    return max(following, month_of(today)) if kind == ChangeKind.RESUME else following


def _carry_out(entitlement: Entitlement, change: EntitlementChange) -> None:
    is_resumed = change.kind == ChangeKind.RESUME
    entitlement.state = EntitlementState(STATE_AFTER_CHANGE[change.kind])
    entitlement.stop_reason = "" if is_resumed else str(ChangeReason(change.reason).label)
    entitlement.save(update_fields=["state", "stop_reason"])


def _matter(change: EntitlementChange) -> Matter:
    content = signatures.content_hash(
        {
            "entitlement": change.entitlement_id,
            "kind": change.kind,
            "reason": change.reason,
            "happened_on": change.happened_on,
            "note": change.note,
        }
    )
    return Matter(SubjectKind.ENTITLEMENT_CHANGE, change.pk, 1, content, change.organisation_id)


def _words(change: EntitlementChange) -> str:
    name = change.entitlement.claimant_name
    return f"{name}{change.get_kind_display()}待遇（{change.get_reason_display()}）"


def _record(
    person: Person, change: EntitlementChange, verb: str, at: datetime, after: dict[str, object]
) -> None:
    audit.record(
        actor=person,
        verb=f"payouts.change.{verb}",
        subject=change,
        at=at,
        label=_words(change),
        organisation_id=change.organisation_id,
        after=after,
    )


def _tell_deciders(change: EntitlementChange, at: datetime) -> None:
    month = month_text(month_of(change.happened_on))
    notices.notify_duty(
        pool_id=change.pool_id,
        duty=Duty.ENTITLEMENT_DECIDE,
        over=change.organisation_id,
        message=_message(change, f"{_words(change)}，{month}发生，请核准"),
        at=at,
    )


def _message(change: EntitlementChange, text: str) -> notices.Message:
    return notices.Message(
        kind=NoticeKind.TASK,
        text=text[:300],
        url=reverse("payouts:change", kwargs={"change_id": change.pk}),
        key=f"entitlement change {change.pk} {change.state}",
    )
