"""Bank accounts and their statements as screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.enums import AccountOwner, BankAccountKind, BankAccountState
from funds.models import BankAccount, BankStatement, BankStatementLine
from funds.selectors.access import require_books
from funds.selectors.balances import account_balances

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


ACCOUNT_FIELDS = (
    *("kind", "owner", "organisation__name", "bank_name", "number_masked", "opened_date"),
    *("ledger_account__code", "opening_approval", "state"),
)


def list_bank_accounts(*, actor: Person, book_id: int) -> list[BankAccountRow]:
    """Return the book's bank accounts, those in use first."""
    require_books(actor)
    accounts = BankAccount.objects.filter(book_id=book_id).order_by("-is_active", "id")
    rows = accounts.values_list("pk", *ACCOUNT_FIELDS, named=True)
    balances = account_balances(book_id=book_id, codes={row.ledger_account__code for row in rows})
    statements = BankStatement.objects.filter(bank_account__book_id=book_id)
    newest = statements.order_by("bank_account_id", "-until_date").distinct("bank_account_id")
    last = {
        account_id: (until, balance)
        for account_id, until, balance in newest.values_list(
            "bank_account_id", "until_date", "closing_balance"
        )
    }
    return [
        _account_row(row, balances[row.ledger_account__code], *last.get(row.pk, (None, None)))
        for row in rows
    ]


def _account_row(
    row: Any, book_balance: Decimal, until: date | None, balance: Decimal | None
) -> BankAccountRow:
    return BankAccountRow(
        id=row.pk,
        kind=row.kind,
        kind_label=str(BankAccountKind(row.kind).label),
        owner_label=str(AccountOwner(row.owner).label),
        organisation=row.organisation__name,
        bank_name=row.bank_name,
        number_masked=row.number_masked,
        ledger_code=row.ledger_account__code,
        opened_date=row.opened_date,
        opening_approval=row.opening_approval,
        state=row.state,
        state_label=str(BankAccountState(row.state).label),
        tone=TONES[row.state],
        book_balance=book_balance,
        statement_until=until,
        statement_balance=balance,
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

    @property
    def span(self) -> str:
        """Return its first and last day."""
        return f"{self.from_date:%Y-%m-%d} 至 {self.until_date:%Y-%m-%d}"

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:bank_statement", self.id)


def find_statements(
    viewer: Viewer, *, book_id: int, account_id: int | None = None
) -> QuerySet[BankStatement]:
    """Return the statements of one account of a book, or of all its accounts."""
    require_books(viewer.actor)
    rows = BankStatement.objects.filter(bank_account__book_id=book_id)
    return rows if account_id is None else rows.filter(bank_account_id=account_id)


def show_statements(_viewer: Viewer, rows: Sequence[Any]) -> list[StatementRow]:
    """Return the lines of these statements."""
    return [
        StatementRow(
            id=row.pk,
            account_label=str(BankAccountKind(row.bank_account__kind).label),
            number_masked=row.bank_account__number_masked,
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
        Column(
            "account",
            "账户",
            order="bank_account__kind",
            value="account_label",
            note="number_masked",
        ),
        Column("number", "账号", value="number_masked", place="file", width=22),
        Column(
            "since",
            "起止日期",
            order="from_date",
            value="span",
            place="screen",
            link="url",
            is_whole=True,
        ),
        Column("first", "起止日期", Kind.DAY, value="from_date", place="file"),
        Column("until", "截止日期", Kind.DAY, value="until_date", place="file"),
        Column("opening", "期初余额", Kind.AMOUNT, "opening_balance", value="opening_balance"),
        Column(
            "closing", "期末余额", Kind.AMOUNT, order="closing_balance", value="closing_balance"
        ),
        Column("count", "笔数", Kind.COUNT, order="line_count", value="line_count"),
        Column(
            "imported",
            "导入时间",
            order="imported_at",
            value="imported_at",
            width=18,
            is_whole=True,
        ),
    ),
    query=find_statements,
    show=show_statements,
    fields=(
        *("bank_account__kind", "bank_account__number_masked", "from_date", "until_date"),
        *("opening_balance", "closing_balance", "line_count", "imported_at"),
    ),
    is_written=True,
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


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement as the bank wrote it; yuan, None on the side where nothing moved."""

    position: int
    value_date: date
    serial: str
    counterparty: str
    counter_account_masked: str
    summary: str
    debit: Decimal | None
    credit: Decimal | None
    balance: Decimal


def show_movements(_viewer: Viewer, rows: Sequence[Any]) -> list[MovementRow]:
    """Return the lines of these movements."""
    return [
        MovementRow(
            position=row.position,
            value_date=row.value_date,
            serial=row.serial,
            counterparty=row.counterparty,
            counter_account_masked=row.counter_account_masked,
            summary=row.summary,
            debit=row.debit or None,
            credit=row.credit or None,
            balance=row.balance,
        )
        for row in rows
    ]


MOVEMENTS = Listing(
    code="funds.selectors.bank_accounts.MOVEMENTS",
    title="银行流水",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("position", "序号", Kind.COUNT, order="position", is_indexed=True, width=8),
        Column("day", "日期", Kind.DAY, order="value_date", value="value_date"),
        Column("serial", "流水号", order="serial", width=24),
        Column(
            "counterparty", "对方", order="counterparty", width=24, note="counter_account_masked"
        ),
        Column("account", "对方账号", value="counter_account_masked", place="file", width=22),
        Column("summary", "摘要", order="summary", width=30),
        Column("debit", "支出", Kind.AMOUNT, order="debit", total="debit", has_sign=False),
        Column("credit", "收入", Kind.AMOUNT, order="credit", total="credit", has_sign=False),
        Column("balance", "余额", Kind.AMOUNT, has_sign=False),
    ),
    query=find_movements,
    show=show_movements,
    fields=(
        *("position", "value_date", "serial", "counterparty", "counter_account_masked"),
        *("summary", "debit", "credit", "balance"),
    ),
    default="position",
    is_written=True,
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
