"""Ledgers: accounts with opening, turnover and closing; one account line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from accounts.duties import Duty
from common.actor import Person
from common.db import run_sql
from common.errors import NotFound
from common.lists import Column, Listing, Viewer
from common.periods import add_months, last_day
from common.workbooks import Kind
from funds.enums import BusinessEvent, NormalSide, VoucherState
from funds.models import AccountBalance, LedgerAccount, VoucherLine
from funds.selectors.access import require_books
from funds.selectors.books import full_name

ZERO = Decimal("0.00")
LINE_LIMIT = 500  # lines of one ledger page; further ones on the next


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
    """One account over the months, in yuan. `opening` and `closing` are on its normal side."""

    code: str
    name: str
    level: int
    is_leaf: bool
    side_label: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


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
    sums = _sums(scope)
    rows, leaves = [], []
    for account in accounts:
        parts = [
            sums[leaf.pk]
            for leaf in accounts
            if leaf.is_leaf and leaf.code.startswith(account.code) and leaf.pk in sums
        ]
        if not parts:
            continue
        opening, debit, credit = (sum(column, ZERO) for column in zip(*parts, strict=True))
        rows.append(_account_row(account, opening, debit, credit))
        if account.is_leaf:
            leaves.append((opening, debit, credit))
    return _totalled(rows, leaves)


def _sums(scope: LedgerScope) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
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
    account: LedgerAccount, opening: Decimal, debit: Decimal, credit: Decimal
) -> AccountRow:
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


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One posted line with the account's balance after it, on the account's normal side."""

    voucher_id: int
    voucher_date: date
    number: int
    summary: str
    office: str
    item_code: str
    batch_number: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    is_day_end: bool


@dataclass(frozen=True, slots=True)
class LedgerSheet:
    """One account over some months. The offsets lead to the lines not shown, None at the ends."""

    code: str
    name: str
    side_label: str
    opening: Decimal
    lines: Sequence[LedgerLine]
    debit: Decimal
    credit: Decimal
    closing: Decimal
    previous_offset: int | None
    next_offset: int | None


def account_ledger(
    *, actor: Person, scope: LedgerScope, account_code: str, offset: int = 0
) -> LedgerSheet:
    """Return an account's posted lines in the order of day and number, with running balance.

    A parent's code shows the lines of all its details. `opening` is the balance before the
    first line shown, the sums and `closing` are the whole scope's.

    Raises:
        NotFound: the book has no such account; DutyNotHeld: the post reads no books.
    """
    require_books(actor)
    account = LedgerAccount.objects.filter(book_id=scope.book_id, code=account_code).first()
    if account is None:
        raise NotFound
    sign = 1 if account.normal_side == NormalSide.DEBIT else -1
    lines = _lines(scope, account_code)
    before = _net(_balances_before(scope, account_code)) + _net(lines[:offset])
    shown = list(lines[offset : offset + LINE_LIMIT + 1])
    has_more = len(shown) > LINE_LIMIT
    sums = lines.order_by().aggregate(debit=Sum("debit"), credit=Sum("credit"))
    debit, credit = sums["debit"] or ZERO, sums["credit"] or ZERO
    start = _net(_balances_before(scope, account_code))
    return LedgerSheet(
        code=account.code,
        name=full_name(account),
        side_label=account.get_normal_side_display(),
        opening=before * sign,
        lines=_running(shown, before, sign)[:LINE_LIMIT],
        debit=debit,
        credit=credit,
        closing=(start + debit - credit) * sign,
        previous_offset=max(0, offset - LINE_LIMIT) if offset else None,
        next_offset=offset + LINE_LIMIT if has_more else None,
    )


def _lines(scope: LedgerScope, code: str) -> QuerySet[VoucherLine]:
    rows = VoucherLine.objects.filter(
        account__book_id=scope.book_id,
        account__code__startswith=code,
        voucher__state=VoucherState.POSTED,
        voucher__voucher_date__gte=scope.first,
        voucher__voucher_date__lte=last_day(scope.last),
    )
    if scope.organisation_id is not None:
        rows = rows.filter(organisation_id=scope.organisation_id)
    if scope.item_code:
        rows = rows.filter(item_code=scope.item_code)
    if not scope.with_closing:
        rows = rows.exclude(voucher__event=BusinessEvent.PERIOD_CLOSE)
    rows = rows.annotate(office_name=F("organisation__short_name"))
    return rows.select_related("voucher", "organisation").order_by(
        "voucher__voucher_date", "voucher__number", "voucher_id", "position"
    )


def find_ledger_lines(
    viewer: Viewer, *, account_code: str, first: str, last: str, **more: Any
) -> QuerySet[VoucherLine]:
    """Return an account's posted lines (the parts of `LedgerScope`, months as 2026-11-01)."""
    require_books(viewer.actor)
    scope = LedgerScope(first=date.fromisoformat(first), last=date.fromisoformat(last), **more)
    return _lines(scope, account_code)


def show_ledger_lines(_viewer: Viewer, lines: Sequence[VoucherLine]) -> Sequence[VoucherLine]:
    """Return these lines; they are written as they were posted."""
    return lines


# The book itself is read in its one order with running balances (`account_ledger`).
LEDGER_LINES = Listing(
    code="funds.selectors.ledger.LEDGER_LINES",
    title="明细账",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("day", "日期", Kind.DAY, "voucher__voucher_date", value="voucher.voucher_date"),
        Column("number", "凭证号", Kind.COUNT, value="voucher.number"),
        Column("summary", "摘要", width=40),
        Column("office", "经办机构", value="office_name"),
        Column("item", "业务项目", value="item_code"),
        Column("batch", "批次号", value="batch_number", width=26),
        Column("debit", "借方", Kind.AMOUNT),
        Column("credit", "贷方", Kind.AMOUNT),
    ),
    query=find_ledger_lines,
    show=show_ledger_lines,
    default="day",
)


def _balances_before(scope: LedgerScope, code: str) -> QuerySet[AccountBalance]:
    rows = AccountBalance.objects.filter(
        account__book_id=scope.book_id,
        account__code__startswith=code,
        period__month__lt=scope.first,
    )
    if scope.organisation_id is not None:
        rows = rows.filter(organisation_id=scope.organisation_id)
    return rows.filter(item_code=scope.item_code) if scope.item_code else rows


def _net(rows: QuerySet[AccountBalance] | QuerySet[VoucherLine]) -> Decimal:
    sums = rows.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def _running(rows: list[VoucherLine], before: Decimal, sign: int) -> list[LedgerLine]:
    balance, lines = before, []
    next_days = [*(row.voucher.voucher_date for row in rows[1:]), None]
    for row, next_day in zip(rows, next_days, strict=False):
        balance += row.debit - row.credit
        lines.append(
            LedgerLine(
                voucher_id=row.voucher_id,
                voucher_date=row.voucher.voucher_date,
                number=row.voucher.number or 0,
                summary=row.summary,
                office=row.organisation.short_name if row.organisation else "",
                item_code=row.item_code,
                batch_number=row.batch_number,
                debit=row.debit,
                credit=row.credit,
                balance=balance * sign,
                is_day_end=row.voucher.voucher_date != next_day,
            )
        )
    return lines


def recent_months(today: date, count: int = 13) -> list[date]:
    """Return the months up to this one, newest first."""
    month = today.replace(day=1)
    return [add_months(month, -n) for n in range(count)]
