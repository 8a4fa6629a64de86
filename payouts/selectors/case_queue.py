"""The queue a post works through: the next case, what was done today, how many are left."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import duties_of
from common.actor import Person
from common.db import run_sql
from payouts.models import BenefitCase
from payouts.selectors.cases import CaseFilter, waiting_queue
from payouts.workflows import cases as workflow

LEFT_LIMIT = 1000  # cases; beyond it the screen says "more than"
REVIEW_STEPS = tuple(workflow.STEP_AT.values())


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How far a person has come with a queue today."""

    done: int
    left: int

    @property
    def left_text(self) -> str:
        """Return the number of cases still waiting, as the screen says it."""
        return f"{LEFT_LIMIT}件以上" if self.left > LEFT_LIMIT else f"{self.left}件"


def next_in_queue(
    *, actor: Person, narrow: CaseFilter, after: int | None = None
) -> BenefitCase | None:
    """Return the case that has waited longest, or None.

    With `after`, the one that entered next after that case, so that a case passed over does
    not come back before the queue's end; then the queue begins again.
    """
    queue = _queue(actor, narrow)
    last = BenefitCase.objects.filter(pk=after).only("entered_at").first() if after else None
    if last is None:
        return queue.first()
    later = Q(entered_at__gt=last.entered_at) | Q(entered_at=last.entered_at, pk__gt=last.pk)
    return queue.filter(later).first() or queue.exclude(pk=last.pk).first()


def count_queue(*, actor: Person, narrow: CaseFilter, since: datetime) -> QueueCount:
    """Return how many cases the actor signed as reviewer since `since`, and how many wait.

    Of `narrow` count the parts that travel with a queue: state, office, item, number and name.
    """
    duties = duties_of(actor)
    to_sign = [
        (state, place)
        for state, duty in workflow.DUTY_AT.items()
        for place in duties.get(duty.value, ())
    ]
    parameters = {
        "user_id": actor.user_id,
        "since": since,
        "steps": list(REVIEW_STEPS),
        "window": list(duties.get(Duty.CASE_ACCEPT.value, ())),
        "states": [state for state, _ in to_sign],
        "places": [place for _, place in to_sign],
        "state": narrow.state,
        "organisation_id": narrow.organisation_id,
        "item_id": narrow.item_id,
        "number": narrow.number,
        "name": narrow.name,
        "most": LEFT_LIMIT + 1,
    }
    return QueueCount(*run_sql("payouts", "count_queue", parameters)[0])


def _queue(actor: Person, narrow: CaseFilter) -> QuerySet[BenefitCase]:
    return waiting_queue(actor, narrow).order_by("entered_at", "id")
