"""Requests to hand in late plans."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Signature
from accounts.permissions import require_any, require_visible
from accounts.selectors.paging import Page, page_of
from accounts.selectors.signatures import STEP_LABELS
from common.actor import Person
from common.errors import NotFound
from payouts.enums import UnlockState
from payouts.models import PlanUnlock
from payouts.selectors.plan_details import DECISION_TONES, TimelineRow

TONES = {"WAITING": "blue", "GRANTED": "green", "REFUSED": "red"}
DUTIES = (Duty.PLAN_PREPARE, Duty.PLAN_UNLOCK)


@dataclass(frozen=True, slots=True)
class UnlockLine:
    """One request."""

    id: int
    organisation_id: int
    organisation: str
    item: str
    month: date
    reason: str
    state: str
    state_label: str
    tone: str
    requested_by_id: int
    requested_by: str
    requested_at: datetime


def list_unlocks(
    *, actor: Person, after: str = "", before: str = ""
) -> tuple[list[UnlockLine], Page[PlanUnlock]]:
    """Return the requests of the offices in reach, newest first."""
    rows = _rows().filter(organisation_id__in=require_any(actor, *DUTIES))
    page = page_of(rows, after=after, before=before)
    return [_line(unlock) for unlock in page.rows], page


def get_unlock(*, actor: Person, unlock_id: int) -> tuple[UnlockLine, list[TimelineRow]]:
    """Return one request and who signed it; NotFound for another office's."""
    unlock = _rows().filter(pk=unlock_id).first()
    if unlock is None:
        raise NotFound
    require_visible(actor, *DUTIES, over=unlock.organisation_id)
    signatures = (
        Signature.objects.filter(subject_kind=SubjectKind.PLAN_UNLOCK, subject_id=unlock.pk)
        .select_related("person", "post", "organisation")
        .order_by("id")
    )
    entries = [
        TimelineRow(
            step=STEP_LABELS[row.step],
            person=row.person.name,
            post=row.post.name,
            organisation=row.organisation.short_name,
            decision="申请" if row.step == "APPLY" else row.get_decision_display(),
            tone=DECISION_TONES[row.decision],
            opinion=row.opinion,
            at=row.signed_at,
        )
        for row in signatures
    ]
    if unlock.state == UnlockState.WAITING:
        entries.append(TimelineRow(step=STEP_LABELS["UNLOCK"]))
    return _line(unlock), entries


def _rows() -> QuerySet[PlanUnlock]:
    return PlanUnlock.objects.select_related("organisation", "item", "requested_by")


def _line(unlock: PlanUnlock) -> UnlockLine:
    return UnlockLine(
        id=unlock.pk,
        organisation_id=unlock.organisation_id,
        organisation=unlock.organisation.short_name,
        item=unlock.item.name,
        month=unlock.month,
        reason=unlock.reason,
        state=unlock.state,
        state_label=UnlockState(unlock.state).label,
        tone=TONES[unlock.state],
        requested_by_id=unlock.requested_by_id,
        requested_by=unlock.requested_by.name,
        requested_at=unlock.requested_at,
    )
