"""Sent batches whose return has not come."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.duties import Duty
from accounts.permissions import require_any
from common.actor import Person
from payouts.enums import BatchState
from payouts.models import PaymentBatch


@dataclass(frozen=True, slots=True)
class AwaitedBatch:
    """A sent batch whose return has not come. Yuan."""

    id: int
    number: str
    organisation: str
    line_count: int
    total_amount: Decimal
    sent_at: datetime | None
    is_late: bool


def list_awaited(*, actor: Person, late_before: datetime) -> list[AwaitedBatch]:
    """Return the sent batches without a return, longest waiting first."""
    rows = (
        PaymentBatch.objects.filter(
            state=BatchState.SENT,
            is_leaf=True,
            organisation_id__in=require_any(actor, Duty.BATCH_READ),
        )
        .select_related("organisation")
        .order_by("sent_at", "pk")[:100]
    )
    return [
        AwaitedBatch(
            row.pk,
            row.number,
            row.organisation.short_name,
            row.line_count,
            row.total_amount,
            row.sent_at,
            bool(row.sent_at and row.sent_at < late_before),
        )
        for row in rows
    ]
