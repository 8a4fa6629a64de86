"""Whether the statements of each bank account follow on one another, and up to which day."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from common.actor import Person
from common.db import run_sql
from funds.models import BankAccount
from funds.selectors.access import require_books


@dataclass(frozen=True, slots=True)
class StatementChain:
    """The statements of one account as a chain. Yuan; dates and balances None without any.

    `break_count` counts statements that do not follow on the one before; `missing_from` and
    `missing_until` are the days up to yesterday that no statement covers yet, None if none.
    """

    account_id: int
    account_label: str
    number_masked: str
    is_active: bool
    statement_count: int
    from_date: date | None
    until_date: date | None
    opening: Decimal | None
    closing: Decimal | None
    break_count: int
    missing_from: date | None
    missing_until: date | None

    @property
    def missing_days(self) -> int:
        """Return how many days no statement covers."""
        if self.missing_from is None or self.missing_until is None:
            return 0
        return (self.missing_until - self.missing_from).days + 1


def list_statement_chains(*, actor: Person, book_id: int, today: date) -> list[StatementChain]:
    """Return the chain of every bank account of the book, those in use first; two statements.

    Raises:
        BooksAtTheCity: the post reads no books.
    """
    require_books(actor)
    found = {row[0]: row[1:] for row in run_sql("funds", "statement_chains", {"book_id": book_id})}
    accounts = BankAccount.objects.filter(book_id=book_id).order_by("-is_active", "id")
    return [_chain(account, found.get(account.pk), today) for account in accounts]


_Found = tuple[int, date, date, Decimal, Decimal, int]


def _chain(account: BankAccount, found: _Found | None, today: date) -> StatementChain:
    count, first, last, opening, closing, breaks = found or (0, None, None, None, None, 0)
    yesterday = today - timedelta(days=1)
    missing_from = None
    if last is not None and last < yesterday and account.is_active:
        missing_from = last + timedelta(days=1)
    return StatementChain(
        account_id=account.pk,
        account_label=account.get_kind_display(),
        number_masked=account.number_masked,
        is_active=account.is_active,
        statement_count=count,
        from_date=first,
        until_date=last,
        opening=opening,
        closing=closing,
        break_count=breaks,
        missing_from=missing_from,
        missing_until=yesterday if missing_from else None,
    )
