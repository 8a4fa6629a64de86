"""The nightly check: every property of the system, in every pool, its outcome kept as a job."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import NoticeKind, OrganisationLevel
from accounts.models import Organisation, Pool
from accounts.services.jobs import JobExists, JobRequest, JobRun, request_job
from accounts.services.notices import Message, notify_duty
from common.actor import Job
from common.tenancy import tenant_transaction
from config.capacity.warning import warn_of_capacity
from config.invariants import INVARIANTS, Violation, violations_of
from reconciliation.services.unnamed_movements import judge_every_account

TASK = "config.tasks.check_invariants"


def request_checks(*, at: datetime) -> int:
    """Ask for a check of every pool, once a day; return how many were asked for."""
    return sum(request_check(pool_id=pk, at=at) for pk in Pool.objects.values_list("pk", flat=True))


def request_check(*, pool_id: int, at: datetime) -> bool:
    """Ask for the day's check of one pool; return False if it was asked for before."""
    actor = Job(pool_id, "config.request_nightly_checks")
    with tenant_transaction(actor):
        centre = Organisation.objects.get(level=OrganisationLevel.CITY)
        day = timezone.localdate(at)
        request = JobRequest(
            task=TASK,
            key=f"{day:%Y%m%d}",
            title=f"系统自检（{day:%Y-%m-%d}）",
            organisation_id=centre.pk,
            arguments={"organisation_id": centre.pk},
        )
        try:
            request_job(actor=actor, request=request, at=at)
        except JobExists:
            return False
    return True


def check_pool(run: JobRun) -> None:
    """Look for what breaks a property, one transaction each; a violation fails the job.

    Also looks whether the fund's money lasts, and warns its heads, and keeps bank movements that
    no business names as red findings.

    Taken up again after a crash it starts from the first property: nothing is written but the
    progress.
    """
    found: list[Violation] = []
    for position, invariant in enumerate(INVARIANTS, start=1):
        with run.step():
            found += violations_of(invariant)
        run.report(position, len(INVARIANTS))
    with run.step():
        now = timezone.now()
        warn_of_capacity(pool_id=run.actor.pool_id, today=timezone.localdate(now), at=now)
        judge_every_account(actor=run.actor, today=timezone.localdate(now), at=now)
    if found:
        with run.step():
            run.fail(summary_of(found))
            _warn(run, len(found))


def summary_of(found: list[Violation]) -> str:
    """Return what was found in words: each broken property with its number and an example."""
    by_property: dict[str, list[Violation]] = {}
    for one in found:
        by_property.setdefault(f"{one.invariant.id} {one.invariant.title}", []).append(one)
    told = "；".join(
        f"{name}（{len(these)}处），例如{these[0].subject}：{these[0].detail}"
        for name, these in by_property.items()
    )
    return f"发现{len(found)}处不符：{told}"


def _warn(run: JobRun, count: int) -> None:
    """Tell everybody who reads the trail; once per job."""
    message = Message(
        NoticeKind.RISK,
        f"系统自检发现{count}处不符，请立即查明原因",
        reverse("accounts:job", args=[run.job_id]),
        f"invariants-{run.job_id}",
    )
    notify_duty(
        pool_id=run.actor.pool_id,
        duty=Duty.AUDIT_READ,
        over=int(run.arguments["organisation_id"]),
        message=message,
        at=timezone.now(),
    )
