"""The claims, plans, batches and failed payments that have waited longest for a post."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q

from accounts.duties import Duty
from accounts.permissions import duties_of
from accounts.selectors.parameters import ParameterMissing
from accounts.selectors.worklist import WaitingItem
from common.actor import Person
from common.addresses import address
from common.periods import month_text
from funds.models import FundsUsePlanLine
from payouts.enums import (
    BatchState,
    CaseState,
    ChangeState,
    PlanState,
    ReissueState,
    UnlockState,
)
from payouts.models import (
    BatchPlan,
    DisbursementPlan,
    EntitlementChange,
    PaymentApplication,
    PaymentBatch,
    PlanUnlock,
    ReissueRequest,
)
from payouts.selectors import batches, cases, plans, reissues
from payouts.selectors.bank_answers import waiting_answers
from payouts.selectors.plan_calendar import deadline_of
from payouts.workflows import cases as case_workflow

SHANGHAI = ZoneInfo("Asia/Shanghai")
Duties = Mapping[str, frozenset[int]]


def list_oldest_work(*, actor: Person, limit: int) -> list[WaitingItem]:
    """Return the things that wait for the actor's current post, at most `limit` of each kind.

    Oldest first within a kind. Each kind is one statement that stops after `limit` rows; a
    post asks only for the kinds it may act on.
    """
    duties = duties_of(actor)
    return [
        *_cases(actor, duties, limit),
        *_plans(actor, duties, limit),
        *_approved_plans(duties, limit),
        *_batches(actor, duties, limit),
        *_answers(actor, duties, limit),
        *_reissues(actor, duties, limit),
        *_failed(duties, limit),
        *_unlocks(duties, limit),
        *_changes(duties, limit),
    ]


def _over(duties: Duties, *wanted: Duty) -> frozenset[int]:
    return frozenset().union(*(duties.get(duty.value, frozenset()) for duty in wanted))


def _cases(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    at_window = dict.fromkeys((CaseState.DRAFT, CaseState.RETURNED), Duty.CASE_ACCEPT)
    for state, duty in (at_window | dict(case_workflow.DUTY_AT)).items():
        if not _over(duties, duty):
            continue
        found = cases.waiting_cases(actor).filter(state=state).select_related("claimant", "item")
        for case in found.order_by("entered_at", "id")[:limit]:
            yield WaitingItem(
                label=str(CaseState(state).label),
                subject=f"{case.claimant.name} · {case.item.name} · {case.number}",
                url=_case_url(state, case.pk),
                since=case.entered_at,
                due=case.due_date,
            )


def _case_url(state: str, case_id: int) -> str:
    if state in case_workflow.DUTY_AT:
        return address("payouts:review", case_id)
    name = "payouts:intake" if state == CaseState.DRAFT else "payouts:case"
    return address(name, case_id)


def _plans(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    signing = (
        Duty.PLAN_PREPARE,
        Duty.PLAN_SIGN_OFFICE,
        Duty.PLAN_SIGN_DEPARTMENT,
        Duty.PLAN_SIGN_LEADER,
        Duty.PLAN_SIGN_PRINCIPAL,
    )
    if not _over(duties, *signing):
        return
    waiting = plans.waiting_for(actor) & ~Q(state=PlanState.APPROVED)
    rows = DisbursementPlan.objects.filter(waiting).select_related("organisation", "item")
    for plan in rows.order_by("prepared_at", "id")[:limit]:
        yield _plan_item(plan, f"计划{PlanState(plan.state).label}", "PLAN")


def _approved_plans(duties: Duties, limit: int) -> Iterator[WaitingItem]:
    """Yield the approved plans finance has to take in, ask money for, or put into a batch."""
    reach = _over(duties, Duty.APPLICATION_RECEIVE, Duty.FUNDS_PLAN_PREPARE, Duty.BATCH_PREPARE)
    if not reach:
        return
    rows = (
        DisbursementPlan.objects.filter(state=PlanState.APPROVED, organisation_id__in=reach)
        .exclude(Exists(BatchPlan.objects.filter(plan_id=OuterRef("pk"), is_live=True)))
        .annotate(
            has_form=Exists(PaymentApplication.objects.filter(plan_id=OuterRef("pk"))),
            is_asked_for=Exists(
                FundsUsePlanLine.objects.filter(source_id=OuterRef("pk"), is_live=True)
            ),
        )
        .select_related("organisation", "item")
    )
    for plan in rows.order_by("approved_at", "id")[:limit]:
        label = "待接收支付申请表"
        if plan.has_form:
            label = "待编制支付批次" if plan.is_asked_for else "待申请用款"
        yield _plan_item(plan, label, "PAY")


def _plan_item(plan: DisbursementPlan, label: str, stage: str) -> WaitingItem:
    return WaitingItem(
        label=label,
        subject=f"{plan.organisation.short_name} · {plan.item.name} · {month_text(plan.month)}",
        url=address("payouts:plan", plan.pk),
        since=plan.approved_at or plan.prepared_at,
        due=_deadline(stage, plan.month, plan.item.code),
        amount=plan.total_amount,
    )


def _deadline(stage: str, month: date, item_code: str) -> date | None:
    try:
        return deadline_of(stage=stage, month=month, item_code=item_code)
    except ParameterMissing:
        return None


def _batches(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    releasing = _over(duties, Duty.BATCH_RELEASE)
    importing = _over(duties, Duty.RETURN_IMPORT)
    if not (releasing or importing or _over(duties, Duty.BATCH_CHECK)):
        return
    waiting = (
        Q(batches.waiting_for(actor), parent__isnull=True)
        | Q(state=BatchState.UNKNOWN, organisation_id__in=releasing)
        | Q(state=BatchState.SENT, is_leaf=True, organisation_id__in=importing)
    )
    rows = PaymentBatch.objects.filter(waiting).select_related("organisation", "item")
    for batch in rows.order_by("id")[:limit]:
        stage = "RETURN" if batch.state == BatchState.SENT else "PAY"
        yield WaitingItem(
            label=f"批次{BatchState(batch.state).label}",
            subject=f"{batch.organisation.short_name} · {batch.item.name} · {batch.number}",
            url=address("payouts:batch", batch.pk),
            since=batch.sent_at or batch.created_at,
            due=_deadline(stage, batch.month, batch.item.code),
            amount=batch.total_amount,
        )


def _answers(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    if not _over(duties, Duty.SPECIAL_REVIEW):
        return
    for answer in waiting_answers(actor).order_by("id")[:limit]:
        yield WaitingItem(
            label="银行书面答复待核准",
            subject=f"{answer.batch.organisation.short_name} · {answer.batch.number}",
            url=address("payouts:bank_answer", answer.pk),
            since=answer.recorded_at,
            amount=answer.batch.total_amount,
        )


def _reissues(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    if not _over(duties, Duty.REISSUE_REVIEW, Duty.REISSUE_APPROVE, Duty.BATCH_PREPARE):
        return
    rows = ReissueRequest.objects.filter(reissues.waiting_for(actor)).select_related(
        "payee_account", "failed_instruction"
    )
    for row in rows.order_by("id")[:limit]:
        yield WaitingItem(
            label=f"退票重发{ReissueState(row.state).label}",
            subject=f"{row.payee_account.holder_name} · {row.failed_instruction.end_to_end_id}",
            url=address("payouts:reissue", row.pk),
            since=row.requested_at,
            amount=row.failed_instruction.amount,
        )


def _failed(duties: Duties, limit: int) -> Iterator[WaitingItem]:
    reach = _over(duties, Duty.REISSUE_APPLY)
    if not reach:
        return
    rows = reissues.failed_payments().filter(batch__organisation_id__in=reach)
    for row in rows.select_related("batch").order_by("id")[:limit]:
        yield WaitingItem(
            label="支付失败待申请重发",
            subject=f"{row.payee_name} · {row.batch.number}",
            url=address("payouts:reissue_new", row.pk),
            since=row.batch.returned_at or _morning(row.bank_date) or row.batch.created_at,
            amount=row.amount,
        )


def _morning(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI) if day else None


def _unlocks(duties: Duties, limit: int) -> Iterator[WaitingItem]:
    reach = _over(duties, Duty.PLAN_UNLOCK)
    if not reach:
        return
    rows = PlanUnlock.objects.filter(state=UnlockState.WAITING, organisation_id__in=reach)
    rows = rows.annotate(office=F("organisation__short_name"), item_name=F("item__name"))
    for row in rows.order_by("id")[:limit]:
        yield WaitingItem(
            label="逾期解锁待批准",
            subject=f"{row.office} · {row.item_name} · {month_text(row.month)}",
            url=address("payouts:unlock", row.pk),
            since=row.requested_at,
        )


def _changes(duties: Duties, limit: int) -> Iterator[WaitingItem]:
    reach = _over(duties, Duty.ENTITLEMENT_DECIDE)
    if not reach:
        return
    rows = EntitlementChange.objects.filter(state=ChangeState.WAITING, organisation_id__in=reach)
    rows = rows.annotate(office=F("organisation__short_name"), name=F("entitlement__claimant_name"))
    for row in rows.order_by("id")[:limit]:
        yield WaitingItem(
            label="停发恢复待核准",
            subject=f"{row.office} · {row.name} · {row.get_kind_display()}",
            url=address("payouts:change", row.pk),
            since=row.requested_at,
        )
