"""What a keeper of seals, bills or keys did: for the first page."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth

from accounts.duties import Duty
from accounts.permissions import require_any
from common.actor import Person
from common.periods import add_months, month_of
from funds.models import CustodyItem, CustodyUse


@dataclass(frozen=True, slots=True)
class CustodyFigures:
    """How many items the person keeps, and his entries of the last months, this month last."""

    kept: int
    months: tuple[tuple[date, int], ...]

    @property
    def total(self) -> int:
        """Return the entries of all the months."""
        return sum(count for _, count in self.months)


def count_custody(*, actor: Person, today: date, months: int) -> CustodyFigures:
    """Return what the person keeps and how often he logged a use in each month.

    Raises:
        DutyNotHeld: the post keeps nothing.
    """
    require_any(actor, Duty.CUSTODY_KEEP)
    shown = [add_months(month_of(today), n + 1 - months) for n in range(months)]
    rows = (
        CustodyUse.objects.filter(recorded_by_id=actor.user_id, use_date__gte=shown[0])
        .order_by()
        .values_list(TruncMonth("use_date"))
        .annotate(Count("pk"))
    )
    found = Counter(dict(rows))
    kept = CustodyItem.objects.filter(keeper_id=actor.user_id).count()
    return CustodyFigures(kept, tuple((month, found[month]) for month in shown))
