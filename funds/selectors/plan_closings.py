"""Applications to end a plan's allotment, as the plan's page and print show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import SubjectKind
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from funds.enums import FundsPlanClosingState
from funds.models import FundsPlanClosing, FundsUsePlan
from funds.selectors.access import require_books

TONES = {"WAITING": "amber", "APPROVED": "green", "REFUSED": "red"}


@dataclass(frozen=True, slots=True)
class PlanClosingRow:
    """One application with the bureau's letter and who signed it. Yuan."""

    id: int
    state: str
    state_label: str
    tone: str
    reason: str
    document_number: str
    letter_date: date
    letter_id: int
    approved_amount: Decimal
    allotted_amount: Decimal
    ended_amount: Decimal
    content_sha256: str
    requested_by: str
    requested_at: datetime
    timeline: Sequence[TimelineEntry]

    @property
    def is_waiting(self) -> bool:
        """Tell whether it waits for the head of finance."""
        return self.state == FundsPlanClosingState.WAITING

    @property
    def is_approved(self) -> bool:
        """Tell whether it ended the plan's allotment."""
        return self.state == FundsPlanClosingState.APPROVED

    @property
    def decided_by(self) -> str:
        """Return the name of who decided; empty while it waits."""
        return next((entry.person for entry in self.timeline if entry.step == "DECIDE"), "")


def list_plan_closings(plan_id: int) -> list[PlanClosingRow]:
    """Return a plan's applications, oldest first; the caller may read the plan."""
    rows = FundsPlanClosing.objects.filter(plan_id=plan_id).select_related("requested_by")
    return [_row(row) for row in rows.order_by("id")]


def _row(row: FundsPlanClosing) -> PlanClosingRow:
    return PlanClosingRow(
        id=row.pk,
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[row.state],
        reason=row.reason,
        document_number=row.document_number,
        letter_date=row.letter_date,
        letter_id=row.letter_id,
        approved_amount=row.approved_amount,
        allotted_amount=row.allotted_amount,
        ended_amount=row.ended_amount,
        content_sha256=row.content_sha256,
        requested_by=row.requested_by.name,
        requested_at=row.requested_at,
        timeline=list_timeline(
            kind=SubjectKind.FUNDS_PLAN_CLOSING,
            subject_id=row.pk,
            current_round=1,
            current_sha256=row.content_sha256,
        ),
    )


def plans_to_end() -> QuerySet[FundsUsePlan]:
    """Return the plans with an application that waits for the head of finance."""
    waiting = FundsPlanClosing.objects.filter(
        plan=OuterRef("pk"), state=FundsPlanClosingState.WAITING
    )
    return FundsUsePlan.objects.filter(Exists(waiting))


def plan_of_closing(*, actor: Person, closing_id: int) -> int:
    """Return the id of the plan an application belongs to; NotFound if there is none."""
    require_books(actor)
    row = FundsPlanClosing.objects.filter(pk=closing_id).first()
    if row is None:
        raise NotFound
    return row.plan_id
