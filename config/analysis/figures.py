"""What the analysis of a month says, before it is drawn or printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.actor import Person
from common.money import round_yuan
from common.periods import add_months, month_text
from funds.calculators import change_percent, months_of_capacity
from funds.enums import BookKind
from funds.models import Book
from funds.selectors.monthly_results import MonthlyResult, list_monthly_results
from funds.statement_lines import INCOME, Line
from payouts.selectors.recipient_counts import Recipients, count_recipients

ZERO = Decimal("0.00")
MONTHS = 12  # drawn, and averaged for the capacity


@dataclass(frozen=True, slots=True)
class AnalysisLine:
    """One line of 收支表: this month beside last month and last year, and the year to date.

    Yuan; changes in per cent. None where the book has no such month, or nothing to compare.
    """

    line: Line
    amount: Decimal
    last_month: Decimal | None
    month_change: Decimal | None
    last_year: Decimal | None
    year_change: Decimal | None
    to_date: Decimal
    to_date_last_year: Decimal | None
    to_date_change: Decimal | None


@dataclass(frozen=True, slots=True)
class PerHead:
    """Who drew unemployment benefit in a month, and how much each got on average. Yuan."""

    label: str
    persons: int
    amount: Decimal
    average: Decimal | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of one month of one book.

    `capacity` is None without expenditure; `averaged` says over how many full months.
    """

    month: date
    is_known: bool
    first_month: date | None
    lines: Sequence[AnalysisLine]
    months: Sequence[MonthlyResult]
    balance: Decimal
    capacity: Decimal | None
    averaged: int
    average_expenditure: Decimal
    per_head: Sequence[PerHead]

    def line(self, code: str) -> AnalysisLine:
        """Return a line of 收支表."""
        return next(row for row in self.lines if row.line.code == code)

    @property
    def gaps(self) -> Sequence[str]:
        """Return a sentence for everything that cannot be compared, and why."""
        if self.first_month is None:
            return ["本账套还没有会计期间。"]
        began = f"账簿自{month_text(self.first_month)}启用"
        said = []
        for n, words in ((1, "环比"), (12, "同比")):
            if add_months(self.month, -n) < self.first_month:
                said.append(
                    f"{began}，没有{month_text(add_months(self.month, -n))}数据，不作{words}。"
                )
        if self.averaged < MONTHS:
            said.append(f"{began}，支付能力按已有的{self.averaged}个月平均支出计算。")
        return said


def analyse(*, actor: Person, book: Book, month: date, this_month: date) -> Analysis:
    """Return the analysis of a month.

    Args:
        this_month: the running one, which is not full yet and so not averaged.

    Raises:
        BooksAtTheCity: the post reads no books.
    """
    results = list_monthly_results(actor=actor, book_id=book.pk, until=month)
    by_month = {result.month: result for result in results}
    recent = results[-MONTHS:]
    full = [r.lines["O00"] for r in results if r.month < this_month][-MONTHS:]
    balance = results[-1].balance if results else ZERO
    spent = sum(full, ZERO)
    return Analysis(
        month=month,
        is_known=month in by_month,
        first_month=results[0].month if results else None,
        lines=[_line(line, month, by_month) for line in INCOME],
        months=recent,
        balance=balance,
        capacity=months_of_capacity(balance, full),
        averaged=len(full),
        average_expenditure=round_yuan(spent / len(full)) if full else ZERO,
        per_head=_per_head(actor, month) if book.kind == BookKind.UNEMPLOYMENT else [],
    )


def _line(line: Line, month: date, by_month: Mapping[date, MonthlyResult]) -> AnalysisLine:
    def amount(each: date) -> Decimal | None:
        found = by_month.get(each)
        return found.lines[line.code] if found else None

    def to_date(last: date) -> tuple[int, Decimal | None]:
        """Return of how many months of the year there is a figure, and their sum."""
        months = [add_months(last, -n) for n in range(last.month)]
        known = [by_month[each].lines[line.code] for each in months if each in by_month]
        return len(known), sum(known, ZERO) if known else None

    now, before, year = (amount(add_months(month, -n)) for n in (0, 1, 12))
    (span, total), (last_span, last_total) = to_date(month), to_date(add_months(month, -12))
    return AnalysisLine(
        line=line,
        amount=now or ZERO,
        last_month=before,
        month_change=_change(now, before),
        last_year=year,
        year_change=_change(now, year),
        to_date=total or ZERO,
        to_date_last_year=last_total,
        to_date_change=_change(total, last_total) if span == last_span else None,
    )


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else change_percent(now, before)


def _per_head(actor: Person, month: date) -> list[PerHead]:
    months = [month, add_months(month, -1), add_months(month, -12)]
    spans = [(each, each) for each in months]
    counted = count_recipients(actor=actor, spans=spans)
    return [
        _head(f"{label}（{month_text(each)}）", found)
        for label, each, found in zip(("本月", "上月", "上年同月"), months, counted, strict=True)
    ]


def _head(label: str, found: Recipients) -> PerHead:
    average = round_yuan(found.amount / found.persons) if found.persons else None
    return PerHead(label, found.persons, found.amount, average)
