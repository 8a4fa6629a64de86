"""Funds-use plans as screens and prints show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.outside_decisions import OutsideDecisionRow, list_outside_decisions
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import run_sql
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.periods import day_text
from common.workbooks import Kind
from funds.demand import ZERO, FundsDemand
from funds.enums import FundsPlanState
from funds.models import FundsAllotment, FundsUsePlan, FundsUsePlanLine
from funds.selectors.access import require_books
from funds.selectors.plan_closings import PlanClosingRow, list_plan_closings, plans_to_end
from funds.selectors.tax_lists import VoucherLink, source_vouchers
from funds.workflows import FUNDS_PLAN_LETTERS

UNANSWERED, TO_END = "UNANSWERED", "TO_END"  # await a letter; await the decision to end
TONES = {
    **dict.fromkeys(("SIGNING", "HEAD", "HR", "FINANCE"), "amber"),
    "REQUESTED": "blue",
    "ALLOTTED": "green",
    "CLOSED": "grey",
    "COVERED": "green",
    "RETURNED": "red",
    "WITHDRAWN": "grey",
}


def list_planned_source_ids() -> frozenset[int]:
    """Return the ids of the disbursement plans that a live funds-use plan already asks for."""
    rows = FundsUsePlanLine.objects.filter(is_live=True)
    return frozenset(rows.values_list("source_id", flat=True))


@dataclass(frozen=True, slots=True)
class FundsPlanRow:
    """One plan of the list. Yuan; `shortfall` is what was asked and not approved."""

    id: int
    number: str
    month: date
    total_amount: Decimal
    approved_amount: Decimal | None
    shortfall: Decimal | None
    allotted_amount: Decimal | None
    allotted_date: date | None
    state_label: str
    tone: str

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:funds_plan", self.id)


def find_funds_plans(viewer: Viewer, *, book_id: int, state: str = "") -> QuerySet[FundsUsePlan]:
    """Return a book's plans of a state, or that await UNANSWERED or TO_END; empty takes all."""
    require_books(viewer.actor)
    rows = FundsUsePlan.objects.filter(book_id=book_id).annotate(
        shortfall=F("total_amount") - F("approved_amount")
    )
    if state == UNANSWERED:
        return rows.filter(state__in=FUNDS_PLAN_LETTERS)
    if state == TO_END:
        return rows.filter(pk__in=plans_to_end().values("pk"))
    return rows.filter(state=state) if state in FundsPlanState.values else rows


def show_funds_plans(_viewer: Viewer, rows: Sequence[Any]) -> list[FundsPlanRow]:
    """Return the lines of these plans."""
    return [
        FundsPlanRow(
            id=row.pk,
            number=row.number,
            month=row.month,
            total_amount=row.total_amount,
            approved_amount=row.approved_amount,
            shortfall=row.shortfall or None,
            allotted_amount=row.allotted_amount or None,
            allotted_date=row.allotted_date,
            state_label=str(FundsPlanState(row.state).label),
            tone=TONES[row.state],
        )
        for row in rows
    ]


FUNDS_PLANS = Listing(
    code="funds.selectors.funds_plans.FUNDS_PLANS",
    title="用款计划",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("number", "编号", order="number", width=22, link="url"),
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
            "approved",
            "核准金额",
            Kind.AMOUNT,
            order="approved_amount",
            value="approved_amount",
            total="approved_amount",
        ),
        Column(
            "shortfall",
            "未核准缺口",
            Kind.AMOUNT,
            order="shortfall",
            value="shortfall",
            total="shortfall",
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
        Column("state", "状态", order="state", value="state_label", tone="tone"),
    ),
    query=find_funds_plans,
    show=show_funds_plans,
    fields=(
        *("number", "month", "total_amount", "approved_amount", "shortfall", "allotted_amount"),
        *("allotted_date", "state"),
    ),
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class NeedRow:
    """What one office needs for one item, and the disbursement plans behind it. Yuan.

    `sources` are (id, number, whether what was approved or allotted does not reach it).
    """

    office: str
    item_code: str
    sources: Sequence[tuple[int, str, bool]]
    line_count: int
    amount: Decimal
    short: Decimal


@dataclass(frozen=True, slots=True)
class AllotmentRow:
    """One sum allotted, with its voucher if there is a live one. Yuan."""

    amount: Decimal
    allotted_date: date
    reference: str
    recorded_by: str
    recorded_at: datetime
    vouchers: Sequence[VoucherLink]


