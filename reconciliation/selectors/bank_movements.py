"""Both sides of R2, R3 and R4: a bank account in the books and on its bank's statements."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from common.db import run_sql
from common.errors import DomainError
from common.periods import day_text, last_day
from funds.enums import BankAccountKind, BusinessEvent, VoucherState
from funds.models import BankAccount, BankStatement, BankStatementLine, VoucherLine
from funds.selectors.balances import account_balance
from payouts.models import PaymentBatch
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
    posted = _ledger_movements(bank_account, first_date, until, as_of)
    return posted, _bank_movements(_lines_of(statements, first_date, until))


def _lines_of(
    statements: list[BankStatement], first_date: date, until: date
) -> list[BankStatementLine]:
    return list(
        BankStatementLine.objects.filter(
            statement__in=statements, value_date__gte=first_date, value_date__lte=until
        ).order_by("statement__from_date", "statement_id", "position")
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
    sides = late.values_list("debit", "credit")
    balance -= sum((debit - credit for debit, credit in sides), Decimal("0.00"))
    return LedgerSide(balance, _ledger_movements(bank_account, first_date, until, as_of))


class _Posted(NamedTuple):
    """One row of list_posted_movements.sql."""

    id: int
    debit: Decimal
    credit: Decimal
    summary: str
    batch_number: str
    voucher_date: date
    number: int
    voucher_summary: str
    returned_batch: str | None


def _ledger_movements(
    bank_account: BankAccount, first_date: date, until: date, as_of: datetime
) -> tuple[Movement, ...]:
    """Return what was posted as movements; a voucher drafted from a return names its batch."""
    parameters = {
        "book_id": bank_account.book_id,
        "account_id": bank_account.ledger_account_id,
        "first_date": first_date,
        "until": until,
        "as_of": as_of,
        "opening": BusinessEvent.OPENING.value,
    }
    rows = run_sql("reconciliation", "list_posted_movements", parameters)
    return tuple(_ledger_movement(_Posted(*row)) for row in rows)


def _ledger_movement(line: _Posted) -> Movement:
    is_same = line.summary == line.voucher_summary
    return Movement(
        id=line.id,
        is_inflow=line.debit > 0,
        amount=line.debit or line.credit,
        day=line.voucher_date,
        batch=line.batch_number or line.returned_batch or "",
        reference=f"记{line.voucher_date:%Y%m}-{line.number}",
        text=line.summary if is_same else f"{line.voucher_summary} {line.summary}",
    )
