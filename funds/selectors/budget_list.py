"""Budgets as a list shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.duties import Duty
from common.addresses import address
from common.columns import Column
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.budget_enums import BudgetCause, BudgetState
from funds.models import Budget
from funds.selectors.budgets import TONES, require_budgets
from funds.workflows import BUDGET_LETTERS

UNANSWERED = "UNANSWERED"


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """One budget of the list. Yuan."""

    id: int
    year: int
    version: int
    cause_label: str
    income: Decimal
    expenditure: Decimal
    closing: Decimal
    approved_on: date | None
    state_label: str
    tone: str

    @property
    def title(self) -> str:
        """Return its year in words."""
        return f"{self.year}年度"

    @property
    def version_text(self) -> str:
        """Return its version in words."""
        return f"第{self.version}版"

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:budget", self.id)


def find_budgets(viewer: Viewer, *, book_id: int, state: str = "") -> QuerySet[Budget]:
    """Return a book's budgets of a state, or that await a letter (UNANSWERED); empty takes all."""
    require_budgets(viewer.actor)
    rows = Budget.objects.filter(book_id=book_id)
    if state == UNANSWERED:
        return rows.filter(state__in=BUDGET_LETTERS)
    return rows.filter(state=state) if state in BudgetState.values else rows


def show_budgets(_viewer: Viewer, rows: Sequence[Any]) -> list[BudgetRow]:
    """Return the lines of these budgets."""
    return [
        BudgetRow(
            id=row.pk,
            year=row.year,
            version=row.version,
            cause_label=str(BudgetCause(row.cause).label),
            income=row.income_amount,
            expenditure=row.expenditure_amount,
            closing=row.closing_amount,
            approved_on=timezone.localdate(row.approved_at) if row.approved_at else None,
            state_label=str(BudgetState(row.state).label),
            tone=TONES[row.state],
        )
        for row in rows
    ]


BUDGETS = Listing(
    code="funds.selectors.budget_list.BUDGETS",
    title="预算",
    duty=Duty.BUDGET_READ.value,
    columns=(
        Column("year", "年度", Kind.COUNT, "year", value="title", place="screen", link="url"),
        Column("of_year", "年度", Kind.COUNT, value="year", place="file"),
        Column("version", "版本", Kind.COUNT, "version", value="version_text", place="screen"),
        Column("number", "版本", Kind.COUNT, value="version", place="file"),
        Column("cause", "编制原因", order="cause", value="cause_label"),
        Column("income", "基金收入", Kind.AMOUNT, order="income_amount", value="income"),
        Column(
            "expenditure", "基金支出", Kind.AMOUNT, order="expenditure_amount", value="expenditure"
        ),
        Column("closing", "年末滚存结余", Kind.AMOUNT, order="closing_amount", value="closing"),
        Column("approved", "批准日期", Kind.DAY, order="approved_at", value="approved_on"),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
    ),
    query=find_budgets,
    show=show_budgets,
    fields=(
        *("year", "version", "cause", "income_amount", "expenditure_amount", "closing_amount"),
        *("approved_at", "state"),
    ),
    is_written=True,
)
