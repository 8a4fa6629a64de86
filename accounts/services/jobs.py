"""Background jobs: asked for in the business transaction, claimed with a lease and an epoch."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import Job, OutboxEvent, Pool
from accounts.services.outbox import enqueue
from common.actor import Actor, Person
from common.actor import Job as JobActor
from common.db import constraint_errors
from common.errors import DomainError
from common.tenancy import tenant_transaction

LEASE = timedelta(seconds=60)
logger = logging.getLogger(__name__)


class JobExists(DomainError):
    code = "JOB_EXISTS"
    message = "同样的作业已经提交，请在“我的作业”中查看"


class ClaimLost(Exception):
    """Another worker took the job over; whatever this one still does must not count."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What to do and for whom. `task` is the Celery task's full name; `key` makes it unique."""

    task: str
    key: str
    title: str
    organisation_id: int
    arguments: dict[str, Any]


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
            created_at=at,
        )
    enqueue(pool_id=actor.pool_id, task=request.task, at=at, job_id=job.pk)
    return job


@dataclass(frozen=True, slots=True)
class JobRun:
    """One worker's claim of one job. All of its writes go through `step()`."""

    actor: JobActor
    job_id: int
    epoch: int
    arguments: dict[str, Any]

    @contextmanager
    def step(self) -> Iterator[None]:
        """Open a transaction that commits only while this claim is the newest.

        Raises:
            ClaimLost: another worker claimed the job after this one's lease ran out.
        """
        with tenant_transaction(self.actor):
            held = Job.objects.select_for_update(of=("self",), no_key=True).filter(
                pk=self.job_id, epoch=self.epoch, state=JobState.RUNNING
            )
            if not held.exists():
                raise ClaimLost(f"job {self.job_id} epoch {self.epoch}")
            held.update(lease_until=timezone.now() + LEASE)
            yield

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

    def fail(self, message: str, *, report_id: int | None = None) -> None:
        """Mark the job failed with a reason a person can act on."""
        Job.objects.filter(pk=self.job_id).update(
            state=JobState.FAILED,
            finished_at=timezone.now(),
            error=message[:1000],
            report_id=report_id,
        )


def run_job(*, pool_id: int, job_id: int, work: Callable[[JobRun], None]) -> bool:
    """Claim a job and do its work; return False if there was nothing to claim.

    Delivered twice, or after a crash, it does the work once: only a queued job, or one whose
    lease ran out, can be claimed. A refusal becomes the job's error; anything else is a bug and
    is logged with the job marked failed.
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
    except DomainError as error:
        return _fail(run, error.message)
    except Exception:
        _fail(run, "系统内部错误，已记入系统日志；可以重新发起")
        raise
    return True


def _fail(run: JobRun, message: str) -> bool:
    """Mark the job failed; return False if another worker holds it by now."""
    try:
        with run.step():
            run.fail(message)
    except ClaimLost:
        logger.warning("job %s: claim lost", run.job_id)
        return False
    return True


def _claim(pool_id: int, job_id: int) -> JobRun | None:
    with tenant_transaction(JobActor(pool_id, "claim")):
        now = timezone.now()
        job = (
            Job.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=job_id)
            .filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now))
            .first()
        )
        if job is None:
            return None
        job.state, job.epoch, job.lease_until = JobState.RUNNING, job.epoch + 1, now + LEASE
        job.save(update_fields=["state", "epoch", "lease_until"])
        return JobRun(JobActor(pool_id, job.kind), job.pk, job.epoch, job.arguments)


def sweep_stale_jobs(*, at: datetime) -> int:
    """Send again what nobody works on: expired leases, and queued jobs whose message was lost.

    Redis may have been flushed; the job rows are the truth. A job whose message is younger than
    a lease is left alone, so a long queue does not fill with repetitions.
    """
    count = 0
    for pool_id in Pool.objects.values_list("pk", flat=True):
        with tenant_transaction(JobActor(pool_id, "sweep")), transaction.atomic():
            stale = Job.objects.filter(
                Q(state=JobState.RUNNING, lease_until__lt=at)
                | Q(state=JobState.QUEUED, created_at__lt=at - LEASE)
            )
            waiting = OutboxEvent.objects.filter(created_at__gt=at - LEASE)
            known = set(waiting.values_list("arguments__job_id", flat=True))
            for job in stale.exclude(pk__in=known - {None}).order_by("id"):
                enqueue(pool_id=pool_id, task=job.kind, at=at, job_id=job.pk)
                count += 1
    return count
