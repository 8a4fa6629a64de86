"""How much is written into the trail, and how grants and jobs stand: for the system's posts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from accounts.duties import Duty
from accounts.enums import GrantState, JobState
from accounts.models import AuditEvent, Job, PostGrant
from accounts.permissions import reach_of, require_any
from accounts.selectors.grants import READING
from common.actor import Person

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = 7
ENDING_WITHIN = 30  # days


@dataclass(frozen=True, slots=True)
class TrailFigures:
    """Acts of the last seven days, today last: (day, count)."""

    days: tuple[tuple[date, int], ...]

    @property
    def total(self) -> int:
        """Return the acts of all seven days."""
        return sum(count for _, count in self.days)


def count_trail(*, actor: Person, today: date) -> TrailFigures:
    """Return how many acts the trail of the offices in reach holds for each of seven days.

    Raises:
        DutyNotHeld: the post does not read the trail.
    """
    reach = require_any(actor, Duty.AUDIT_READ)
    first = today - timedelta(days=DAYS - 1)
    rows = (
        AuditEvent.objects.filter(at__gte=_start(first), at__lt=_start(today + timedelta(days=1)))
        .filter(Q(organisation_id__in=reach) | Q(organisation_id__isnull=True))
        .order_by()
        .values_list(TruncDate("at", tzinfo=SHANGHAI))
        .annotate(Count("pk"))
    )
    found = Counter(dict(rows))
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return TrailFigures(tuple((day, found[day]) for day in days))


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class GrantFigures:
    """Grants of the offices in reach: in force, ending within 30 days, waiting to be granted."""

    effective: int
    ending: int
    waiting: int


def count_grant_figures(*, actor: Person, today: date) -> GrantFigures:
    """Return how the grants in reach stand today; one statement.

    Raises:
        DutyNotHeld: the post looks at no grants.
    """
    reach = require_any(actor, *READING)
    in_force = Q(state=GrantState.EFFECTIVE, valid_from__lte=today) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    )
    soon = today + timedelta(days=ENDING_WITHIN)
    figures = PostGrant.objects.filter(organisation_id__in=reach).aggregate(
        effective=Count("pk", filter=in_force),
        ending=Count("pk", filter=in_force & Q(valid_until__lte=soon)),
        waiting=Count("pk", filter=Q(state__in=[GrantState.REVIEW, GrantState.APPROVAL])),
    )
    return GrantFigures(**figures)


@dataclass(frozen=True, slots=True)
class JobFigures:
    """The jobs of the offices in reach since an instant, and those not finished yet."""

    done: int
    failed: int
    unfinished: int


def count_job_figures(*, actor: Person, since: datetime) -> JobFigures:
    """Return how many jobs ended since an instant, how, and how many are still to end."""
    mine = Q(organisation_id__in=reach_of(actor, *Duty)) | Q(requested_by_id=actor.user_id)
    figures = Job.objects.filter(mine).aggregate(
        done=Count("pk", filter=Q(state=JobState.DONE, finished_at__gte=since)),
        failed=Count("pk", filter=Q(state=JobState.FAILED, finished_at__gte=since)),
        unfinished=Count("pk", filter=Q(state__in=[JobState.QUEUED, JobState.RUNNING])),
    )
    return JobFigures(**figures)


@dataclass(frozen=True, slots=True)
class JobDay:
    """The jobs that ended on one day, by how they ended."""

    day: date
    done: int
    failed: int


def count_job_days(*, actor: Person, today: date) -> tuple[JobDay, ...]:
    """Return how the jobs of the offices in reach ended on each of the last seven days."""
    mine = Q(organisation_id__in=reach_of(actor, *Duty)) | Q(requested_by_id=actor.user_id)
    first = today - timedelta(days=DAYS - 1)
    rows = (
        Job.objects.filter(mine, finished_at__gte=_start(first))
        .order_by()
        .values_list(TruncDate("finished_at", tzinfo=SHANGHAI), "state")
        .annotate(Count("pk"))
    )
    found = {(day, state): count for day, state, count in rows}
    return tuple(
        JobDay(
            day,
            found.get((day, JobState.DONE), 0),
            found.get((day, JobState.FAILED), 0),
        )
        for day in (first + timedelta(days=n) for n in range(DAYS))
    )
