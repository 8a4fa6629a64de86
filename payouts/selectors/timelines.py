"""Who signed what, as `components/timeline.html` shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.enums import SubjectKind
from accounts.models import Signature
from accounts.selectors.signatures import STEP_LABELS, TimelineEntry, list_timeline

DECISION_TONES = {"APPROVE": "green", "RETURN": "amber", "REFUSE": "red"}
PAYMENT_LABELS = {**STEP_LABELS, "REVIEW": "复核"}
MADE = {"PREPARE": "提交", "APPLY": "提交"}  # the maker's own signature decides nothing


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One entry of `components/timeline.html`; without `at` it is still to come."""

    step: str
    person: str = ""
    post: str = ""
    organisation: str = ""
    decision: str = ""
    tone: str = ""
    opinion: str = ""
    at: datetime | None = None
    is_void: bool = False
    void_reason: str = ""


def timeline_row(entry: TimelineEntry, *, step: str = "") -> TimelineRow:
    """Return a signature as a row; `step`: another name of its step."""
    return TimelineRow(
        step=step or entry.step_label,
        person=entry.person,
        post=entry.post,
        organisation=entry.organisation,
        decision=MADE.get(entry.step, entry.decision_label),
        tone=DECISION_TONES[entry.decision],
        opinion=entry.opinion,
        at=entry.at,
        is_void=entry.is_void,
        void_reason=entry.void_reason,
    )


def list_payment_timeline(
    *, kind: SubjectKind, subject_id: int, round_number: int, sha256: str, to_come: Sequence[str]
) -> list[TimelineRow]:
    """Return who signed a batch or re-issue, and which of `to_come` are still unsigned."""
    entries = list_timeline(
        kind=kind, subject_id=subject_id, current_round=round_number, current_sha256=sha256
    )
    rows = [timeline_row(entry, step=PAYMENT_LABELS.get(entry.step, "")) for entry in entries]
    signed = {entry.step for entry in entries}
    return rows + [TimelineRow(step=PAYMENT_LABELS[step]) for step in to_come if step not in signed]


def list_application_timeline(
    *, kind: SubjectKind, subject_id: int, to_come: Sequence[str]
) -> list[TimelineRow]:
    """Return who signed an application that is made once, and the steps in `to_come`."""
    signatures = (
        Signature.objects.filter(subject_kind=kind, subject_id=subject_id)
        .select_related("person", "post", "organisation")
        .order_by("id")
    )
    rows = [
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
    return rows + [TimelineRow(step=STEP_LABELS[step]) for step in to_come]
