"""What the books show line by line for budgets: a year, the years before, the months to date."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from funds.budget_lines import ZERO
from funds.enums import StatementTable
from funds.models import AccountBalance
from funds.statement_lines import LINES, Sums, fill

RESULT = ("3001", "4", "5")  # what the general balance is made of


def actuals_between(book_id: int, first: date, last: date) -> dict[str, Decimal]:
    """Return by line of 收支表 what is posted in these months, period-end closes left out. Yuan."""
    rows = (
        AccountBalance.objects.filter(
            period__book_id=book_id, period__month__range=(first, last), is_closing=False
        )
        .order_by()
        .values_list("account__code")
        .annotate(Sum("debit"), Sum("credit"))
    )
    sums = {code: Sums(debit, credit) for code, debit, credit in rows}
    return fill(LINES[StatementTable.INCOME], sums)


def year_actuals(book_id: int, year: int) -> dict[str, Decimal]:
    """Return by line what is posted in a year so far, in yuan."""
    return actuals_between(book_id, date(year, 1, 1), date(year, 12, 1))


def closing_balance(book_id: int, year: int) -> Decimal:
    """Return the rolled balance at the end of a year as the books stand now, in yuan."""
    rows = AccountBalance.objects.filter(
        period__book_id=book_id, period__month__lte=date(year, 12, 1)
    )
    balance = ZERO
    sums = rows.order_by().values_list("account__code").annotate(Sum("debit"), Sum("credit"))
    for code, debit, credit in sums:
        if code.startswith(RESULT):
            balance += credit - debit
    return balance
