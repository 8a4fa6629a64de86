"""How old the differences are that nobody has closed yet."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Q, Value, When
from django.urls import reverse

from common.actor import Person
from reconciliation.enums import DifferenceState
from reconciliation.selectors.age_groups import AGES, of_age
from reconciliation.selectors.differences import differences_in_reach

OPEN_STATES = (DifferenceState.OPEN, DifferenceState.EXPLAINED)


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """The differences of one age; one count and address for each of `OPEN_STATES`."""

    label: str
    counts: tuple[int, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceAges:
    """All groups from the youngest to the oldest; `late_count` are past their due date."""

    groups: tuple[AgeGroup, ...]
    late_count: int

    @property
    def total(self) -> int:
        """Return how many differences are not closed."""
        return sum(sum(group.counts) for group in self.groups)


def count_difference_ages(*, actor: Person, today: date) -> DifferenceAges:
    """Return the open differences in reach by age and state; one statement.

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.
    """
    group = Case(*(When(of_age(code, today=today), then=Value(code)) for code in AGES))
    rows = (
        differences_in_reach(actor)
        .filter(state__in=OPEN_STATES)
        .select_related(None)
        .order_by()
        .values_list(group, "state")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(due_date__lt=today)))
    )
    found = {(code, state): (count, late) for code, state, count, late in rows}
    url = reverse("reconciliation:differences")
    groups = tuple(
        AgeGroup(
            label,
            tuple(found.get((code, state), (0, 0))[0] for state in OPEN_STATES),
            tuple(f"{url}?state={state.value}&age={code}" for state in OPEN_STATES),
        )
        for code, (label, _, _) in AGES.items()
    )
    return DifferenceAges(groups, sum(late for _, late in found.values()))
