"""Jobs, documents, notices and messages that wait: what a person sees of background work."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import JobState, NoticeKind
from accounts.models import Document, Job, Notice, OutboxEvent, Pool
from accounts.permissions import reach_of, require_visible
from accounts.selectors.paging import Page, page_of
from common.actor import Job as JobActor
from common.actor import Person
from common.errors import NotFound
from common.tenancy import tenant_transaction

RUNNING = (JobState.QUEUED, JobState.RUNNING)
JOB_TONES = {"QUEUED": "grey", "RUNNING": "blue", "DONE": "green", "FAILED": "red"}


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as `components/progress.html` shows it. `total` is None while unknown."""

    id: int
    label: str
    state: str
    state_label: str
    tone: str
    is_running: bool
    done: int
    total: int | None
    error: str
    url: str
    result_url: str
    result_text: str
    created_at: datetime
    finished_at: datetime | None
    requested_by: str
    organisation: str


def list_jobs(*, actor: Person, scope: str, after: str, before: str) -> Page[Job]:
    """Return the person's own jobs, or with scope `office` those of the offices in reach."""
    jobs = _jobs_in_reach(actor) if scope == "office" else _own_jobs(actor)
    return page_of(jobs, after=after, before=before)


def list_running_jobs(*, actor: Person) -> list[JobLine]:
    """Return the person's own unfinished jobs, newest first, at most ten."""
    return [
        job_line(job) for job in _own_jobs(actor).filter(state__in=RUNNING).order_by("-pk")[:10]
    ]


def get_job(*, actor: Person, job_id: int) -> JobLine:
    """Return one job: the person's own, or one of an office in reach.

    Raises:
        NotFound: no such job, or another office's.
    """
    job = _jobs_in_reach(actor).filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job_line(job)


def _own_jobs(actor: Person) -> QuerySet[Job]:
    return Job.objects.filter(requested_by_id=actor.user_id).select_related(
        "requested_by", "organisation"
    )


def _jobs_in_reach(actor: Person) -> QuerySet[Job]:
    reach = reach_of(actor, *Duty)
    return Job.objects.filter(
        Q(requested_by_id=actor.user_id) | Q(organisation_id__in=reach)
    ).select_related("requested_by", "organisation")


def job_line(job: Job) -> JobLine:
    """Return a job as screens show it; a failed one leads to its error workbook."""
    report_url = reverse("accounts:document", args=[job.report_id]) if job.report_id else ""
    return JobLine(
        id=job.pk,
        label=job.title,
        state=job.state,
        state_label=JobState(job.state).label,
        tone=JOB_TONES[job.state],
        is_running=job.state in RUNNING,
        done=job.done,
        total=job.total or None,
        error=job.error,
        url=reverse("accounts:job", args=[job.pk]),
        result_url=job.result_url or report_url,
        result_text="查看结果" if job.result_url else "下载错误明细",
        created_at=job.created_at,
        finished_at=job.finished_at,
        requested_by=job.requested_by.name if job.requested_by else "系统",
        organisation=job.organisation.short_name,
    )


def get_document(*, actor: Person, document_id: int) -> Document:
    """Return a file the person's current post may read.

    Raises:
        NotFound: no such file, or of an office out of reach.
        DutyNotHeld: the post does not read this kind of file.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None or document.organisation_id not in reach_of(actor, *Duty):
        raise NotFound
    require_visible(actor, Duty(document.duty), over=document.organisation_id)
    return document


def list_notices(
    *, actor: Person, kind: str, only_unread: bool, after: str, before: str
) -> Page[Notice]:
    """Return the person's own messages, newest first; `kind` empty means all kinds."""
    notices = Notice.objects.filter(recipient_id=actor.user_id)
    if kind in NoticeKind.values:
        notices = notices.filter(kind=kind)
    if only_unread:
        notices = notices.filter(read_at__isnull=True)
    return page_of(notices, after=after, before=before)


def list_recent_notices(*, actor: Person, limit: int = 6) -> list[Notice]:
    """Return the person's newest unread messages."""
    return list(
        Notice.objects.filter(recipient_id=actor.user_id, read_at__isnull=True).order_by("-pk")[
            :limit
        ]
    )


def count_unread_notices(*, actor: Person) -> dict[str, int]:
    """Return how many unread messages the person has, by kind."""
    kinds = Notice.objects.filter(recipient_id=actor.user_id, read_at__isnull=True)
    counts = dict.fromkeys(NoticeKind.values, 0)
    for kind in kinds.values_list("kind", flat=True)[:1000]:
        counts[kind] += 1
    return counts


def oldest_unsent_age(*, now: datetime) -> int | None:
    """Return the age in seconds of the oldest message to the broker not yet sent, of any pool.

    Opens each pool's transaction itself; for the health check, outside any other.
    """
    oldest: datetime | None = None
    for pool_id in Pool.objects.values_list("pk", flat=True):
        with tenant_transaction(JobActor(pool_id, "health")):
            waiting = OutboxEvent.objects.filter(sent_at__isnull=True).order_by("id").first()
        if waiting and (oldest is None or waiting.created_at < oldest):
            oldest = waiting.created_at
    return max(0, int((now - oldest).total_seconds())) if oldest else None
