"""Balances of accounts, from what was posted."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, Sum

from common.money import round_yuan
from common.periods import month_of
from funds.enums import NormalSide, VoucherState
from funds.models import AccountBalance, LedgerAccount, VoucherLine

ZERO = Decimal("0.00")


def account_balance(*, book_id: int, account_code: str, until: date | None) -> Decimal:
    """Return the posted balance of an account in yuan, positive on its normal side.

    A parent's code sums its details. `until` includes that day; None takes everything.
    """
    named = LedgerAccount.objects.filter(book_id=book_id, code=account_code)
    side = named.values_list("normal_side", flat=True).get()
    months = AccountBalance.objects.filter(
        account__book_id=book_id, account__code__startswith=account_code
    )
    if until is None:
        return on_normal_side(side, _net(months))
    month = month_of(until)
    days = VoucherLine.objects.filter(
        account__book_id=book_id,
        account__code__startswith=account_code,
        voucher__state=VoucherState.POSTED,
        voucher__period__month=month,
        voucher__voucher_date__lte=until,
    )
    return on_normal_side(side, _net(months.filter(period__month__lt=month)) + _net(days))


def account_balances(*, book_id: int, codes: Collection[str]) -> dict[str, Decimal]:
    """Return what `account_balance` says of each of these accounts up to now, in two statements."""
    accounts = LedgerAccount.objects.filter(book_id=book_id, code__in=codes)
    sides = dict(accounts.values_list("code", "normal_side"))
    wanted = reduce(or_, (Q(account__code__startswith=code) for code in sides), Q(pk__in=[]))
    rows = AccountBalance.objects.filter(wanted, account__book_id=book_id).order_by()
    nets = list(rows.values_list("account__code").annotate(net=Sum("debit") - Sum("credit")))
    return {
        code: on_normal_side(side, sum((net for own, net in nets if own.startswith(code)), ZERO))
        for code, side in sides.items()
    }


def _net(rows: "QuerySet[AccountBalance] | QuerySet[VoucherLine]") -> Decimal:
    """Return debits less credits of the rows."""
    sums = rows.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def on_normal_side(side: str, net: Decimal) -> Decimal:
    """Return debits less credits as the balance of an account of this normal side."""
    return round_yuan(net if side == NormalSide.DEBIT else -net)
