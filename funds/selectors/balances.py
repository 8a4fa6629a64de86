"""Balances of accounts, from what was posted."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from common.money import round_yuan
from common.periods import month_of
from funds.enums import NormalSide, VoucherState
from funds.models import AccountBalance, LedgerAccount, VoucherLine

ZERO = Decimal("0.00")


def account_balance(*, book_id: int, account_code: str, until: date | None) -> Decimal:
    """Return the posted balance of an account in yuan, positive on its normal side.

    A parent's code sums its details. `until` includes that day; None takes everything.
    """
    side = LedgerAccount.objects.get(book_id=book_id, code=account_code).normal_side
    months = AccountBalance.objects.filter(
        account__book_id=book_id, account__code__startswith=account_code
    )
    if until is None:
        return _signed(side, _net(months))
    month = month_of(until)
    days = VoucherLine.objects.filter(
        account__book_id=book_id,
        account__code__startswith=account_code,
        voucher__state=VoucherState.POSTED,
        voucher__period__month=month,
        voucher__voucher_date__lte=until,
    )
    return _signed(side, _net(months.filter(period__month__lt=month)) + _net(days))


def _net(rows: "QuerySet[AccountBalance] | QuerySet[VoucherLine]") -> Decimal:
    """Return debits less credits of the rows."""
    sums = rows.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def _signed(side: str, net: Decimal) -> Decimal:
    return round_yuan(net if side == NormalSide.DEBIT else -net)
