"""The books over some months: every account with opening, turnover and closing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from common.actor import Person
from common.db import run_sql
from common.periods import add_months
from funds.enums import NormalSide
from funds.models import LedgerAccount, Period
from funds.selectors.access import require_books

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LedgerScope:
    """Which months of which book, and which office and item (None and "" take all).

    `with_closing`: whether the period-end close (期末结转) of these months counts.
    """

    book_id: int
    first: date
    last: date
    organisation_id: int | None = None
    item_code: str = ""
    with_closing: bool = True


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account over the months, in yuan. `opening` and `closing` are on its normal side.

    `year_debit` and `year_credit` are the turnover since January of the last month's year.
    """

    code: str
    name: str
    level: int
    is_leaf: bool
    side_label: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal
    year_debit: Decimal
    year_credit: Decimal


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account with its four sums; the totals count leaves only.

    `opening_debit` … `closing_credit` are the sums of the leaves' balances by the side they
    stand on; in a sound book each pair is equal.
    """

    rows: Sequence[AccountRow]
    opening_debit: Decimal
    opening_credit: Decimal
    debit: Decimal
    credit: Decimal
    closing_debit: Decimal
    closing_credit: Decimal

    @property
    def is_balanced(self) -> bool:
        """Whether every pair of sums is equal."""
        return (
            self.opening_debit == self.opening_credit
            and self.debit == self.credit
            and self.closing_debit == self.closing_credit
        )


def trial_balance(*, actor: Person, scope: LedgerScope) -> TrialBalance:
    """Return every account of the book over the scope's months, parents with their details' sums.

    Accounts that never moved are left out.
    """
    require_books(actor)
    accounts = list(LedgerAccount.objects.filter(book_id=scope.book_id).order_by("code"))
    sums, years = _sums(scope), _sums(replace(scope, first=date(scope.last.year, 1, 1)))
    rows, leaves = [], []
    for account in accounts:
        opening, debit, credit, count = _with_details(account, accounts, sums)
        _, *year, _ = _with_details(account, accounts, years)
        if not count:
            continue
        rows.append(_account_row(account, opening, (debit, credit), (year[0], year[1])))
        if account.is_leaf:
            leaves.append((opening, debit, credit))
    return _totalled(rows, leaves)


_Sums = dict[int, tuple[Decimal, Decimal, Decimal]]


def _with_details(
    account: LedgerAccount, accounts: Sequence[LedgerAccount], sums: _Sums
) -> tuple[Decimal, Decimal, Decimal, int]:
    """Return opening, debit and credit of an account with its details, and how many moved."""
    parts = [
        sums[leaf.pk]
        for leaf in accounts
        if leaf.is_leaf and leaf.code.startswith(account.code) and leaf.pk in sums
    ]
    opening, debit, credit = (sum((part[n] for part in parts), ZERO) for n in range(3))
    return opening, debit, credit, len(parts)


def _sums(scope: LedgerScope) -> _Sums:
    parameters = {
        "book_id": scope.book_id,
        "first": scope.first,
        "last": scope.last,
        "organisation_id": scope.organisation_id,
        "item_code": scope.item_code or None,
        "with_closing": scope.with_closing,
    }
    return {
        account_id: (opening, debit, credit)
        for account_id, opening, debit, credit in run_sql("funds", "account_turnover", parameters)
    }


def _account_row(
    account: LedgerAccount,
    opening: Decimal,
    moved: tuple[Decimal, Decimal],
    year: tuple[Decimal, Decimal],
) -> AccountRow:
    debit, credit = moved
    sign = 1 if account.normal_side == NormalSide.DEBIT else -1
    return AccountRow(
        code=account.code,
        name=account.name,
        level=1 if account.parent_id is None else 2,
        is_leaf=account.is_leaf,
        side_label=account.get_normal_side_display(),
        opening=opening * sign,
        debit=debit,
        credit=credit,
        closing=(opening + debit - credit) * sign,
        year_debit=year[0],
        year_credit=year[1],
    )


def _totalled(
    rows: list[AccountRow], leaves: list[tuple[Decimal, Decimal, Decimal]]
) -> TrialBalance:
    openings = [opening for opening, _, _ in leaves]
    closings = [opening + debit - credit for opening, debit, credit in leaves]
    return TrialBalance(
        rows=rows,
        opening_debit=sum((v for v in openings if v > 0), ZERO),
        opening_credit=-sum((v for v in openings if v < 0), ZERO),
        debit=sum((debit for _, debit, _ in leaves), ZERO),
        credit=sum((credit for _, _, credit in leaves), ZERO),
        closing_debit=sum((v for v in closings if v > 0), ZERO),
        closing_credit=-sum((v for v in closings if v < 0), ZERO),
    )


def first_month(book_id: int) -> date:
    """Return the first month of a book."""
    return Period.objects.filter(book_id=book_id).earliest("month").month


def recent_months(today: date, count: int = 13) -> list[date]:
    """Return the months up to this one, newest first."""
    month = today.replace(day=1)
    return [add_months(month, -n) for n in range(count)]
