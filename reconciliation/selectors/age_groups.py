"""The groups by which open differences are sorted by age, and the condition of each."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from django.db.models import Q

# Code in addresses -> words, and the ages in days of its youngest and oldest (None: no end).
AGES: Mapping[str, tuple[str, int, int | None]] = MappingProxyType(
    {
        "30": ("30天以内", 0, 30),
        "60": ("31至60天", 31, 60),
        "90": ("61至90天", 61, 90),
        "older": ("90天以上", 91, None),
    }
)


def of_age(code: str, *, today: date) -> Q:
    """Return the condition that a difference is of one age; of every age for an unknown code.

    The age counts calendar days from `since_date`; a day yet to come counts as today.
    """
    if code not in AGES:
        return Q()
    _, youngest, oldest = AGES[code]
    found = Q(since_date__lte=today - timedelta(days=youngest)) if youngest else Q()
    if oldest is not None:
        found &= Q(since_date__gte=today - timedelta(days=oldest))
    return found
