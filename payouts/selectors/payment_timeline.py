"""The timeline of a batch or re-issue as `components/timeline.html` shows it."""

from collections.abc import Sequence

from accounts.enums import SubjectKind
from accounts.selectors.signatures import STEP_LABELS, list_timeline
from payouts.selectors.plan_details import TimelineRow

TONES = {"APPROVE": "green", "RETURN": "amber", "REFUSE": "red"}
LABELS = {**STEP_LABELS, "REVIEW": "复核"}
MADE = {"PREPARE": "提交", "APPLY": "提交"}  # the maker's own signature decides nothing


def list_payment_timeline(
    *, kind: SubjectKind, subject_id: int, round_number: int, sha256: str, to_come: Sequence[str]
) -> list[TimelineRow]:
    """Return who signed what, and which of `to_come` (steps in order) are still unsigned."""
    entries = list_timeline(
        kind=kind, subject_id=subject_id, current_round=round_number, current_sha256=sha256
    )
    rows = [
        TimelineRow(
            step=LABELS.get(entry.step, entry.step_label),
            person=entry.person,
            post=entry.post,
            organisation=entry.organisation,
            decision=MADE.get(entry.step, entry.decision_label),
            tone=TONES[entry.decision],
            opinion=entry.opinion,
            at=entry.at,
            is_void=entry.is_void,
            void_reason=entry.void_reason,
        )
        for entry in entries
    ]
    signed = {entry.step for entry in entries}
    return rows + [TimelineRow(step=LABELS[step]) for step in to_come if step not in signed]
