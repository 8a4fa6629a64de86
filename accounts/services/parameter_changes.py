"""Changes of policy values and of onboarding states: asked for by one, approved by another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import (
    Decision,
    NoticeKind,
    OrganisationLevel,
    ParameterChangeState,
    SubjectKind,
)
from accounts.models import Document, Organisation, Parameter, ParameterChange
from accounts.models.changes import ONBOARDING
from accounts.permissions import require_duty
from accounts.selectors.parameter_changes import change_label, change_matter
from accounts.selectors.parameter_texts import parameter_text
from accounts.services import audit, notices, signatures
from accounts.services.documents import NewDocument, store_document
from accounts.services.signatures import Matter, Verdict
from accounts.workflows import next_onboarding
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence

# What an app makes of a value before it is asked for: refuses what it could not compute with.
ValueCheck = Callable[[str, Any], None]


class ChangeWaiting(DomainError):
    code = "PARAMETER_CHANGE_WAITING"
    message = "该参数已有变更申请待核准，请先办理该申请"


class ChangeNotWaiting(DomainError):
    code = "PARAMETER_CHANGE_NOT_WAITING"
    message = "该申请已由他人办理，请刷新页面"


class ChangeTooLate(DomainError):
    code = "PARAMETER_CHANGE_TOO_LATE"
    message = "生效日期须晚于核准当日，已经核定和支付的待遇不追溯"


class ChangeEndsEarly(DomainError):
    code = "PARAMETER_CHANGE_ENDS_EARLY"
    message = "失效日期不能早于生效日期"


class ValueKnown(DomainError):
    code = "PARAMETER_VALUE_KNOWN"
    message = "该参数在同一生效日期已有取值，请另定生效日期"


class ChangeUnsigned(DomainError):
    code = "PARAMETER_CHANGE_UNSIGNED"
    message = "参数变更须由申请人以外的人员签署核准"


class RegionUnknown(DomainError):
    code = "PARAMETER_REGION_UNKNOWN"
    message = "该参数不能按此地区设定，请重新选择适用地区"


class StateNotNext(DomainError):
    code = "ONBOARDING_NOT_NEXT"
    message = "该机构不能从目前的上线状态直接改为所选状态，请刷新页面后重新选择"


REFUSALS: dict[str, type[DomainError]] = {
    "parameter_change_one_waiting": ChangeWaiting,
    "parameter_change_ends_after_it_starts": ChangeEndsEarly,
    "parameter_change_signed_by_two": ChangeUnsigned,
    "parameter_begins_after_its_approval": ChangeTooLate,
    "parameter_one_value_per_start": ValueKnown,
    "organisation_onboarding_as_signed": StateNotNext,
}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What every change rests on: the basis and its text, why, and what could go wrong."""

    source: str
    reason: str
    risk: str
    source_scan: Evidence
    risk_scan: Evidence


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value asked for: of which parameter and district, in force from which day until when."""

    code: str
    region_code: str
    value: Any
    valid_from: date
    valid_until: date | None


@transaction.atomic
def apply_for_value(
    *, actor: Person, wish: NewValue, grounds: Grounds, check: ValueCheck, at: datetime
) -> ParameterChange:
    """Ask for a new dated value; `check` is the computing app's word on it.

    Raises:
        DutyNotHeld, ChangeWaiting, ChangeTooLate, ChangeEndsEarly, ValueKnown, RegionUnknown;
        what `check` raises.
    """
    require_duty(actor, Duty.PARAMETER_APPLY, over=_centre().pk)
    check(wish.code, wish.value)
    _require_begins_later(wish.valid_from, at)
    offices = Organisation.objects.filter(region_code=wish.region_code)
    if wish.region_code and not offices.exists():
        raise RegionUnknown
    same = Parameter.objects.filter(
        code=wish.code, region_code=wish.region_code, valid_from=wish.valid_from
    )
    if same.exists():
        raise ValueKnown
    change = ParameterChange(
        code=wish.code,
        region_code=wish.region_code,
        value=wish.value,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
    )
    return _enter(actor, change, grounds, at)


@transaction.atomic
def apply_for_onboarding(
    *, actor: Person, organisation_id: int, state: str, grounds: Grounds, at: datetime
) -> ParameterChange:
    """Ask for an office's next onboarding state; it holds from its approval.

    Raises:
        DutyNotHeld, ChangeWaiting, StateNotNext; NotFound without such an office.
    """
    office = _office(organisation_id)
    require_duty(actor, Duty.PARAMETER_APPLY, over=office.pk)
    if state not in next_onboarding(office.onboarding):
        raise StateNotNext
    change = ParameterChange(code=ONBOARDING, organisation=office, value=state)
    return _enter(actor, change, grounds, at)


def _enter(
    actor: Person, change: ParameterChange, grounds: Grounds, at: datetime
) -> ParameterChange:
    change.pool_id, change.requested_by_id, change.requested_at = actor.pool_id, actor.user_id, at
    change.source, change.reason, change.risk = grounds.source, grounds.reason, grounds.risk
    change.source_document = _keep(actor, "政策依据", grounds.source_scan, at)
    change.risk_document = _keep(actor, "风险评估", grounds.risk_scan, at)
    with constraint_errors(REFUSALS):
        change.save(force_insert=True)
    signatures.approve(actor, _matter(change), "APPLY", at, change.reason)
    asked = {"value": parameter_text(change.code, change.value), "reason": change.reason}
    if change.valid_from:
        asked["valid_from"] = str(change.valid_from)
    _record(actor, "requested", change, at, asked)
    notices.notify_duty(
        pool_id=change.pool_id,
        duty=Duty.PARAMETER_APPROVE,
        over=_place(change),
        message=_message(change, f"参数变更申请待核准：{change_label(change)}"),
        at=at,
    )
    return change


def _keep(actor: Person, title: str, scan: Evidence, at: datetime) -> Document:
    document = NewDocument(
        organisation_id=_centre().pk,
        duty=Duty.PARAMETER_READ,
        title=f"{title}：{scan.file_name}"[:150],
        file_name=scan.file_name[-150:],
        media_type=scan.media_type,
        content=scan.content,
    )
    return store_document(actor=actor, document=document, at=at)


@transaction.atomic
def decide_change(*, actor: Person, change_id: int, verdict: Verdict) -> ParameterChange:
    """Approve or refuse an application under a second person's signature, and carry it out.

    Raises:
        DutyNotHeld, ChangeNotWaiting, AlreadySigned, OpinionMissing, ContentChanged.
        ChangeTooLate: its day has come before it was approved; ValueKnown, StateNotNext.
    """
    change = (
        ParameterChange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "source_document", "risk_document")
        .filter(pk=change_id)
        .first()
    )
    if change is None:
        raise NotFound
    require_duty(actor, Duty.PARAMETER_APPROVE, over=_place(change))
    if change.state != ParameterChangeState.WAITING or verdict.decision == Decision.RETURN:
        raise ChangeNotWaiting
    is_approved = verdict.decision == Decision.APPROVE
    if is_approved and change.valid_from:
        _require_begins_later(change.valid_from, verdict.signed_at)
    signatures.sign(actor=actor, matter=_matter(change), step="DECIDE", verdict=verdict)
    change.state = ParameterChangeState.APPROVED if is_approved else ParameterChangeState.REFUSED
    with constraint_errors(REFUSALS):
        change.save(update_fields=["state"])
        if is_approved:
            _carry_out(change)
    after = {"state": change.state, "opinion": verdict.opinion}
    _record(actor, "decided", change, verdict.signed_at, after)
    notices.notify_people(
        pool_id=change.pool_id,
        user_ids=[change.requested_by_id],
        message=_message(change, f"{change_label(change)}：{change.get_state_display()}"),
        at=verdict.signed_at,
    )
    return change


def _carry_out(change: ParameterChange) -> None:
    if change.organisation_id is not None:
        office = _office(change.organisation_id)
        office.onboarding = change.value
        office.save(update_fields=["onboarding"])
    if change.valid_from is not None:
        _put_into_force(change, change.valid_from)


def _put_into_force(change: ParameterChange, first_day: date) -> None:
    Parameter.objects.create(
        pool_id=change.pool_id,
        code=change.code,
        region_code=change.region_code,
        value=change.value,
        valid_from=first_day,
        valid_until=change.valid_until,
        source=change.source,
        change=change,
    )


def _require_begins_later(day: date, at: datetime) -> None:
    if day <= timezone.localdate(at):
        raise ChangeTooLate


def _centre() -> Organisation:
    return Organisation.objects.get(level=OrganisationLevel.CITY)


def _office(organisation_id: int) -> Organisation:
    office = (
        Organisation.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=organisation_id)
        .first()
    )
    if office is None:
        raise NotFound
    return office


def _place(change: ParameterChange) -> int:
    return change.organisation_id or _centre().pk


def _matter(change: ParameterChange) -> Matter:
    content = signatures.content_hash(change_matter(change))
    return Matter(SubjectKind.PARAMETER, change.pk, 1, content, _place(change))


def _record(
    actor: Person, act: str, change: ParameterChange, at: datetime, after: dict[str, str]
) -> None:
    audit.record(
        actor=actor,
        verb=f"accounts.parameter_change.{act}",
        subject=change,
        at=at,
        label=change_label(change)[:120],
        organisation_id=_place(change),
        after=after,
    )


def _message(change: ParameterChange, text: str) -> notices.Message:
    return notices.Message(
        kind=NoticeKind.TASK,
        text=text[:300],
        url=reverse("parameter_change", args=[change.pk]),
        key=f"parameter change {change.pk} {change.state}",
    )
