"""Background jobs: asked for in the business transaction, claimed with a lease and an epoch."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import JobState, NoticeKind
from accounts.models import Job, JobStop, OutboxEvent, Pool
from accounts.services import audit, notices
from accounts.services.outbox import enqueue
from common.actor import Actor, Person
from common.actor import Job as JobActor
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.tenancy import tenant_transaction

# The database is away, or refused for a reason that passes: nobody's fault, so it is tried again.
PASSING = (OperationalError, InterfaceError)
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
HUNG_TOO_LONG = "25P03"  # SQLSTATE idle_in_transaction_session_timeout: an InternalError
DATABASE_DISK_FULL = "53100"  # SQLSTATE disk_full: an OperationalError that no waiting cures
NO_SPACE = "服务器磁盘空间不足，没有完成；请联系系统管理员清理后重新发起"
INTERNAL = "系统内部错误，已记入系统日志；可以重新发起"
GIVEN_UP = "多次中断未能完成，已停止自动重试；请联系系统管理员查明原因后重新发起"
logger = logging.getLogger(__name__)


class JobExists(DomainError):
    code = "JOB_EXISTS"
    message = "同样的作业已经提交，请在“我的作业”中查看"


class JobNotStoppable(DomainError):
    code = "JOB_NOT_STOPPABLE"
    message = "该作业由系统办理或办理结果不可缺少，不能停止"


class JobEnded(DomainError):
    code = "JOB_ENDED"
    message = "该作业已经结束，无需停止"


class ClaimLost(Exception):
    """Another worker took the job over; whatever this one still does must not count."""


class JobStopped(Exception):
    """Who asked for the job wants it no more; `run_job` undoes what it began."""


# What ends a worker's part in a job without a fault of the job: its work undoes nothing because
# of it. Of a job that is stopped `run_job` has the beginnings undone.
INTERRUPTIONS = (ClaimLost, JobStopped, *PASSING)


def lease() -> timedelta:
    """Return how long a claim holds between two steps."""
    return timedelta(seconds=settings.JOB_LEASE)


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What to do and for whom. `task` is the Celery task's full name; `key` makes it unique.

    `is_stoppable`: whether it may be stopped by who asks for it, because he may ask again.
    """

    task: str
    key: str
    title: str
    organisation_id: int
    arguments: dict[str, Any]
    is_stoppable: bool = False


def request_job(*, actor: Actor, request: JobRequest, at: datetime) -> Job:
    """Write the job and the message that starts it, in the caller's transaction.

    Raises:
        JobExists: a job with the same task and key is waiting, running or done.
    """
    with constraint_errors({"job_once_per_key": JobExists}):
        job = Job.objects.create(
            pool_id=actor.pool_id,
            kind=request.task,
            key=request.key,
            title=request.title,
            organisation_id=request.organisation_id,
            requested_by_id=actor.user_id if isinstance(actor, Person) else None,
            arguments=request.arguments,
            is_stoppable=request.is_stoppable,
            created_at=at,
        )
    enqueue(pool_id=actor.pool_id, task=request.task, at=at, job_id=job.pk)
    return job


@transaction.atomic
def stop_job(*, actor: Person, job_id: int, at: datetime) -> None:
    """Ask that a job of one's own be stopped; it is, before its next step. Asked twice is once.

    Raises:
        NotFound: no such job, or somebody else's. JobEnded. JobNotStoppable.
    """
    job = Job.objects.filter(pk=job_id, requested_by_id=actor.user_id).first()
    if job is None:
        raise NotFound
    if job.finished_at is not None:
        raise JobEnded
    with constraint_errors({"job_stop_only_where_allowed": JobNotStoppable}):
        _, is_new = JobStop.objects.get_or_create(
            pool_id=job.pool_id,
            job=job,
            defaults={"asked_by_id": actor.user_id, "asked_at": at},
        )
    if is_new:
        audit.record(
            actor=actor,
            verb="accounts.job.stop_asked",
            subject=job,
            at=at,
            label=job.title[:120],
            organisation_id=job.organisation_id,
        )


