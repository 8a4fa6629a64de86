"""Both sides of R2, R3 and R4: a bank account in the books and on its bank's statements."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from common.errors import DomainError
from common.periods import day_text, last_day
from funds.enums import BankAccountKind, BusinessEvent, SourceKind, VoucherState
from funds.models import BankAccount, BankStatement, BankStatementLine, Voucher, VoucherLine
from funds.selectors.balances import account_balance
from payouts.models import BankReturn, PaymentBatch
from reconciliation.calculators import Movement

WORDS = re.compile(r"[0-9A-Za-z-]+")


class StatementsMissing(DomainError):
    code = "BANK_STATEMENTS_MISSING"
    message = "该月银行对账单尚未导入，请先导入该账户的对账单"


@dataclass(frozen=True, slots=True)
class BankSide:
    """What the bank says by the end of the month: balance (yuan), movements, newest statement."""

    statement_id: int
    first_date: date
    balance: Decimal
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class LedgerSide:
    """What the books say by the end of the month."""

    balance: Decimal
    movements: tuple[Movement, ...]


def bank_side(*, bank_account: BankAccount, month: date, as_of: datetime) -> BankSide:
    """Return the bank's movements from its first statement to the end of the month.

    Statements imported after `as_of` do not count, so an earlier reconciliation can be shown
    again as it was.

    Raises:
        StatementsMissing: the statements leave a day of the month uncovered.
    """
    until = last_day(month)
    statements = list(
        BankStatement.objects.filter(
            bank_account=bank_account, from_date__lte=until, imported_at__lte=as_of
        ).order_by("from_date", "id")
    )
    _require_cover(statements, month, until, BankAccountKind(bank_account.kind).label)
    lines = _lines_of(statements, statements[0].from_date, until)
    newest = statements[-1]
    own = [line for line in lines if line.statement_id == newest.pk]
    return BankSide(
        statement_id=newest.pk,
        first_date=statements[0].from_date,
        balance=own[-1].balance if own else newest.opening_balance,
        movements=_bank_movements(lines),
    )


def movements_between(
    *, bank_account: BankAccount, since: date, until: date, as_of: datetime
) -> tuple[tuple[Movement, ...], tuple[Movement, ...]]:
    """Return the books' and the bank's movements of some days, as far as statements tell of them.

    Both empty without a statement.
    """
    statements = list(
        BankStatement.objects.filter(
            bank_account=bank_account,
            from_date__lte=until,
            until_date__gte=since,
            imported_at__lte=as_of,
        ).order_by("from_date", "id")
    )
    if not statements:
        return (), ()
    first_date = max(since, statements[0].from_date)
    posted = _posted_lines(bank_account, first_date, until, as_of)
    return _ledger_movements(posted), _bank_movements(_lines_of(statements, first_date, until))


def _lines_of(
    statements: list[BankStatement], first_date: date, until: date
) -> list[BankStatementLine]:
    return list(
        BankStatementLine.objects.filter(
            statement__in=statements, value_date__gte=first_date, value_date__lte=until
        )
        .select_related("statement")
        .order_by("statement__from_date", "statement_id", "position")
    )


def _require_cover(statements: list[BankStatement], month: date, until: date, account: str) -> None:
    """Refuse unless the statements cover every day of the month."""
    missing = month
    for statement in statements:
        if statement.from_date <= missing <= statement.until_date:
            missing = statement.until_date + timedelta(days=1)
    if missing <= until:
        raise StatementsMissing(
            f"银行对账单未覆盖{day_text(missing)}至{day_text(until)}，请先导入{account}对账单"
        )


def _bank_movements(lines: list[BankStatementLine]) -> tuple[Movement, ...]:
    words = {word for line in lines for word in WORDS.findall(line.summary)}
    batches = set(PaymentBatch.objects.filter(number__in=words).values_list("number", flat=True))
    return tuple(
        Movement(
            id=line.pk,
            is_inflow=line.credit > 0,
            amount=line.credit or line.debit,
            day=line.value_date,
            batch=next((word for word in WORDS.findall(line.summary) if word in batches), ""),
            reference=line.serial,
            text=f"{line.summary} {line.counterparty}".strip(),
        )
        for line in lines
    )


def ledger_side(
    *, bank_account: BankAccount, month: date, first_date: date, as_of: datetime
) -> LedgerSide:
    """Return the account's posted movements from the bank's first day to the end of the month.

    Vouchers posted after `as_of` do not count. What the books hold from before the first bank
    statement, and the opening voucher, are part of both opening balances and no movement; nor is
    a voucher with its reversal: together they move nothing.
    """
    until = last_day(month)
    lines = _posted_lines(bank_account, first_date, until, as_of)
    balance = account_balance(
        book_id=bank_account.book_id,
        account_code=bank_account.ledger_account.code,
        until=until,
    )
    late = VoucherLine.objects.filter(
        account_id=bank_account.ledger_account_id,
        voucher__state=VoucherState.POSTED,
        voucher__posted_at__gt=as_of,
        voucher__voucher_date__lte=until,
    )
    balance -= sum((line.debit - line.credit for line in late), Decimal("0.00"))
    return LedgerSide(balance, _ledger_movements(lines))


def _posted_lines(
    bank_account: BankAccount, first_date: date, until: date, as_of: datetime
) -> list[VoucherLine]:
    posted = Q(
        state=VoucherState.POSTED,
        posted_at__lte=as_of,
        voucher_date__gte=first_date,
        voucher_date__lte=until,
    )
    reversals = Voucher.objects.filter(posted, reverses__isnull=False)
    undone = Q(reversals__in=reversals) | Q(reverses__in=Voucher.objects.filter(posted))
    vouchers = Voucher.objects.filter(posted, book_id=bank_account.book_id)
    standing = vouchers.exclude(event=BusinessEvent.OPENING).exclude(
        pk__in=vouchers.filter(undone).values("pk")
    )
    return list(
        VoucherLine.objects.filter(account_id=bank_account.ledger_account_id, voucher__in=standing)
        .select_related("voucher")
        .order_by("voucher__voucher_date", "id")
    )


def _ledger_movements(lines: list[VoucherLine]) -> tuple[Movement, ...]:
    """Return the lines as movements; a voucher drafted from a return names its batch."""
    returns = {
        line.voucher.source_id
        for line in lines
        if line.voucher.source_kind == SourceKind.BANK_RETURN and line.voucher.source_id
    }
    batch_of = dict(BankReturn.objects.filter(pk__in=returns).values_list("pk", "batch__number"))
    movements = []
    for line in lines:
        voucher = line.voucher
        batch = line.batch_number
        if not batch and voucher.source_kind == SourceKind.BANK_RETURN:
            batch = batch_of.get(voucher.source_id or 0) or ""
        movements.append(
            Movement(
                id=line.pk,
                is_inflow=line.debit > 0,
                amount=line.debit or line.credit,
                day=voucher.voucher_date,
                batch=batch,
                reference=f"记{voucher.voucher_date:%Y%m}-{voucher.number}",
                text=f"{voucher.summary} {line.summary}"
                if line.summary != voucher.summary
                else voucher.summary,
            )
        )
    return tuple(movements)
