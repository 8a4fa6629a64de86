"""Celery entry points of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts.models import Pool
from accounts.services import audit, audit_checks, grants, jobs, list_exports, outbox
from common.actor import Job
from common.tenancy import tenant_transaction


@shared_task
def sweep_stale_work(**_future: object) -> int:
    """Take up jobs nobody works on, and send what the relay has not sent."""
    now = timezone.now()
    return jobs.sweep_stale_jobs(at=now) + outbox.relay(at=now)


@shared_task
def seal_audit_trail(**_future: object) -> int:
    """Append every pool's new audit events to its chain."""
    sealed = 0
    for pool_id in Pool.objects.values_list("pk", flat=True):
        with tenant_transaction(Job(pool_id, "accounts.seal_audit_trail")):
            sealed += audit.seal()
    return sealed


@shared_task
def end_expired_grants(**_future: object) -> int:
    """Mark grants whose last day has passed."""
    ended = 0
    for pool_id in Pool.objects.values_list("pk", flat=True):
        actor = Job(pool_id, "accounts.end_expired_grants")
        with tenant_transaction(actor):
            ended += grants.end_expired_grants(actor=actor, now=timezone.now())
    return ended


@shared_task
def verify_audit_trail(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Verify a pool's audit chain for the person who asked."""
    return jobs.run_job(pool_id=pool_id, job_id=job_id, work=audit_checks.check_chain)


@shared_task
def export_list(*, pool_id: int, job_id: int, **_future: object) -> bool:
    """Write a list as a workbook for the person who looked at it."""
    return jobs.run_job(
        pool_id=pool_id,
        job_id=job_id,
        work=lambda run: list_exports.write_export(run, timezone.now()),
    )
