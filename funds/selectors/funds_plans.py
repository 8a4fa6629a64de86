"""Funds-use plans as screens and prints show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from common.lists import Column, Listing, Viewer
from common.workbooks import Kind
from funds.enums import FundsPlanState
from funds.models import FundsUsePlan, FundsUsePlanLine
from funds.selectors.access import require_books
from funds.selectors.balances import account_balance
from funds.selectors.tax_lists import VoucherLink, list_source_vouchers

TONES = {"SIGNING": "amber", "REQUESTED": "blue", "ALLOTTED": "green", "RETURNED": "red"}


def list_planned_source_ids() -> frozenset[int]:
    """Return the ids of the disbursement plans that a live funds-use plan already asks for."""
    rows = FundsUsePlanLine.objects.filter(is_live=True)
    return frozenset(rows.values_list("source_id", flat=True))


@dataclass(frozen=True, slots=True)
class FundsPlanRow:
    """One plan of the list. Yuan."""

    id: int
    number: str
    month: date
    total_amount: Decimal
    allotted_amount: Decimal | None
    allotted_date: date | None
    state_label: str
    tone: str


def find_funds_plans(viewer: Viewer, *, book_id: int, state: str = "") -> QuerySet[FundsUsePlan]:
    """Return a book's plans of a state; empty takes all."""
    require_books(viewer.actor)
    rows = FundsUsePlan.objects.filter(book_id=book_id)
    return rows.filter(state=state) if state in FundsPlanState.values else rows


def show_funds_plans(_viewer: Viewer, rows: Sequence[FundsUsePlan]) -> list[FundsPlanRow]:
    """Return the lines of these plans."""
    return [
        FundsPlanRow(
            id=row.pk,
            number=row.number,
            month=row.month,
            total_amount=row.total_amount,
            allotted_amount=row.allotted_amount,
            allotted_date=row.allotted_date,
            state_label=row.get_state_display(),
            tone=TONES[row.state],
        )
        for row in rows
    ]


FUNDS_PLANS = Listing(
    code="funds.selectors.funds_plans.FUNDS_PLANS",
    title="用款计划",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("number", "编号", order="number", width=22),
        Column("month", "月份", order="month"),
        Column(
            "amount",
            "申请金额",
            Kind.AMOUNT,
            order="total_amount",
            value="total_amount",
            total="total_amount",
        ),
        Column(
            "allotted",
            "拨付金额",
            Kind.AMOUNT,
            order="allotted_amount",
            value="allotted_amount",
            total="allotted_amount",
        ),
        Column("day", "拨付日期", Kind.DAY, order="allotted_date", value="allotted_date"),
        Column("state", "状态", order="state", value="state_label"),
    ),
    query=find_funds_plans,
    show=show_funds_plans,
)


@dataclass(frozen=True, slots=True)
class NeedRow:
    """What one disbursement plan needs."""

    office: str
    item_code: str
    source_number: str
    line_count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FundsPlanSheet:
    """A plan with its lines, the balance it will be added to, signatures and voucher."""

    id: int
    number: str
    book_id: int
    book: str
    month: date
    total: Decimal
    state: str
    state_label: str
    tone: str
    content_sha256: str
    allotted_amount: Decimal | None
    allotted_date: date | None
    allotment_reference: str
    created_at: datetime
    expenditure_balance: Decimal
    lines: Sequence[NeedRow]
    line_total: int
    timeline: Sequence[TimelineEntry]
    vouchers: Sequence[VoucherLink]

    def signer(self, step: str) -> str:
        """Return the name of who approved a step; empty if nobody did."""
        names = [e.person for e in self.timeline if e.step == step and e.decision == "APPROVE"]
        return names[0] if names else ""


def get_funds_plan(*, actor: Person, plan_id: int) -> FundsPlanSheet:
    """Return a plan with everything its page and its print show; NotFound if there is none."""
    require_books(actor)
    plan = FundsUsePlan.objects.select_related("book").filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    lines = _lines(plan)
    return FundsPlanSheet(
        id=plan.pk,
        number=plan.number,
        book_id=plan.book_id,
        book=plan.book.name,
        month=plan.month,
        total=plan.total_amount,
        state=plan.state,
        state_label=plan.get_state_display(),
        tone=TONES[plan.state],
        content_sha256=plan.content_sha256,
        allotted_amount=plan.allotted_amount,
        allotted_date=plan.allotted_date,
        allotment_reference=plan.allotment_reference,
        created_at=plan.created_at,
        expenditure_balance=account_balance(book_id=plan.book_id, account_code="1004", until=None),
        lines=lines,
        line_total=sum(line.line_count for line in lines),
        timeline=list_timeline(
            kind=SubjectKind.FUNDS_PLAN,
            subject_id=plan.pk,
            current_round=plan.round,
            current_sha256=plan.content_sha256,
        ),
        vouchers=list_source_vouchers(source_kinds=("FUNDS_USE_PLAN",), source_id=plan.pk),
    )


def _lines(plan: FundsUsePlan) -> list[NeedRow]:
    rows = plan.lines.select_related("organisation")
    return [
        NeedRow(
            office=row.organisation.short_name,
            item_code=row.item_code,
            source_number=row.source_number,
            line_count=row.line_count,
            amount=row.amount,
        )
        for row in rows.order_by("organisation__code", "item_code", "id")
    ]
