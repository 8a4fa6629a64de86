"""Disbursement plans: lists by where they wait, one plan with all that its signer must see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import duties_of, reach_of, require_any, require_visible
from accounts.selectors.offices import known_offices, offices_in
from accounts.selectors.work import JobLine, job_line
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import count_each, read_objects
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.remembering import remembered
from common.workbooks import Kind
from payouts.enums import PlanState
from payouts.models import (
    BatchPlan,
    DisbursementPlan,
    DisbursementPlanLine,
    PaymentApplication,
)
from payouts.selectors.items import known_items, offered_items
from payouts.workflows.plans import PLAN_STEPS

TONES = {
    "BUILDING": "grey",
    "DRAFT": "cyan",
    "OFFICE": "blue",
    "DEPARTMENT": "blue",
    "LEADER": "blue",
    "PRINCIPAL": "indigo",
    "APPROVED": "green",
    "RETURNED": "amber",
    "WITHDRAWN": "grey",
}
TABS = (
    ("waiting", "待我办理"),
    ("signing", "签字中"),
    ("approved", "已签批"),
    ("returned", "已退回"),
    ("all", "全部"),
)
SIGNING = tuple(PLAN_STEPS)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan of the list. Yuan."""

    number: str
    organisation: str
    item: str
    month: date
    line_count: int
    total_amount: Decimal
    state_label: str
    tone: str
    marks: Sequence[tuple[str, str]]
    batch_number: str
    prepared_by: str
    prepared_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan as its page shows it. Amounts in yuan."""

    id: int
    number: str
    organisation_id: int
    organisation: str
    item: str
    item_code: str
    item_id: int
    month: date
    line_count: int
    total_amount: Decimal
    largest_amount: Decimal
    needs_principal: bool
    state: str
    state_label: str
    tone: str
    round: int
    content_sha256: str
    prepared_by_id: int
    prepared_by: str
    prepared_at: datetime
    approved_at: datetime | None
    comparison_run_id: int
    has_application: bool
    batch_number: str
    form_id: int | None
    details_id: int | None
    job: JobLine | None


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One person of a plan. `number` counts from 1 on the page's place in the plan."""

    id: int
    position: int
    person: str
    identity_masked: str
    case_id: int
    case_number: str
    amount: Decimal
    account_masked: str
    bank: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a select field."""

    id: int
    label: str


def find_plans(
    viewer: Viewer, *, tab: str = "", organisation_id: int | None = None, month: str | None = None
) -> QuerySet[DisbursementPlan]:
    """Return the plans of one tab that the viewer may see."""
    reach = require_any(viewer.actor, Duty.PLAN_READ)
    plans = DisbursementPlan.objects.annotate(batch_number=_batch_number())
    plans = plans.filter(_of_tab(viewer.actor, tab), organisation_id__in=reach)
    if organisation_id:
        plans = plans.filter(organisation_id=organisation_id)
    if month:
        plans = plans.filter(month=month)
    return plans


def show_plans(_viewer: Viewer, plans: Sequence[Any]) -> list[PlanRow]:
    """Return the lines of these plans."""
    offices, items = known_offices(), known_items()
    return [
        PlanRow(
            number=plan.number,
            organisation=offices[plan.organisation_id].short_name,
            item=items[plan.item_id].name,
            month=plan.month,
            line_count=plan.line_count,
            total_amount=plan.total_amount,
            state_label=str(PlanState(plan.state).label),
            tone=TONES[plan.state],
            marks=_marks(plan),
            batch_number=plan.batch_number or "",
            prepared_by=plan.prepared_by__name,
            prepared_at=plan.prepared_at,
            url=address("payouts:plan", plan.pk),
        )
        for plan in plans
    ]


def _marks(plan: Any) -> list[tuple[str, str]]:
    large = [("大额", "indigo")] if plan.needs_principal else []
    return [*large, ("已编批次", "green")] if plan.batch_number else large


PLANS = Listing(
    code="payouts.selectors.plans.PLANS",
    title="发放计划",
    duty=Duty.PLAN_READ.value,
    columns=(
        Column("number", "计划编号", order="number", is_indexed=True, width=26, link="url"),
        Column("office", "经办机构", order="organisation__code", value="organisation"),
        Column("item", "业务项目", order="item__code"),
        Column("month", "待遇月份", order="month", is_whole=True),
        Column(
            "count",
            "人次",
            Kind.COUNT,
            order="line_count",
            value="line_count",
            total="line_count",
        ),
        Column(
            "amount",
            "金额",
            Kind.AMOUNT,
            order="total_amount",
            value="total_amount",
            total="total_amount",
        ),
        Column("state", "状态", order="state", value="state_label", tone="tone", marks="marks"),
        Column("batch", "支付批次", value="batch_number", place="file", width=24),
        Column("who", "编制人", order="prepared_by__name", value="prepared_by"),
        Column(
            "prepared",
            "编制时间",
            order="prepared_at",
            value="prepared_at",
            width=18,
            is_whole=True,
        ),
    ),
    query=find_plans,
    show=show_plans,
    fields=(
        *("number", "organisation_id", "item_id", "month", "line_count", "total_amount", "state"),
        *("needs_principal", "batch_number", "prepared_by__name", "prepared_at"),
    ),
    is_written=True,
)


def count_plans(*, actor: Person) -> dict[str, int]:
    """Return how many plans each tab holds for this person."""
    seen = DisbursementPlan.objects.filter(organisation_id__in=reach_of(actor, Duty.PLAN_READ))
    return count_each(seen, {code: _of_tab(actor, code) for code, _ in TABS})


def _of_tab(actor: Person, tab: str) -> Q:
    match tab:
        case "waiting":
            return waiting_for(actor)
        case "signing":
            return Q(state__in=SIGNING)
        case "approved":
            return Q(state=PlanState.APPROVED)
        case "returned":
            return Q(state=PlanState.RETURNED)
    return Q()


def waiting_for(actor: Person) -> Q:
    """Return the condition that a plan waits for this person's current post."""
    duties = duties_of(actor)
    mine = duties.get(Duty.PLAN_PREPARE.value, frozenset())
    waiting = Q(state__in=[PlanState.DRAFT, PlanState.RETURNED], organisation_id__in=mine)
    for state, step in PLAN_STEPS.items():
        waiting |= Q(state=state, organisation_id__in=duties.get(step.duty.value, frozenset()))
    receiving = duties.get(Duty.APPLICATION_RECEIVE.value, frozenset())
    return waiting | Q(
        state=PlanState.APPROVED,
        organisation_id__in=receiving,
        paymentapplication__isnull=True,
    )


