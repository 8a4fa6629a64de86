"""The general ledger of one account (总账): month by month, and from the year's first day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.actor import Person
from common.errors import NotFound
from common.periods import month_code
from funds.enums import NormalSide
from funds.models import LedgerAccount
from funds.selectors.access import require_books
from funds.selectors.books import full_name
from funds.selectors.ledger import LedgerScope
from funds.selectors.turnovers import account_turnovers


@dataclass(frozen=True, slots=True)
class GeneralMonth:
    """One month: its turnover, the year's so far, and the balance at its end (normal side)."""

    month: date
    debit: Decimal
    credit: Decimal
    year_debit: Decimal
    year_credit: Decimal
    balance: Decimal

    @property
    def code(self) -> str:
        """Return the month as addresses write it."""
        return month_code(self.month)


@dataclass(frozen=True, slots=True)
class GeneralSheet:
    """An account over a year. `opening` is what the last year left (上年结转)."""

    code: str
    name: str
    side_label: str
    year: int
    opening: Decimal
    months: Sequence[GeneralMonth]


def general_ledger(
    *, actor: Person, book_id: int, account_code: str, last: date, with_closing: bool = True
) -> GeneralSheet:
    """Return an account's year up to the month `last`; a parent's code sums its details.

    Raises:
        NotFound: the book has no such account; DutyNotHeld: the post reads no books.
    """
    require_books(actor)
    rows = LedgerAccount.objects.select_related("parent")
    account = rows.filter(book_id=book_id, code=account_code).first()
    if account is None:
        raise NotFound
    january = date(last.year, 1, 1)
    scope = LedgerScope(book_id, january, last, with_closing=with_closing)
    turnovers = account_turnovers(scope=scope, account_code=account_code)
    sign = 1 if account.normal_side == NormalSide.DEBIT else -1
    opening = turnovers.before(january)
    months = []
    for number in range(1, last.month + 1):
        month = date(last.year, number, 1)
        debit, credit = turnovers.of(month)
        year_debit, year_credit = turnovers.year_until(month)
        balance = (opening + year_debit - year_credit) * sign
        months.append(GeneralMonth(month, debit, credit, year_debit, year_credit, balance))
    return GeneralSheet(
        code=account.code,
        name=full_name(account),
        side_label=account.get_normal_side_display(),
        year=last.year,
        opening=opening * sign,
        months=months,
    )
