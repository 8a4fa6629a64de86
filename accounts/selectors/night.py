"""What background work went wrong since yesterday, and what the nightly check last found."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.duties import Duty
from accounts.enums import JobState
from accounts.models import Job
from accounts.permissions import reach_of
from accounts.selectors.work import JobLine, job_line
from common.actor import Person

FAILED_SHOWN = 3
FAILED_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class FailedJobs:
    """How many jobs failed (at most 1,000 are counted), and the newest of them."""

    count: int
    newest: tuple[JobLine, ...]


def list_failed_jobs(*, actor: Person, since: datetime, without: str) -> FailedJobs:
    """Return the jobs that failed since an instant: the person's own, and those of his offices.

    Args:
        without: a kind that is told elsewhere and left out here.
    """
    reach = reach_of(actor, *Duty)
    rows = (
        Job.objects.filter(Q(requested_by_id=actor.user_id) | Q(organisation_id__in=reach))
        .filter(state=JobState.FAILED, finished_at__gte=since)
        .exclude(kind=without)
    )
    found = list(rows.order_by("-pk").values_list("pk", flat=True)[:FAILED_COUNTED])
    newest = Job.objects.filter(pk__in=found[:FAILED_SHOWN]).select_related(
        "requested_by", "organisation"
    )
    lines = tuple(job_line(job) for job in newest.order_by("-pk")) if found else ()
    return FailedJobs(len(found), lines)


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the newest finished run of one kind of job ended.

    `url` leads to the job where the person's post may read it, and is empty otherwise.
    """

    finished_at: datetime
    is_good: bool
    checked: int
    error: str
    url: str


def get_last_run(*, actor: Person, kind: str) -> LastRun | None:
    """Return the newest finished job of a kind in the whole pool, or None if none ever ended.

    Everybody may know whether it went well; what it found is for those who may read the job.
    """
    job = (
        Job.objects.filter(kind=kind, finished_at__isnull=False)
        .select_related("requested_by", "organisation")
        .order_by("-pk")
        .first()
    )
    if job is None or job.finished_at is None:
        return None
    may_read = job.organisation_id in reach_of(actor, *Duty)
    line = job_line(job)
    return LastRun(
        finished_at=job.finished_at,
        is_good=job.state == JobState.DONE,
        checked=job.total,
        error=job.error if may_read else "",
        url=line.url if may_read else "",
    )
