"""Celery entry points of the project as a whole."""

from celery import shared_task
from django.utils import timezone

from accounts.services.jobs import run_job
from config import nightly


@shared_task(name="config.tasks.request_nightly_checks")
def request_nightly_checks(**_future: object) -> int:
    """Ask for the nightly check of every pool."""
    return nightly.request_checks(at=timezone.now())


@shared_task(name="config.tasks.check_invariants")
def check_invariants(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Check every property in one pool."""
    return run_job(pool_id=pool_id, job_id=job_id, work=nightly.check_pool)
