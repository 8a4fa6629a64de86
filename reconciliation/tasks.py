"""Celery entry points of reconciliation."""

from celery import shared_task
from django.utils import timezone

from accounts.services.jobs import run_job
from reconciliation.services import exports


@shared_task
def make_statement_documents(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Make a confirmed statement's workbook and print."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: exports.make_statement_documents(run, timezone.now()),
    )


@shared_task
def export_statement_detail(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Write a statement's whole detail as a workbook."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: exports.export_statement_detail(run, timezone.now()),
    )


@shared_task
def make_adjustment_print(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Print a checked balance adjustment sheet."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: exports.make_adjustment_print(run, timezone.now()),
    )