@contextmanager
def hanging_as_interruption() -> Iterator[None]:
    """Let a session that the database ended because it hung count as one that was cut off.

    A worker that froze and woke again has lost its transaction, not found a bug.
    """
    try:
        yield
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", None) != HUNG_TOO_LONG:
            raise
        raise OperationalError("the database ended a step that hung") from error


@dataclass(frozen=True, slots=True)
class JobRun:
    """One worker's claim of one job. All of its writes go through `step()`."""

    actor: JobActor
    job_id: int
    epoch: int
    arguments: dict[str, Any]

    @contextmanager
    def step(self, *, heeds_stop: bool = True) -> Iterator[None]:
        """Open a transaction that commits only while this claim is the newest.

        The job's row stays locked meanwhile, so nobody else claims it however long the step is;
        its end renews the lease.

        Raises:
            ClaimLost: another worker claimed the job after this one's lease ran out.
            JobStopped: who asked for the job wants it no more.
            OperationalError: the database is away, or ended a step that hung.
        """
        with hanging_as_interruption(), tenant_transaction(self.actor):
            held = Job.objects.select_for_update(of=("self",), no_key=True).filter(
                pk=self.job_id, epoch=self.epoch, state=JobState.RUNNING
            )
            stops = JobStop.objects.filter(pool=OuterRef("pool"), job=OuterRef("pk"))
            job = held.only("pk").annotate(is_unwanted=Exists(stops)).first()
            if job is None:
                raise ClaimLost(f"job {self.job_id} epoch {self.epoch}")
            if job.is_unwanted and heeds_stop:
                raise JobStopped(f"job {self.job_id}")
            yield
            Job.objects.filter(pk=self.job_id, state=JobState.RUNNING).update(
                lease_until=timezone.now() + lease()
            )

    def report(self, done: int, total: int) -> None:
        """Show progress; also renews the lease."""
        with self.step():
            Job.objects.filter(pk=self.job_id).update(done=min(done, total), total=total)

    def finish(self, *, result_url: str = "", report_id: int | None = None) -> None:
        """Mark the job done. Call inside the last `step()`, with the change it completes."""
        Job.objects.filter(pk=self.job_id).update(
            state=JobState.DONE,
            finished_at=timezone.now(),
            result_url=result_url,
            report_id=report_id,
            done=F("total"),
        )

    def stop(self) -> None:
        """Mark the job stopped on request."""
        Job.objects.filter(pk=self.job_id).update(
            state=JobState.STOPPED, finished_at=timezone.now()
        )

    def fail(self, message: str, *, report_id: int | None = None) -> None:
        """Mark the job failed with a reason a person can act on."""
        Job.objects.filter(pk=self.job_id).update(
            state=JobState.FAILED,
            finished_at=timezone.now(),
            error=message[:1000],
            report_id=report_id,
        )


def run_job(
    *,
    pool_id: int,
    job_id: int,
    work: Callable[[JobRun], None],
    undo: Callable[[JobRun], None] | None = None,
) -> bool:
    """Claim a job and do its work; return False if there was nothing to claim.

    `undo` clears away, in the transaction that ends it, what a job stopped on request began.

    Delivered twice, or after a crash, it does the work once: only a queued job, or one whose
    lease ran out, can be claimed. A refusal becomes the job's error. While the database is away
    the job waits for its lease to run out. Anything else is a bug and is logged with the job
    marked failed.
    """
    run = _claim(pool_id, job_id)
    if run is None:
        return False
    try:
        work(run)
        with tenant_transaction(run.actor):
            Job.objects.filter(pk=job_id, epoch=run.epoch, state=JobState.RUNNING).update(
                state=JobState.DONE, finished_at=timezone.now(), done=F("total")
            )
    except ClaimLost:
        logger.warning("job %s: claim lost", job_id)
        return False
    except (JobStopped, DomainError) as error:
        refusal = error.message if isinstance(error, DomainError) else ""
        return _fail(run, refusal) if refusal else _end(run, undo, JobRun.stop)
    except PASSING as error:
        if is_disk_full(error):
            return _fail(run, NO_SPACE)
        logger.warning("job %s waits to be taken up again: %s", job_id, type(error).__name__)
        connection.close()
        return False
    except Exception as error:
        _fail(run, NO_SPACE if is_disk_full(error) else INTERNAL)
        raise
    return True