@remembered
def get_plan(*, actor: Person, plan_id: int) -> PlanLine:
    """Return one plan; NotFound for another office's."""
    found = read_objects(DisbursementPlan, "payouts", "read_plan", {"plan_id": plan_id})
    if not found:
        raise NotFound
    require_visible(actor, Duty.PLAN_READ, over=found[0].organisation_id)
    return plan_line(found[0])


def _batch_number() -> QuerySet[BatchPlan, Any]:
    """Return the number of the batch that pays a plan, as a subquery."""
    paying = BatchPlan.objects.filter(plan_id=OuterRef("pk"), is_live=True)
    return paying.values("batch__number")[:1]


def plan_rows() -> QuerySet[DisbursementPlan]:
    """Return all plans with what `plan_line` needs."""
    return DisbursementPlan.objects.select_related(
        "organisation", "item", "prepared_by", "job__requested_by", "job__organisation"
    ).annotate(
        has_application=Exists(PaymentApplication.objects.filter(plan_id=OuterRef("pk"))),
        batch_number=_batch_number(),
    )


def plan_line(plan: DisbursementPlan) -> PlanLine:
    """Return a row of `plan_rows` as screens show it."""
    return PlanLine(
        id=plan.pk,
        number=plan.number,
        organisation_id=plan.organisation_id,
        organisation=plan.organisation.short_name,
        item=plan.item.name,
        item_code=plan.item.code,
        item_id=plan.item_id,
        month=plan.month,
        line_count=plan.line_count,
        total_amount=plan.total_amount,
        largest_amount=plan.largest_amount,
        needs_principal=plan.needs_principal,
        state=plan.state,
        state_label=PlanState(plan.state).label,
        tone=TONES[plan.state],
        round=plan.round,
        content_sha256=plan.content_sha256,
        prepared_by_id=plan.prepared_by_id,
        prepared_by=plan.prepared_by.name,
        prepared_at=plan.prepared_at,
        approved_at=plan.approved_at,
        comparison_run_id=plan.comparison_run_id,
        has_application=getattr(plan, "has_application", False),
        batch_number=getattr(plan, "batch_number", None) or "",
        form_id=plan.application_form_id,
        details_id=plan.application_details_id,
        job=job_line(plan.job) if plan.job else None,
    )


