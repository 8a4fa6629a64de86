"""Ending the allotment of a funds-use plan, with regard to the batches that pay from it."""

from datetime import datetime

from django.db import transaction

from accounts.services.signatures import Verdict
from common.actor import Person
from common.errors import NotFound
from funds.models import FundsPlanClosing, FundsUsePlanLine
from funds.services import plan_closings
from funds.services.funds_plans import locked_funds_plan
from funds.services.plan_closings import ClosingLetter
from payouts.enums import BatchState
from payouts.models import BatchPlan, DisbursementPlan

OVER = (BatchState.REJECTED, BatchState.WITHDRAWN)  # they pay nothing


@transaction.atomic
def apply_for_plan_closing(
    *, actor: Person, plan_id: int, letter: ClosingLetter, at: datetime
) -> FundsPlanClosing:
    """Apply to end a plan's allotment; see `funds.services.plan_closings.apply_for_closing`."""
    locked_funds_plan(plan_id)
    return plan_closings.apply_for_closing(
        actor=actor, plan_id=plan_id, letter=letter, held=_held(plan_id), at=at
    )


@transaction.atomic
def decide_plan_closing(*, actor: Person, closing_id: int, verdict: Verdict) -> FundsPlanClosing:
    """End a plan's allotment or refuse it; see `funds.services.plan_closings.decide_closing`."""
    plan_id = FundsPlanClosing.objects.filter(pk=closing_id).values_list("plan_id", flat=True)
    if not plan_id:
        raise NotFound
    locked_funds_plan(plan_id[0])
    return plan_closings.decide_closing(
        actor=actor, closing_id=closing_id, held=_held(plan_id[0]), verdict=verdict
    )


def _held(plan_id: int) -> frozenset[int]:
    """Return the ids of a funds-use plan's disbursement plans that stand in a batch.

    Locks them as `prepare_batch` does, so that no batch is made of them until this commits.
    """
    own = DisbursementPlan.objects.filter(
        pk__in=FundsUsePlanLine.objects.filter(plan_id=plan_id, is_live=True).values("source_id")
    )
    ids = list(own.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    held = BatchPlan.objects.filter(plan_id__in=[pk for (pk,) in ids], is_live=True)
    return frozenset(held.exclude(batch__state__in=OVER).values_list("plan_id", flat=True))
