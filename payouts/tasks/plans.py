"""Celery entry points of sources, comparisons and plans."""

from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import Pool
from accounts.services.jobs import run_job
from common.actor import Job
from common.tenancy import tenant_transaction
from payouts.services import (
    applications,
    comparisons,
    inbox,
    plan_building,
    reminders,
    sources,
)


@shared_task(name="payouts.tasks.import_extract")
def import_extract(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Read, check and apply one extract file."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: sources.import_extract(run, at=timezone.now()),
        undo=sources.reject_stopped,
    )


@shared_task(name="payouts.tasks.compare_sources")
def compare_sources(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Compare the three sources for one office, item and month."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: comparisons.compare_sources(run, at=timezone.now()),
        undo=comparisons.give_up,
    )


@shared_task(name="payouts.tasks.build_plan")
def build_plan(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Fill one plan with its lines."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: plan_building.build_plan_lines(run, at=timezone.now()),
        undo=plan_building.withdraw_unbuilt,
    )


@shared_task(name="payouts.tasks.make_application_form")
def make_application_form(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Print the application form of one approved plan."""
    return run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: applications.make_application_form(run, at=timezone.now()),
    )


@shared_task(name="payouts.tasks.collect_inbox")
def collect_inbox(**_future: object) -> int:
    """Take in the files that lie complete in the watched folder."""
    if not settings.INBOX_DIR:
        return 0
    return inbox.collect_inbox(inbox=Path(settings.INBOX_DIR), at=timezone.now())


@shared_task(name="payouts.tasks.remind_deadlines")
def remind_deadlines(**_future: object) -> int:
    """Remind of the monthly calendar in every pool."""
    sent = 0
    for pool_id in Pool.objects.values_list("pk", flat=True):
        with tenant_transaction(Job(pool_id, "payouts.tasks.remind_deadlines")):
            sent += reminders.remind_deadlines(at=timezone.now())
    return sent
