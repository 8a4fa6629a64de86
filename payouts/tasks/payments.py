"""Celery entry points of payments."""

from celery import shared_task
from django.utils import timezone

from accounts.services.jobs import JobRun, run_job
from payouts.services import polling, sending
from payouts.services.batches import confirm_with_bank


@shared_task(name="payouts.tasks.send_batch")
def send_batch(*, pool_id: int, batch_id: int, **_future: object) -> bool:
    """Send one released batch to the bank."""
    return sending.send_batch(pool_id=pool_id, batch_id=batch_id)


@shared_task(name="payouts.tasks.confirm_batch")
def confirm_batch(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Have the bank count a checked batch."""
    return run_job(pool_id=pool_id, job_id=job_id, work=_confirm)


def _confirm(run: JobRun) -> None:
    confirm_with_bank(
        actor=run.actor,
        batch_id=run.arguments["batch_id"],
        at=timezone.now(),
        user_id=run.arguments["user_id"],
        on_progress=run.report,
    )


@shared_task(name="payouts.tasks.poll_bank")
def poll_bank(**_future: object) -> int:
    """Resolve what is unknown and take in the returns that are ready."""
    return polling.poll_bank()


@shared_task(name="payouts.tasks.notify_late_returns")
def notify_late_returns(**_future: object) -> int:
    """Tell offices and finance of returns that are late."""
    return polling.notify_late_returns(now=timezone.now())
