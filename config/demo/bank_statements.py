"""Statements of accounts the demo's bank does not keep: they say what the books say."""

import csv
import io
from datetime import date
from decimal import Decimal

from django.db.models import Q

from common.encryption import Purpose, decrypt
from common.periods import last_day
from funds.enums import BusinessEvent, VoucherState
from funds.models import BankAccount, BankStatement, VoucherLine

ZERO = Decimal("0.00")
COLUMNS = (
    *("account", "date", "serial", "debit", "credit", "balance"),
    *("counterparty", "counter account", "summary"),
)


def agreeing_statement(account: BankAccount, month: date) -> bytes:
    """Return a month's statement of an account as CSV, empty if nothing ever moved on it.

    Call inside a tenant transaction. The same books give the same bytes.
    """
    until = last_day(month)
    posted = VoucherLine.objects.filter(
        voucher__book_id=account.book_id,
        voucher__state=VoucherState.POSTED,
        account__code__startswith=account.ledger_account.code,
    )
    handed_over = Q(voucher__event=BusinessEvent.OPENING)
    lines = (
        posted.filter(voucher__voucher_date__range=(month, until))
        .exclude(handed_over)
        .order_by("voucher__voucher_date", "voucher_id", "position")
    )
    before = BankStatement.objects.filter(bank_account=account, until_date__lt=month)
    last = before.order_by("-until_date").first()
    held = posted.filter(Q(voucher__voucher_date__lt=month) | handed_over)
    if not last and not lines and not held:
        return b""
    number = decrypt(account.number_cipher, pool_id=account.pool_id, purpose=Purpose.ACCOUNT)
    first = sum((line.debit - line.credit for line in held), ZERO)
    opening = balance = last.closing_balance if last else first
    rows = []
    for place, line in enumerate(lines.select_related("voucher"), start=1):
        balance += line.debit - line.credit
        serial = f"{account.kind[:1]}{month:%Y%m}{place:06d}"
        moved = f"{line.credit:.2f}", f"{line.debit:.2f}", f"{balance:.2f}"
        rows.append((number, line.voucher.voucher_date, serial, *moved, "", "", line.summary[:50]))
    out = io.StringIO()
    head = ("#statement", number, month, until, f"{opening:.2f}", f"{balance:.2f}", len(rows))
    csv.writer(out, lineterminator="\n").writerows([head, COLUMNS, *rows])
    return out.getvalue().encode()
