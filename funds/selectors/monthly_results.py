"""Income and expenditure of every month line by line, and the balance at its end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from common.actor import Person
from funds.enums import StatementTable
from funds.models import AccountBalance, AnalysisRemark, Period
from funds.selectors.access import require_books
from funds.statement_lines import LINES, Sums, fill

ZERO = Decimal("0.00")
RESULT = ("3001", "4", "5")  # what the general balance is made of


@dataclass(frozen=True, slots=True)
class MonthlyResult:
    """One month: its lines of 收支表 by code, and the rolled balance at its end. Yuan."""

    month: date
    lines: Mapping[str, Decimal]
    balance: Decimal


def list_monthly_results(*, actor: Person, book_id: int, until: date) -> list[MonthlyResult]:
    """Return every month of the book up to `until`, oldest first; months without vouchers too.

    Two statements of SQL over the balances, however many vouchers there are.
    """
    require_books(actor)
    return read_monthly_results(book_id=book_id, until=until)


def read_monthly_results(*, book_id: int, until: date) -> list[MonthlyResult]:
    """Return the same without asking who reads it, for jobs."""
    months = Period.objects.filter(book_id=book_id, month__lte=until).order_by("month")
    sums = _sums(book_id, until)
    results, balance = [], ZERO
    for month in months.values_list("month", flat=True):
        of_month = sums.get(month, [])
        moved = [(code, s) for code, _, s in of_month if code.startswith(RESULT)]
        balance += sum((s.credit - s.debit for _, s in moved), ZERO)
        open_sums = {code: s for code, is_closing, s in of_month if not is_closing}
        lines = fill(LINES[StatementTable.INCOME], open_sums)
        results.append(MonthlyResult(month, lines, balance))
    return results


def _sums(book_id: int, until: date) -> Mapping[date, Sequence[tuple[str, bool, Sums]]]:
    """Return month -> (account code, whether of the period-end close, debits and credits)."""
    rows = (
        AccountBalance.objects.filter(period__book_id=book_id, period__month__lte=until)
        .order_by()
        .values_list("period__month", "account__code", "is_closing")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
    )
    sums: dict[date, list[tuple[str, bool, Sums]]] = defaultdict(list)
    for month, code, is_closing, debits, credits in rows:
        sums[month].append((code, is_closing, Sums(debits, credits)))
    return sums


def newest_remark(*, actor: Person, book_id: int, month: date) -> AnalysisRemark | None:
    """Return what was last written to the figures of a month."""
    require_books(actor)
    rows = AnalysisRemark.objects.filter(book_id=book_id, month=month)
    return rows.select_related("written_by").order_by("-id").first()
