"""How a budget is executed: per line what is posted, its rate, and how far from the year's pace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.selectors.parameters import value_or
from common.actor import Person
from common.periods import last_day, month_text
from funds.budget_enums import DeviationLevel
from funds.budget_lines import MONTHS, is_expenditure, with_sums
from funds.models import Book, Budget
from funds.selectors.budget_figures import actuals_between, year_actuals
from funds.selectors.budgets import BudgetSheet, budget_in_force, require_budgets
from funds.statement_lines import INCOME, Line

DEVIATIONS = {"YELLOW": "10", "ORANGE": "20"}
QUARTER_DAYS = 25  # a quarter's report is due so many days after its end
QUARTERS = "一二三四"
HUNDRED = Decimal(100)
TENTH = Decimal("0.1")


def quarter_due(month: date) -> date:
    """Return the day the report on the quarter that ends with a month is due."""
    return last_day(month) + timedelta(days=QUARTER_DAYS)


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One line: budget and what is posted, in yuan; rate and deviation in percent and points.

    `rate` is None where nothing is budgeted.
    """

    line: Line
    budget: Decimal
    actual: Decimal
    rate: Decimal | None
    deviation: Decimal | None
    level: DeviationLevel

    @property
    def left(self) -> Decimal:
        """Return what of the budget is left; negative above it."""
        return self.budget - self.actual


@dataclass(frozen=True, slots=True)
class Execution:
    """The execution of a book's budget up to a month; without budget all lines are zero."""

    book: str
    year: int
    month: date
    version: int | None
    budget_id: int | None
    time_rate: Decimal
    rows: Sequence[ExecutionRow]
    is_quarter: bool

    @property
    def text(self) -> str:
        """Return the months as people read them: 2026年10月, 2026年第三季度."""
        if self.is_quarter:
            return f"{self.year}年第{QUARTERS[self.month.month // 3 - 1]}季度"
        return month_text(self.month)

    @property
    def due(self) -> date:
        """Return the day a quarter's report is due."""
        return quarter_due(self.month)

    @property
    def warned(self) -> list[ExecutionRow]:
        """Return the lines that are off the pace."""
        calm = {DeviationLevel.NORMAL, DeviationLevel.NONE}
        return [row for row in self.rows if row.level not in calm]


def find_execution(
    *, actor: Person, book: Book, month: date, is_quarter: bool, today: date
) -> Execution:
    """Return how the budget in force of the month's year is executed up to the month.

    Raises:
        BooksAtTheCity: the post reads no budgets.
    """
    require_budgets(actor)
    budget = budget_in_force(book.pk, month.year)
    actuals = actuals_between(book.pk, month.replace(month=1), month)
    planned = _planned(budget)
    limits = value_or(code="budget_deviation", on=today, default=DEVIATIONS)
    time_rate = HUNDRED * month.month / MONTHS
    return Execution(
        book=book.name,
        year=month.year,
        month=month,
        version=budget.version if budget else None,
        budget_id=budget.pk if budget else None,
        time_rate=time_rate.quantize(TENTH),
        rows=[
            row_of(line, planned[line.code], actuals[line.code], time_rate, limits)
            for line in INCOME
        ],
        is_quarter=is_quarter,
    )


def _planned(budget: Budget | None) -> Mapping[str, Decimal]:
    return with_sums(dict(budget.lines.values_list("line", "amount")) if budget else {})


def row_of(
    line: Line,
    budget: Decimal,
    actual: Decimal,
    time_rate: Decimal,
    limits: Mapping[str, str],
) -> ExecutionRow:
    """Return one line; its level from the unrounded deviation, in points of percent.

    Expenditure without a budget is off the pace; the result of the year has no pace.
    """
    if line.minus or (not budget and not actual):
        return ExecutionRow(line, budget, actual, None, None, DeviationLevel.NONE)
    if budget <= 0:
        level = DeviationLevel.ORANGE if is_expenditure(line.code) else DeviationLevel.NONE
        return ExecutionRow(line, budget, actual, None, None, level)
    rate = actual * HUNDRED / budget
    deviation = rate - time_rate
    level = DeviationLevel.NORMAL
    for name in (DeviationLevel.YELLOW, DeviationLevel.ORANGE):
        if abs(deviation) > Decimal(limits[name]):
            level = name
    return ExecutionRow(
        line, budget, actual, rate.quantize(TENTH), deviation.quantize(TENTH), level
    )


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One line over three years, in yuan; `change` against last year's estimate in percent."""

    line: Line
    two_before: Decimal
    last_actual: Decimal
    last_budget: Decimal | None
    estimate: Decimal
    amount: Decimal
    change: Decimal | None


def compare_years(*, actor: Person, sheet: BudgetSheet) -> list[ComparedRow]:
    """Return a budget's lines beside what the books show of the two years before it."""
    require_budgets(actor)
    two_before = year_actuals(sheet.book_id, sheet.year - 2)
    last = year_actuals(sheet.book_id, sheet.year - 1)
    return [
        ComparedRow(
            line=row.line,
            two_before=two_before[row.line.code],
            last_actual=last[row.line.code],
            last_budget=row.last_budget,
            estimate=row.estimate,
            amount=row.amount,
            change=row.change,
        )
        for row in sheet.lines
    ]