def find_lines(viewer: Viewer, *, plan_id: int, name: str = "") -> QuerySet[DisbursementPlanLine]:
    """Return the lines of a plan the viewer may see."""
    get_plan(actor=viewer.actor, plan_id=plan_id)
    lines = DisbursementPlanLine.objects.filter(plan_id=plan_id)
    return lines.filter(claimant__name__prefix=name) if name else lines


def show_lines(_viewer: Viewer, lines: Sequence[Any]) -> list[PaymentLine]:
    """Return these lines as screens show them."""
    return [_payment_line(line) for line in lines]


LINE_FIELDS = (
    *("position", "amount", "is_live", "claimant__name", "claimant__identity_masked"),
    *("entitlement__case_id", "entitlement__case__number"),
    *("payee_account__number_masked", "payee_account__bank_name"),
)
LINES = Listing(
    code="payouts.selectors.plans.LINES",
    title="发放明细",
    duty=Duty.PLAN_READ.value,
    columns=(
        Column("position", "序号", Kind.COUNT, "position", is_indexed=True, width=8),
        Column("name", "姓名", order="claimant__name", value="person"),
        Column("identity", "证件号", value="identity_masked", width=22),
        Column(
            "case", "业务编号", order="entitlement__case__number", value="case_number", width=22
        ),
        Column("account", "收款账号", value="account_masked", width=24, note="bank"),
        Column("bank", "开户银行", place="file", width=24),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
    ),
    query=find_lines,
    show=show_lines,
    fields=LINE_FIELDS,
    default="position",
    is_written=True,
)


def list_largest(*, plan_id: int, limit: int = 20) -> list[PaymentLine]:
    """Return a plan's largest payments, largest first."""
    lines = DisbursementPlanLine.objects.filter(plan_id=plan_id).order_by("-amount", "position")
    rows = lines.values_list("pk", *LINE_FIELDS, named=True)[:limit]
    return [_payment_line(row) for row in rows]


def _payment_line(line: Any) -> PaymentLine:
    """Return the line of one payment, a tuple of pk and `LINE_FIELDS`."""
    return PaymentLine(
        id=line.pk,
        position=line.position,
        person=line.claimant__name,
        identity_masked=line.claimant__identity_masked,
        case_id=line.entitlement__case_id,
        case_number=line.entitlement__case__number,
        amount=line.amount,
        account_masked=line.payee_account__number_masked,
        bank=line.payee_account__bank_name,
        is_live=line.is_live,
    )


def list_offices(*, actor: Person, duty: Duty) -> list[Choice]:
    """Return the offices over which the person holds a duty, in the order of their codes."""
    return [Choice(office.id, office.short_name) for office in offices_in(reach_of(actor, duty))]


def list_items() -> list[Choice]:
    """Return the items that are offered."""
    return [Choice(*item) for item in offered_items()]
