"""Bank accounts and their statements as screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from accounts.selectors.paging import Page, page_of
from common.actor import Person
from common.errors import NotFound
from funds.models import BankAccount, BankStatement, BankStatementLine
from funds.selectors.access import require_books
from funds.selectors.balances import account_balance


@dataclass(frozen=True, slots=True)
class BankAccountRow:
    """One bank account: ours in the books, the bank's by its newest statement."""

    id: int
    kind: str
    kind_label: str
    owner_label: str
    organisation: str
    bank_name: str
    number_masked: str
    ledger_code: str
    opened_date: date
    opening_approval: str
    is_active: bool
    book_balance: Decimal
    statement_until: date | None
    statement_balance: Decimal | None


def list_bank_accounts(*, actor: Person, book_id: int) -> list[BankAccountRow]:
    """Return the book's bank accounts, those in use first."""
    require_books(actor)
    rows = BankAccount.objects.filter(book_id=book_id).select_related(
        "organisation", "ledger_account"
    )
    return [_account_row(row) for row in rows.order_by("-is_active", "id")]


def _account_row(row: BankAccount) -> BankAccountRow:
    last = last_statement(row.pk)
    return BankAccountRow(
        id=row.pk,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        owner_label=row.get_owner_display(),
        organisation=row.organisation.name,
        bank_name=row.bank_name,
        number_masked=row.number_masked,
        ledger_code=row.ledger_account.code,
        opened_date=row.opened_date,
        opening_approval=row.opening_approval,
        is_active=row.is_active,
        book_balance=account_balance(
            book_id=row.book_id, account_code=row.ledger_account.code, until=None
        ),
        statement_until=last.until_date if last else None,
        statement_balance=last.closing_balance if last else None,
    )


def last_statement(bank_account_id: int) -> BankStatement | None:
    """Return the newest statement of an account; the next one starts the day after it ends."""
    rows = BankStatement.objects.filter(bank_account_id=bank_account_id)
    return rows.order_by("-until_date").first()


def list_bank_statements(
    *, actor: Person, bank_account_id: int | None, after: str, before: str
) -> Page[BankStatement]:
    """Return one page of statements, newest import first; of one account or of all."""
    require_books(actor)
    rows = BankStatement.objects.select_related("bank_account")
    if bank_account_id is not None:
        rows = rows.filter(bank_account_id=bank_account_id)
    return page_of(rows, after=after, before=before)


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """A statement with one page of its movements, newest last."""

    id: int
    account_label: str
    number_masked: str
    from_date: date
    until_date: date
    opening: Decimal
    closing: Decimal
    line_count: int
    imported_at: datetime
    document_id: int
    lines: Sequence[BankStatementLine]
    next_position: int | None


LINES_SHOWN = 200


def get_bank_statement(*, actor: Person, statement_id: int, after: int = 0) -> StatementSheet:
    """Return a statement and its movements after a position; NotFound if there is none."""
    require_books(actor)
    rows: QuerySet[BankStatement] = BankStatement.objects.select_related("bank_account")
    row = rows.filter(pk=statement_id).first()
    if row is None:
        raise NotFound
    lines = list(row.lines.filter(position__gt=after).order_by("position")[: LINES_SHOWN + 1])
    has_more, lines = len(lines) > LINES_SHOWN, lines[:LINES_SHOWN]
    return StatementSheet(
        id=row.pk,
        account_label=row.bank_account.get_kind_display(),
        number_masked=row.bank_account.number_masked,
        from_date=row.from_date,
        until_date=row.until_date,
        opening=row.opening_balance,
        closing=row.closing_balance,
        line_count=row.line_count,
        imported_at=row.imported_at,
        document_id=row.document_id,
        lines=lines,
        next_position=lines[-1].position if has_more else None,
    )
