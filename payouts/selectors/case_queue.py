"""The queue a post works through: the next case, what was done today, how many are left."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from common.actor import Person
from payouts.models import BenefitCase
from payouts.selectors.cases import CaseFilter, count_waiting, waiting_queue

LEFT_LIMIT = 1000  # cases; beyond it the screen says "more than"


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
    waiting, _, done = count_waiting(actor, narrow, since=since, most=LEFT_LIMIT + 1)
    return QueueCount(done, waiting)


def _queue(actor: Person, narrow: CaseFilter) -> QuerySet[BenefitCase]:
    return waiting_queue(actor, narrow).order_by("entered_at", "id")
