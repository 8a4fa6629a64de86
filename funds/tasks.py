"""Celery entry points of funds."""

from celery import shared_task
from django.utils import timezone

from accounts.services.jobs import run_job
from funds.services import prints, tax_lists


@shared_task
def import_tax_list(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Check and apply an uploaded tax income list; False if another worker holds the job."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: tax_lists.import_in_job(run, at=timezone.now()),
    )


@shared_task
def make_print(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Print vouchers or a ledger; False if another worker holds the job."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: prints.make_print(run, timezone.now()),
    )
