"""Bank accounts and their statements as screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from common.actor import Person
from common.errors import NotFound
from common.lists import Column, Listing, Viewer
from common.workbooks import Kind
from funds.models import BankAccount, BankStatement, BankStatementLine
from funds.selectors.access import require_books
from funds.selectors.balances import account_balance

TONES = {
    "OPENING": "amber",
    "ACTIVE": "green",
    "CLOSING": "amber",
    "CLOSED": "grey",
    "REFUSED": "red",
}


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
    state: str
    state_label: str
    tone: str
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
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[row.state],
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


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement of the list. Yuan."""

    id: int
    account_label: str
    number_masked: str
    from_date: date
    until_date: date
    opening_balance: Decimal
    closing_balance: Decimal
    line_count: int
    imported_at: datetime


def find_statements(
    viewer: Viewer, *, book_id: int, account_id: int | None = None
) -> QuerySet[BankStatement]:
    """Return the statements of one account of a book, or of all its accounts."""
    require_books(viewer.actor)
    rows = BankStatement.objects.filter(bank_account__book_id=book_id)
    rows = rows.select_related("bank_account")
    return rows if account_id is None else rows.filter(bank_account_id=account_id)


def show_statements(_viewer: Viewer, rows: Sequence[BankStatement]) -> list[StatementRow]:
    """Return the lines of these statements."""
    return [
        StatementRow(
            id=row.pk,
            account_label=row.bank_account.get_kind_display(),
            number_masked=row.bank_account.number_masked,
            from_date=row.from_date,
            until_date=row.until_date,
            opening_balance=row.opening_balance,
            closing_balance=row.closing_balance,
            line_count=row.line_count,
            imported_at=row.imported_at,
        )
        for row in rows
    ]


STATEMENTS = Listing(
    code="funds.selectors.bank_accounts.STATEMENTS",
    title="银行对账单",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("account", "账户", order="bank_account__kind", value="account_label"),
        Column("number", "账号", value="number_masked", place="file", width=22),
        Column("since", "起止日期", Kind.DAY, order="from_date", value="from_date"),
        Column("until", "截止日期", Kind.DAY, value="until_date", place="file"),
        Column("opening", "期初余额", Kind.AMOUNT, "opening_balance", value="opening_balance"),
        Column(
            "closing", "期末余额", Kind.AMOUNT, order="closing_balance", value="closing_balance"
        ),
        Column("count", "笔数", Kind.COUNT, order="line_count", value="line_count"),
        Column("imported", "导入时间", order="imported_at", value="imported_at", width=18),
    ),
    query=find_statements,
    show=show_statements,
)


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """The head of a statement. Yuan."""

    id: int
    book_id: int
    book: str
    account_label: str
    number_masked: str
    from_date: date
    until_date: date
    opening: Decimal
    closing: Decimal
    line_count: int
    imported_at: datetime
    document_id: int


def list_account_choices(*, book_id: int) -> list[tuple[int, str]]:
    """Return the accounts of a book, closed ones too, by what they are for."""
    rows = BankAccount.objects.filter(book_id=book_id).order_by("kind", "pk")
    return [(row.pk, f"{row.get_kind_display()} {row.number_masked}") for row in rows]


def find_movements(
    viewer: Viewer, *, statement_id: int, side: str = "", text: str = ""
) -> QuerySet[BankStatementLine]:
    """Return the movements of a statement: of one side, and where the text stands."""
    require_books(viewer.actor)
    rows = BankStatementLine.objects.filter(statement_id=statement_id)
    if side in {"debit", "credit"}:
        rows = rows.filter(**{f"{side}__gt": 0})
    if not text:
        return rows
    places = ("counterparty", "summary", "serial")
    return rows.filter(reduce(or_, (Q(**{f"{place}__icontains": text}) for place in places)))


def show_movements(
    _viewer: Viewer, rows: Sequence[BankStatementLine]
) -> Sequence[BankStatementLine]:
    """Return these movements; they are shown as the bank wrote them."""
    return rows


MOVEMENTS = Listing(
    code="funds.selectors.bank_accounts.MOVEMENTS",
    title="银行流水",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("position", "序号", Kind.COUNT, order="position", is_indexed=True, width=8),
        Column("day", "日期", Kind.DAY, order="value_date", value="value_date"),
        Column("serial", "流水号", order="serial", width=24),
        Column("counterparty", "对方", order="counterparty", width=24),
        Column("account", "对方账号", value="counter_account_masked", place="file", width=22),
        Column("summary", "摘要", order="summary", width=30),
        Column("debit", "支出", Kind.AMOUNT, order="debit", total="debit"),
        Column("credit", "收入", Kind.AMOUNT, order="credit", total="credit"),
        Column("balance", "余额", Kind.AMOUNT),
    ),
    query=find_movements,
    show=show_movements,
    default="position",
)


def get_bank_statement(*, actor: Person, statement_id: int) -> StatementSheet:
    """Return a statement's head; NotFound if there is none."""
    require_books(actor)
    rows = BankStatement.objects.select_related("bank_account__book")
    row = rows.filter(pk=statement_id).first()
    if row is None:
        raise NotFound
    return StatementSheet(
        id=row.pk,
        book_id=row.bank_account.book_id,
        book=row.bank_account.book.name,
        account_label=row.bank_account.get_kind_display(),
        number_masked=row.bank_account.number_masked,
        from_date=row.from_date,
        until_date=row.until_date,
        opening=row.opening_balance,
        closing=row.closing_balance,
        line_count=row.line_count,
        imported_at=row.imported_at,
        document_id=row.document_id,
    )
