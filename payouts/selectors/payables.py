"""What may be put into a batch: approved plans with something left to pay, approved re-issues."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum

from accounts.duties import Duty
from accounts.permissions import require_any
from common.actor import Person
from payouts.enums import InstructionState, PlanState, ReissueState
from payouts.models import (
    BatchPlan,
    DisbursementPlan,
    DisbursementPlanLine,
    PaymentApplication,
    PaymentInstruction,
    ReissueRequest,
)


@dataclass(frozen=True, slots=True)
class PlanToPay:
    """An approved plan with something left to pay. Yuan."""

    id: int
    number: str
    organisation: str
    item: str
    month: date
    line_count: int
    total_amount: Decimal
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReissueToPay:
    """An approved re-issue that waits for its batch. Yuan."""

    id: int
    failed_id: str
    organisation: str
    item: str
    month: date
    payee_name: str
    account_masked: str
    amount: Decimal


def list_plans_to_pay(*, actor: Person) -> list[PlanToPay]:
    """Return approved plans with their form received and lines not yet instructed."""
    reach = require_any(actor, Duty.BATCH_PREPARE)
    instructed = PaymentInstruction.objects.filter(plan_line_id=OuterRef("pk")).exclude(
        state=InstructionState.WITHDRAWN
    )
    sums = (
        DisbursementPlanLine.objects.filter(is_live=True, plan__in=_payable_plans(reach))
        .exclude(Exists(instructed))
        .values("plan_id")
        .annotate(line_count=Count("pk"), total=Sum("amount"))
    )
    left = {row["plan_id"]: (row["line_count"], row["total"]) for row in sums}
    plans = DisbursementPlan.objects.filter(pk__in=left).select_related("organisation", "item")
    return [
        PlanToPay(
            plan.pk,
            plan.number,
            plan.organisation.short_name,
            plan.item.name,
            plan.month,
            *left[plan.pk],
            plan.approved_at,
        )
        for plan in plans.order_by("organisation__code", "month", "pk")
    ]


def count_plans_to_pay(*, actor: Person) -> int:
    """Return how many plans `list_plans_to_pay` names, without summing their lines."""
    instructed = PaymentInstruction.objects.filter(plan_line_id=OuterRef("pk")).exclude(
        state=InstructionState.WITHDRAWN
    )
    left = DisbursementPlanLine.objects.filter(plan_id=OuterRef("pk"), is_live=True).exclude(
        Exists(instructed)
    )
    reach = require_any(actor, Duty.BATCH_PREPARE)
    return _payable_plans(reach).filter(Exists(left)).count()


def _payable_plans(reach: frozenset[int]) -> QuerySet[DisbursementPlan]:
    return (
        DisbursementPlan.objects.filter(state=PlanState.APPROVED, organisation_id__in=reach)
        .filter(Exists(PaymentApplication.objects.filter(plan_id=OuterRef("pk"))))
        .exclude(Exists(BatchPlan.objects.filter(plan_id=OuterRef("pk"), is_live=True)))
    )


def list_reissues_to_pay(*, actor: Person) -> list[ReissueToPay]:
    """Return approved re-issues that wait for a batch."""
    reach = require_any(actor, Duty.BATCH_PREPARE)
    rows = (
        ReissueRequest.objects.filter(
            state=ReissueState.APPROVED, plan_line__plan__organisation_id__in=reach
        )
        .annotate(office_code=F("plan_line__plan__organisation__code"))
        .select_related(
            "failed_instruction",
            "payee_account",
            "plan_line__plan__organisation",
            "plan_line__plan__item",
        )
        .order_by("office_code", "pk")
    )
    return [
        ReissueToPay(
            row.pk,
            row.failed_instruction.end_to_end_id,
            row.plan_line.plan.organisation.short_name,
            row.plan_line.plan.item.name,
            row.plan_line.benefit_month,
            row.payee_account.holder_name,
            row.payee_account.number_masked,
            row.plan_line.amount,
        )
        for row in rows
    ]
