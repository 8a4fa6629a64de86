"""One bank account of the register: its particulars, its requests, its yearly reviews."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from accounts.enums import SubjectKind
from accounts.selectors.attachments import AttachmentRow, list_attachments
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from funds.models import BankAccount, BankAccountReview
from funds.selectors.access import require_books
from funds.selectors.balances import account_balance
from funds.selectors.bank_accounts import TONES, last_statement


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One year's review of an account. Yuan."""

    year: int
    balance_date: date
    bank_balance: Decimal
    book_balance: Decimal
    is_needed: bool
    note: str
    person: str
    at: datetime
    document_id: int


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """A bank account with everything its page shows; the number stays masked. Yuan."""

    id: int
    book_id: int
    book: str
    kind_label: str
    owner_label: str
    organisation: str
    bank_name: str
    number_masked: str
    ledger_code: str
    ledger_name: str
    opened_date: date
    opening_approval: str
    closed_date: date | None
    closing_approval: str
    state: str
    state_label: str
    tone: str
    is_active: bool
    is_founding: bool
    content_sha256: str
    book_balance: Decimal
    statement_until: date | None
    statement_balance: Decimal | None
    timeline: Sequence[TimelineEntry]
    attachments: Sequence[AttachmentRow]
    reviews: Sequence[ReviewLine]

    @property
    def title(self) -> str:
        """Return 支出户 尾号1004."""
        return f"{self.kind_label} {self.number_masked}"


def get_bank_account(*, actor: Person, account_id: int) -> AccountSheet:
    """Return a bank account with everything its page shows; NotFound if there is none."""
    require_books(actor)
    rows = BankAccount.objects.select_related("book", "organisation", "ledger_account")
    row = rows.filter(pk=account_id).first()
    if row is None:
        raise NotFound
    last, code = last_statement(row.pk), row.ledger_account.code
    return AccountSheet(
        id=row.pk,
        book_id=row.book_id,
        book=row.book.name,
        kind_label=row.get_kind_display(),
        owner_label=row.get_owner_display(),
        organisation=row.organisation.name,
        bank_name=row.bank_name,
        number_masked=row.number_masked,
        ledger_code=code,
        ledger_name=row.ledger_account.name,
        opened_date=row.opened_date,
        opening_approval=row.opening_approval,
        closed_date=row.closed_date,
        closing_approval=row.closing_approval,
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[row.state],
        is_active=row.is_active,
        is_founding=row.is_founding,
        content_sha256=row.content_sha256,
        book_balance=account_balance(book_id=row.book_id, account_code=code, until=None),
        statement_until=last.until_date if last else None,
        statement_balance=last.closing_balance if last else None,
        timeline=_timeline(row),
        attachments=list_attachments(kind=SubjectKind.BANK_ACCOUNT, subject_id=row.pk),
        reviews=_reviews(row),
    )


def _timeline(account: BankAccount) -> list[TimelineEntry]:
    """Return every signature; a request that was decided stands when the next one is made."""
    entries = list_timeline(
        kind=SubjectKind.BANK_ACCOUNT,
        subject_id=account.pk,
        current_round=account.round,
        current_sha256=account.content_sha256,
    )
    return [replace(entry, void_reason="") for entry in entries]


def _reviews(account: BankAccount) -> list[ReviewLine]:
    rows = BankAccountReview.objects.filter(bank_account=account).select_related("confirmed_by")
    return [
        ReviewLine(
            year=row.year,
            balance_date=row.balance_date,
            bank_balance=row.bank_balance,
            book_balance=row.book_balance,
            is_needed=row.is_needed,
            note=row.note,
            person=row.confirmed_by.name,
            at=row.confirmed_at,
            document_id=row.confirmation_id,
        )
        for row in rows.order_by("-year")
    ]