def is_disk_full(error: BaseException | None) -> bool:
    """Tell whether an error, or one that led to it, is a full disk's: ours or the database's."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return True
        if getattr(error, "sqlstate", None) == DATABASE_DISK_FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def _fail(run: JobRun, message: str) -> bool:
    """Mark the job failed; return False if another worker holds it by now."""
    return _end(run, None, lambda held: held.fail(message))


def _end(
    run: JobRun, undo: Callable[[JobRun], None] | None, mark: Callable[[JobRun], None]
) -> bool:
    """Mark the job as ended; return False if another worker holds it by now."""
    try:
        with run.step(heeds_stop=False):
            if undo is not None:
                undo(run)
            mark(run)
    except ClaimLost:
        logger.warning("job %s: claim lost", run.job_id)
        return False
    except PASSING as error:
        logger.warning("job %s: ended, and not written: %s", run.job_id, type(error).__name__)
        connection.close()
        return False
    return True


def _claim(pool_id: int, job_id: int) -> JobRun | None:
    """Take the job, unless it is done, or another worker has it: a lease, or a step's lock."""
    with tenant_transaction(JobActor(pool_id, "claim")):
        now = timezone.now()
        job = (
            Job.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            .filter(pk=job_id)
            .filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now))
            .first()
        )
        if job is None:
            return None
        if job.epoch >= settings.JOB_ATTEMPTS:
            _give_up(job, now)
            return None
        job.state, job.epoch, job.lease_until = JobState.RUNNING, job.epoch + 1, now + lease()
        job.save(update_fields=["state", "epoch", "lease_until"])
        return JobRun(JobActor(pool_id, job.kind), job.pk, job.epoch, job.arguments)


def _give_up(job: Job, now: datetime) -> None:
    """Mark a job failed that no worker survived, and tell who asked for it."""
    logger.error("job %s: given up after %s attempts", job.pk, job.epoch)
    job.state, job.finished_at, job.error = JobState.FAILED, now, GIVEN_UP
    job.save(update_fields=["state", "finished_at", "error"])
    if job.requested_by_id is None:
        return
    message = notices.Message(
        NoticeKind.SYSTEM,
        f"作业“{job.title}”{GIVEN_UP}"[:300],
        reverse("accounts:job", args=[job.pk]),
        f"job-given-up:{job.pk}",
    )
    notices.notify_people(
        pool_id=job.pool_id, user_ids=[job.requested_by_id], message=message, at=now
    )


def sweep_stale_jobs(*, at: datetime) -> int:
    """Send again what nobody works on: expired leases, and queued jobs whose message was lost.

    Redis may have been flushed; the job rows are the truth. A job whose message is younger than
    a lease is left alone, so a long queue does not fill with repetitions. So is one whose step is
    open, lease or not: its message would find it locked, and the next would wait for a lease.
    """
    count = 0
    for pool_id in Pool.objects.values_list("pk", flat=True):
        with tenant_transaction(JobActor(pool_id, "sweep")), transaction.atomic():
            free = Job.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            stale = free.filter(
                Q(state=JobState.RUNNING, lease_until__lt=at)
                | Q(state=JobState.QUEUED, created_at__lt=at - lease())
            )
            waiting = OutboxEvent.objects.filter(created_at__gt=at - lease())
            known = set(waiting.values_list("arguments__job_id", flat=True))
            for job in stale.exclude(pk__in=known - {None}).order_by("id"):
                enqueue(pool_id=pool_id, task=job.kind, at=at, job_id=job.pk)
                count += 1
    return count
