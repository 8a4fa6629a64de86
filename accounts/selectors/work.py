"""Jobs, documents, notices and messages that wait: what a person sees of background work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.enums import JobState, NoticeKind
from accounts.models import Document, Job, JobStop, Notice, OutboxEvent, Pool
from accounts.permissions import reach_of, require_visible
from common.actor import Job as JobActor
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import DomainError, NotFound
from common.lists import Listing, Viewer
from common.tenancy import tenant_transaction
from common.workbooks import Kind

RUNNING = (JobState.QUEUED, JobState.RUNNING)
EXPORT_TASK = "accounts.tasks.export_list"
EXPORT_KEPT = timedelta(days=7)  # afterwards an exported list is no longer handed out
JOB_TONES = {
    "QUEUED": "grey",
    "RUNNING": "blue",
    "DONE": "green",
    "FAILED": "red",
    "STOPPED": "amber",
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as `components/progress.html` shows it. `total` is None while unknown.

    `stop_url` is where its own person asks that it stop, empty for everybody else and otherwise.
    """

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
    is_stopping: bool
    stop_url: str

    @property
    def progress(self) -> str:
        """Return how much of it is done, empty while unknown."""
        return f"{self.done} / {self.total}" if self.total else ""

    @property
    def result(self) -> str:
        """Return what the link to what it made is called, if there is one."""
        return self.result_text if self.result_url else ""


def find_jobs(
    viewer: Viewer, *, scope: str = "mine", state: str = "", title: str = ""
) -> QuerySet[Job]:
    """Return the person's own jobs, or with scope `office` those of the offices in reach."""
    jobs = _jobs_in_reach(viewer.actor) if scope == "office" else _own_jobs(viewer.actor)
    jobs = jobs.filter(title__icontains=title) if title else jobs
    return jobs.filter(state=state) if state in JobState.values else jobs


def show_jobs(viewer: Viewer, jobs: Sequence[Job]) -> list[JobLine]:
    """Return the lines of these jobs."""
    return [job_line(job, viewer.actor) for job in jobs]


JOBS = Listing(
    code="accounts.selectors.work.JOBS",
    title="作业",
    duty="",
    columns=(
        Column("label", "作业", order="title", link="url"),
        Column("office", "机构", order="organisation__code", value="organisation"),
        Column("who", "发起人", value="requested_by"),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column("done", "进度", Kind.COUNT, value="progress"),
        Column("created", "发起时间", order="created_at", value="created_at", is_whole=True),
        Column("finished", "结束时间", order="finished_at", value="finished_at", is_whole=True),
        Column("result", "结果", link="result_url", note="error", is_warning=True),
    ),
    query=find_jobs,
    show=show_jobs,
    is_written=True,
)


def list_running_jobs(*, actor: Person) -> list[JobLine]:
    """Return the person's own unfinished jobs, newest first, at most ten."""
    return [
        job_line(job, actor)
        for job in _own_jobs(actor).filter(state__in=RUNNING).order_by("-pk")[:10]
    ]


def get_job(*, actor: Person, job_id: int) -> JobLine:
    """Return one job: the person's own, or one of an office in reach.

    Raises:
        NotFound: no such job, or another office's.
    """
    job = _jobs_in_reach(actor).filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job_line(job, actor)


def _own_jobs(actor: Person) -> QuerySet[Job]:
    return Job.objects.filter(requested_by_id=actor.user_id).select_related(
        "requested_by", "organisation"
    )


def _jobs_in_reach(actor: Person) -> QuerySet[Job]:
    reach = reach_of(actor, *Duty)
    return Job.objects.filter(
        Q(requested_by_id=actor.user_id) | Q(organisation_id__in=reach)
    ).select_related("requested_by", "organisation")


def job_line(job: Job, actor: Person | None = None) -> JobLine:
    """Return a job as screens show it; a failed one leads to its error workbook.

    `actor` is who looks: what he asked for he may stop.
    """
    can_stop = job.is_stoppable and job.state in RUNNING
    is_stopping = can_stop and JobStop.objects.filter(job=job).exists()
    is_own = actor is not None and job.requested_by_id == actor.user_id
    report_url = address("accounts:document", job.report_id) if job.report_id else ""
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
        url=address("accounts:job", job.pk),
        result_url=job.result_url or report_url,
        result_text=_result_text(job),
        created_at=job.created_at,
        finished_at=job.finished_at,
        requested_by=job.requested_by.name if job.requested_by else "系统",
        organisation=job.organisation.short_name,
        is_stopping=is_stopping,
        stop_url=(
            address("accounts:job_stop", job.pk) if can_stop and is_own and not is_stopping else ""
        ),
    )


def _result_text(job: Job) -> str:
    if job.kind == EXPORT_TASK:
        return "下载"
    return "查看结果" if job.result_url else "下载错误明细"


class ExportExpired(DomainError):
    code = "EXPORT_EXPIRED"
    message = f"导出文件只保留{EXPORT_KEPT.days}天，已过期；请回到列表重新导出"


def get_document(*, actor: Person, document_id: int, now: datetime) -> Document:
    """Return a file the person's current post may read.

    Raises:
        NotFound: no such file, or of an office out of reach.
        DutyNotHeld: the post does not read this kind of file.
        ExportExpired: it is a list that was exported more than a week ago.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None or document.organisation_id not in reach_of(actor, *Duty):
        raise NotFound
    require_visible(actor, Duty(document.duty), over=document.organisation_id)
    is_export = Job.objects.filter(report_id=document.pk, kind=EXPORT_TASK).exists()
    if is_export and document.created_at + EXPORT_KEPT < now:
        raise ExportExpired
    return document


def find_notices(viewer: Viewer, *, kind: str = "", only_unread: bool = False) -> QuerySet[Notice]:
    """Return the person's own messages; `kind` empty means all kinds."""
    notices = Notice.objects.filter(recipient_id=viewer.actor.user_id)
    if kind in NoticeKind.values:
        notices = notices.filter(kind=kind)
    return notices.filter(read_at__isnull=True) if only_unread else notices


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One message as it was written."""

    kind_label: str
    text: str
    created_at: datetime
    is_read: bool
    url: str

    @property
    def state_label(self) -> str:
        """Say whether it was read."""
        return "已读" if self.is_read else "未读"

    @property
    def tone(self) -> str:
        """Return the colour of what was not read, none for the rest."""
        return "" if self.is_read else "blue"


def show_notices(_viewer: Viewer, notices: Sequence[Any]) -> list[NoticeRow]:
    """Return the lines of these messages."""
    return [
        NoticeRow(
            kind_label=str(NoticeKind(notice.kind).label),
            text=notice.text,
            created_at=notice.created_at,
            is_read=notice.read_at is not None,
            url=address("accounts:notice", notice.pk),
        )
        for notice in notices
    ]


NOTICES = Listing(
    code="accounts.selectors.work.NOTICES",
    title="消息",
    duty="",
    columns=(
        Column("kind", "类别", order="kind", value="kind_label"),
        Column("text", "内容", link="url"),
        Column("created", "时间", order="created_at", value="created_at", is_whole=True),
        Column("read", "状态", order="read_at", value="state_label", tone="tone"),
    ),
    query=find_notices,
    show=show_notices,
    fields=("kind", "text", "created_at", "read_at"),
    is_written=True,
)


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
