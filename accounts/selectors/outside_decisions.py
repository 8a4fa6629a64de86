"""What bodies outside the agency decided on a matter, as its page lists it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.enums import SubjectKind
from accounts.models import OutsideDecision


@dataclass(frozen=True, slots=True)
class OutsideDecisionRow:
    """One letter. `amount` in yuan, None where no sum was decided."""

    round: int
    step: str
    body: str
    decision: str
    decision_label: str
    opinion: str
    amount: Decimal | None
    document_number: str
    decided_date: date
    evidence_id: int | None
    recorded_by: str
    recorded_at: datetime


def list_outside_decisions(*, kind: SubjectKind, subject_id: int) -> list[OutsideDecisionRow]:
    """Return the letters on a matter, oldest first; the caller may read the matter."""
    rows = OutsideDecision.objects.filter(subject_kind=kind, subject_id=subject_id)
    return [
        OutsideDecisionRow(
            round=row.round,
            step=row.step,
            body=row.body,
            decision=row.decision,
            decision_label=row.get_decision_display(),
            opinion=row.opinion,
            amount=row.amount,
            document_number=row.document_number,
            decided_date=row.decided_date,
            evidence_id=row.evidence_id,
            recorded_by=row.recorded_by.name,
            recorded_at=row.recorded_at,
        )
        for row in rows.select_related("recorded_by").order_by("id")
    ]
