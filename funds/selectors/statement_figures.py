"""Figures of the statements of any months, computed from the balances written at posting."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.db import run_sql
from common.errors import DomainError
from common.periods import add_months, last_day, month_text
from funds.enums import StatementColumn, StatementForm, StatementSpan, StatementTable
from funds.statement_lines import LINES, Sums, fill, red_entries

ZERO = Decimal("0.00")
MONTHS = {
    StatementSpan.MONTH: 1,
    StatementSpan.QUARTER: 3,
    StatementSpan.HALF_YEAR: 6,
    StatementSpan.YEAR: 12,
}
QUARTERS = "一二三四"
HANDOVER = "HANDOVER"

# Table, line, column.
Place = tuple[str, str, str]


class SpanUnknown(DomainError):
    code = "SPAN_UNKNOWN"
    message = "没有这样的报表期别或月份"


@dataclass(frozen=True, slots=True)
class StatementScope:
    """Which months of which book a statement speaks of; `month` is the last one."""

    book_id: int
    form: StatementForm
    span: StatementSpan
    month: date

    def __post_init__(self) -> None:
        spans = {StatementSpan.MONTH} if self.form == StatementForm.DISCLOSURE else _NOT_IN_ACCOUNTS
        if self.span in spans or self.month.day != 1 or self.month.month % MONTHS[self.span]:
            raise SpanUnknown

    @property
    def first(self) -> date:
        """Return the first month."""
        return add_months(self.month, 1 - MONTHS[self.span])

    @property
    def january(self) -> date:
        """Return the first month of the year."""
        return self.month.replace(month=1)

    @property
    def last_year(self) -> tuple[date, date]:
        """Return the months of the year before that stand beside; a month's are those to date."""
        first = self.january if self.span == StatementSpan.MONTH else self.first
        return add_months(first, -12), add_months(self.month, -12)

    @property
    def text(self) -> str:
        """Return the months as people read them: 2026年10月, 2026年第三季度, 2026年度."""
        year, month = self.month.year, self.month.month
        if self.span == StatementSpan.MONTH:
            return month_text(self.month)
        if self.span == StatementSpan.QUARTER:
            return f"{year}年第{QUARTERS[month // 3 - 1]}季度"
        if self.span == StatementSpan.HALF_YEAR:
            return f"{year}年{'上' if month == 6 else '下'}半年"
        return f"{year}年度"

    @property
    def last_day(self) -> date:
        """Return the day the balance sheet speaks of."""
        return last_day(self.month)

    def columns(self, table: StatementTable) -> tuple[StatementColumn, ...]:
        """Return the columns a table keeps, in the form's order."""
        if table == StatementTable.BALANCE:
            return (StatementColumn.OPENING, StatementColumn.CLOSING)
        if self.span == StatementSpan.MONTH:
            return (
                StatementColumn.CURRENT,
                StatementColumn.TO_DATE,
                StatementColumn.LAST_YEAR,
            )
        return (StatementColumn.CURRENT, StatementColumn.LAST_YEAR)

    def column_label(self, column: StatementColumn) -> str:
        """Return a column's head: 本月数, 本年数; 上年同期累计 beside a month."""
        if column == StatementColumn.CURRENT:
            return {"MONTH": "本月数", "YEAR": "本年数"}.get(self.span, "本期数")
        if column == StatementColumn.LAST_YEAR:
            return {"MONTH": "上年同期累计", "YEAR": "上年数"}.get(self.span, "上年同期数")
        return str(column.label)

    def months_of(self, column: StatementColumn) -> tuple[date, date]:
        """Return the months whose ledger shows a column: first and last."""
        if column == StatementColumn.LAST_YEAR:
            return self.last_year
        if column == StatementColumn.CURRENT:
            return self.first, self.month
        if column == StatementColumn.OPENING:
            return add_months(self.january, -12), add_months(self.january, -1)
        return self.january, self.month


_NOT_IN_ACCOUNTS = {StatementSpan.QUARTER, StatementSpan.HALF_YEAR}


@dataclass(frozen=True, slots=True)
class Figures:
    """Every cell of both tables, in yuan, and what explains them.

    `red` is by line and column what red-letter entries took from lines filled by turnover;
    `unclosed` is the result that income and expenditure accounts still hold; `handed_over` what
    the opening balance contains of handovers of this year.
    """

    cells: Mapping[Place, Decimal]
    red: Mapping[tuple[str, str], Decimal]
    unclosed: Decimal
    handed_over: Decimal

    def amount(self, table: StatementTable, line: str, column: StatementColumn) -> Decimal:
        """Return one cell."""
        return self.cells[table, line, column]


def compute_figures(scope: StatementScope) -> Figures:
    """Return the figures of the statement as the books stand now. One statement of SQL."""
    sums = _sums(scope)
    cells: dict[Place, Decimal] = {}
    red: dict[tuple[str, str], Decimal] = {}
    for table, lines in LINES.items():
        for column in scope.columns(table):
            found = fill(lines, sums[column])
            cells |= {(table, code, column): amount for code, amount in found.items()}
            if table == StatementTable.INCOME:
                taken = red_entries(lines, sums[column])
                red |= {(code, column): amount for code, amount in taken.items()}
    return Figures(
        cells=cells,
        red=red,
        unclosed=_credit_of(sums[StatementColumn.CLOSING], "4", "5"),
        handed_over=_credit_of(sums[HANDOVER], "3001"),
    )


def _sums(scope: StatementScope) -> dict[str, dict[str, Sums]]:
    """Return column -> account code -> debits and credits."""
    since, until = scope.last_year
    parameters = {
        "book_id": scope.book_id,
        "first": scope.first,
        "month": scope.month,
        "january": scope.january,
        "since": since,
        "until": until,
    }
    sums: dict[str, dict[str, Sums]] = defaultdict(dict)
    for column, code, debit, credit in run_sql("funds", "sum_statement_columns", parameters):
        sums[column][code] = Sums(debit, credit)
    opening = sums[StatementColumn.OPENING]
    for code, more in sums[HANDOVER].items():
        before = opening.get(code, Sums(ZERO, ZERO))
        opening[code] = Sums(before.debit + more.debit, before.credit + more.credit)
    return sums


def _credit_of(sums: Mapping[str, Sums], *prefixes: str) -> Decimal:
    return sum((s.credit - s.debit for code, s in sums.items() if code.startswith(prefixes)), ZERO)
