"""Verifying the audit chain on request: a job, because a chain may be long."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.models import Job, Organisation, Pool
from accounts.permissions import require_duty
from accounts.services import audit
from accounts.services.audit import ChainCheck, verify_chain
from accounts.services.jobs import JobRequest, JobRun, request_job
from accounts.services.notices import Message, notify_duty
from common.actor import Actor, Person
from common.errors import DomainError

TASK = "accounts.tasks.verify_audit_trail"


class ChainBroken(DomainError):
    code = "AUDIT_CHAIN_BROKEN"


@transaction.atomic
def request_chain_check(*, actor: Person, at: datetime) -> Job:
    """Ask for a verification of the pool's whole chain.

    Raises:
        DutyNotHeld: the post does not read the trail. JobExists: asked twice in one second.
    """
    require_duty(actor, Duty.AUDIT_READ, over=actor.organisation_id)
    request = JobRequest(
        task=TASK,
        key=f"{at:%Y%m%d%H%M%S}",
        title="校验日志完整性",
        organisation_id=actor.organisation_id,
        arguments={},
        is_stoppable=True,
    )
    return request_job(actor=actor, request=request, at=at)


def check_chain(run: JobRun) -> None:
    """Verify, keep the result in the trail, and warn everybody who reads it when it is broken."""
    with run.step():
        found = verify_chain()
        keep_result(actor=run.actor, found=found, at=timezone.now())
        if found.holds:
            run.finish(result_url=reverse("accounts:audit"))
        else:
            run.fail(found.text)


def keep_result(*, actor: Actor, found: ChainCheck, at: datetime) -> None:
    """Record a verification as an act of its own; a break goes to every reader of the trail."""
    centre = Organisation.objects.get(level="CITY")
    audit.record(
        actor=actor,
        verb="accounts.audit.verified",
        subject=Pool.objects.get(pk=actor.pool_id),
        at=at,
        label="日志链",
        organisation_id=centre.pk,
        after={
            "holds": found.holds,
            "sealed_count": found.sealed_count,
            "unsealed_count": found.unsealed_count,
            "result": found.text,
        },
    )
    if not found.holds:
        message = Message(
            NoticeKind.RISK, found.text[:300], reverse("accounts:audit"),
            f"chain-{found.broken_sequence}-{found.broken_event_id}",
        )  # fmt: skip
        notify_duty(
            pool_id=actor.pool_id, duty=Duty.AUDIT_READ, over=centre.pk, message=message, at=at
        )