@dataclass(frozen=True, slots=True)
class FundsPlanSheet:
    """A plan with its lines, how the sum asked came about, and what was decided and allotted."""

    id: int
    number: str
    book_id: int
    book: str
    month: date
    demand: FundsDemand
    total: Decimal
    state: str
    state_label: str
    tone: str
    round: int
    content_sha256: str
    approved_amount: Decimal | None
    allotted_amount: Decimal
    created_at: datetime
    lines: Sequence[NeedRow]
    timeline: Sequence[TimelineEntry]
    letters: Sequence[OutsideDecisionRow]
    allotments: Sequence[AllotmentRow]
    closings: Sequence[PlanClosingRow]

    @property
    def line_total(self) -> int:
        """Return how many payments the plan is for."""
        return sum(line.line_count for line in self.lines)

    @property
    def shortfall(self) -> Decimal:
        """Return what was asked and not approved; zero before the finance bureau decided."""
        return ZERO if self.approved_amount is None else self.total - self.approved_amount

    @property
    def short_payments(self) -> Decimal:
        """Return what the disbursement plans come to that the approved amount does not reach."""
        return sum((line.short for line in self.lines), ZERO)

    @property
    def left_to_allot(self) -> Decimal:
        """Return what was approved and is not allotted yet."""
        return (self.approved_amount or ZERO) - self.allotted_amount

    @property
    def ending(self) -> PlanClosingRow | None:
        """Return the application to end the allotment that waits; None without."""
        return next((row for row in self.closings if row.is_waiting), None)

    @property
    def ended(self) -> PlanClosingRow | None:
        """Return the application that ended the allotment; None while it goes on."""
        return next((row for row in self.closings if row.is_approved), None)

    @property
    def is_ending_as_it_stands(self) -> bool:
        """Tell whether the application that waits still names the plan's figures."""
        figures = self.approved_amount, self.allotted_amount
        return self.ending is not None and figures == (
            self.ending.approved_amount,
            self.ending.allotted_amount,
        )

    @property
    def payable(self) -> Decimal:
        """Return what batches of the plan may be released for, by what is there and allotted."""
        return max(ZERO, self.demand.available) + self.allotted_amount

    def signer(self, step: str) -> str:
        """Return the name of who approved a step of this round; empty if nobody did."""
        names = [
            entry.person
            for entry in self.timeline
            if entry.step == step and entry.decision == "APPROVE" and not entry.is_void
        ]
        return names[0] if names else ""

    def letter(self, step: str) -> str:
        """Return body, number and date of a bureau's approval of this round; empty without."""
        texts = [
            f"{row.body} {row.document_number}（{day_text(row.decided_date)}）"
            for row in self.letters
            if (row.step, row.round, row.decision) == (step, self.round, "APPROVE")
        ]
        return texts[0] if texts else ""


def get_funds_plan(*, actor: Person, plan_id: int) -> FundsPlanSheet:
    """Return a plan with everything its page and its print show; NotFound if there is none."""
    require_books(actor)
    plan = FundsUsePlan.objects.select_related("book").filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return FundsPlanSheet(
        id=plan.pk,
        number=plan.number,
        book_id=plan.book_id,
        book=plan.book.name,
        month=plan.month,
        demand=_demand(plan),
        total=plan.total_amount,
        state=plan.state,
        state_label=plan.get_state_display(),
        tone=TONES[plan.state],
        round=plan.round,
        content_sha256=plan.content_sha256,
        approved_amount=plan.approved_amount,
        allotted_amount=plan.allotted_amount,
        created_at=plan.created_at,
        lines=plan_needs(plan.pk),
        timeline=list_timeline(
            kind=SubjectKind.FUNDS_PLAN,
            subject_id=plan.pk,
            current_round=plan.round,
            current_sha256=plan.content_sha256,
        ),
        letters=list_outside_decisions(kind=SubjectKind.FUNDS_PLAN, subject_id=plan.pk),
        allotments=_allotments(plan),
        closings=list_plan_closings(plan.pk),
    )


def _demand(plan: FundsUsePlan) -> FundsDemand:
    """Return the figures the plan was signed with."""
    return FundsDemand(
        payments=plan.payments_amount,
        average_paid=plan.average_paid_amount,
        reserve_months=plan.reserve_months,
        balance=plan.balance_amount,
        expected=plan.expected_amount,
        promised=plan.promised_amount,
    )


def plan_needs(plan_id: int) -> list[NeedRow]:
    """Return what a plan asks for per office and item, in the order of their codes."""
    rows = run_sql("funds", "sum_funds_plan_needs", {"plan_id": plan_id})
    return [
        NeedRow(
            office=office,
            item_code=item,
            sources=[
                (source, number, number in short_numbers)
                for source, number in zip(ids, numbers, strict=True)
            ],
            line_count=count,
            amount=amount,
            short=short,
        )
        for office, item, numbers, ids, short_numbers, count, amount, short in rows
    ]


def _allotments(plan: FundsUsePlan) -> list[AllotmentRow]:
    rows = plan.allotments.select_related("recorded_by").order_by("id")
    vouchers = source_vouchers("FUNDS_ALLOTMENT", [row.pk for row in rows])
    return [
        AllotmentRow(
            amount=row.amount,
            allotted_date=row.allotted_date,
            reference=row.reference,
            recorded_by=row.recorded_by.name,
            recorded_at=row.recorded_at,
            vouchers=vouchers.get(row.pk, []),
        )
        for row in rows
    ]


def plan_of_allotment(*, actor: Person, allotment_id: int) -> int:
    """Return the id of the plan an allotment belongs to; NotFound if there is none."""
    require_books(actor)
    row = FundsAllotment.objects.filter(pk=allotment_id).first()
    if row is None:
        raise NotFound
    return row.plan_id
