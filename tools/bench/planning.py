"""Step 1: three sources compared and a plan built; then everything up to a batch at the bank."""

from datetime import date
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import F, Q

from accounts.enums import Decision, SubjectKind
from accounts.services import signatures
from accounts.services.jobs import run_job
from accounts.services.signatures import Matter
from common.tenancy import tenant_transaction
from payouts.enums import ApplicationChannel, BatchState, InstructionState, PlanState
from payouts.models import (
    ComparisonRun,
    DisbursementPlan,
    PaymentApplication,
    PaymentBatch,
    PaymentInstruction,
)
from payouts.services.batch_preparing import matter_of, prepare_batch
from payouts.services.comparisons import compare_sources, start_comparison
from payouts.services.plan_building import build_plan_lines
from payouts.services.plans import build_plan
from tools.bench.ground import NOW, Ground
from tools.bench.measuring import Step, require_count

CHAIN = (
    ("PREPARE", "PLAN", PlanState.OFFICE),
    ("OFFICE", "OFFH", PlanState.DEPARTMENT),
    ("DEPARTMENT", "DEPT", PlanState.LEADER),
    ("LEADER", "LEAD", PlanState.PRINCIPAL),
    ("PRINCIPAL", "HEAD", PlanState.APPROVED),
)


def plan_month(ground: Ground, month: date, step: Step) -> DisbursementPlan:
    """Measure comparison and plan of a month against an insert of the same lines."""
    with step.ours.measure():
        plan = _compare_and_plan(ground, month)
    with tenant_transaction(ground.people["PLAN"]):
        plan.refresh_from_db()
        run = ComparisonRun.objects.get(pk=plan.comparison_run_id)
    planned = ground.recipients - ground.recipients // 200
    require_count("persons compared", run.passed_count + run.exception_count, ground.recipients)
    require_count("lines planned", plan.line_count, planned)
    with step.raw.measure(), tenant_transaction(ground.people["PLAN"]):
        _insert_bare(plan, planned)
    return plan


def _insert_bare(plan: DisbursementPlan, planned: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare.plan_line SELECT * FROM payouts_disbursementplanline"
            " WHERE plan_id = %s",
            [plan.pk],
        )
        require_count("bare plan lines", cursor.rowcount, planned)


def _compare_and_plan(ground: Ground, month: date) -> DisbursementPlan:
    actor = ground.people["PLAN"]
    matter: dict[str, Any] = {
        "organisation_id": ground.office_id,
        "item_id": ground.item_id,
        "month": month,
        "at": NOW,
    }
    with tenant_transaction(actor):
        run = start_comparison(actor=actor, **matter)
    _work(ground, run.job_id, compare_sources)
    with tenant_transaction(actor):
        plan = build_plan(actor=actor, **matter)
    _work(ground, plan.job_id, build_plan_lines)
    return plan


def _work(ground: Ground, job_id: int | None, work: object) -> None:
    if job_id is None or not callable(work):
        raise RuntimeError("no job was asked for")
    if not run_job(pool_id=ground.pool_id, job_id=job_id, work=partial(work, at=NOW)):
        raise RuntimeError(f"job {job_id} was not done")


def send_plan(ground: Ground, plan: DisbursementPlan) -> list[PaymentBatch]:
    """Sign a plan, prepare its batch, leave its files as the bank holds them. Not measured.

    Returns the batches that are sent: one, or several above the bank's file limit.
    """
    people = ground.people
    with tenant_transaction(people["PLAN"]):
        _approve_plan(ground, plan)
        batch = prepare_batch(actor=people["FACC"], plan_ids=[plan.pk], at=NOW)
        for step, post in (("CHECK", "FCHK"), ("RELEASE", "FCASH")):
            signatures.approve(people[post], matter_of(batch), step, NOW)
        family = PaymentBatch.objects.filter(Q(pk=batch.pk) | Q(parent=batch))
        files = family.filter(is_leaf=True)
        family.update(
            bank_count=F("line_count"),
            bank_total=F("total_amount"),
            bank_checked_at=NOW,
            released_at=NOW,
            sent_at=NOW,
        )
        for state in (BatchState.CHECKED, BatchState.CONFIRMED, BatchState.RELEASED):
            family.update(state=state)
        for state in (BatchState.SENDING, BatchState.SENT):
            files.update(state=state)
        sent = PaymentInstruction.objects.filter(batch__in=files).update(
            state=InstructionState.SENT
        )
        batches = list(files.order_by("pk"))
    require_count("instructions sent", sent, plan.line_count)
    return batches


def _approve_plan(ground: Ground, plan: DisbursementPlan) -> None:
    kind, content = SubjectKind.PLAN, plan.content_sha256
    matter = Matter(kind, plan.pk, plan.round, content, plan.organisation_id)
    for step, post, state in CHAIN:
        signatures.sign(
            actor=ground.people[post],
            matter=matter,
            step=step,
            verdict=signatures.Verdict(Decision.APPROVE, "", NOW),
        )
        if state == PlanState.PRINCIPAL and not plan.needs_principal:
            state = PlanState.APPROVED  # noqa: PLW2901 (the chain is one shorter)
        plan.state = state
        plan.save(update_fields=["state"])
        if state == PlanState.APPROVED:
            break
    PaymentApplication.objects.create(
        pool_id=ground.pool_id,
        plan=plan,
        channel=ApplicationChannel.PAPER,
        month=plan.month,
        item_code="B01",
        line_count=plan.line_count,
        total_amount=plan.total_amount,
        received_by_id=ground.people["FACC"].user_id,
        received_at=NOW,
    )
