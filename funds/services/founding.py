"""Opening a pool's books: chart of accounts, bank accounts, periods."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from accounts.enums import OrganisationLevel
from accounts.models import Organisation, Pool
from common.encryption import Purpose, encrypt, lookup_key
from common.identifiers import mask_account
from common.periods import add_months
from funds.enums import BankAccountState, BookKind, NormalSide, PeriodState
from funds.models import BankAccount, Book, LedgerAccount, Period
from funds.services.charts import ACCOUNTS_OF_BOOK, CHARTS, ChartLine, FirstAccount

Chart = dict[tuple[int, str], LedgerAccount]  # (book's id, code) -> account


def open_books(
    *, pool: Pool, first_month: date, months: int, accounts_opened: date | None = None
) -> Book:
    """Open the pool's three books (P03), each with its chart, bank accounts and open periods.

    `accounts_opened`: since when the city has had its bank accounts; by default the first month.
    Call in the pool's founding transaction, after the offices exist. Returns the book of the
    unemployment-insurance fund.
    """
    span = [add_months(first_month, n) for n in range(months)]
    books, accounts = _open(tuple(BookKind), span, pool)
    _create_bank_accounts(pool, books, accounts, accounts_opened or first_month)
    return books[0]


@transaction.atomic
def open_missing_books(*, pool: Pool) -> int:
    """Open the books that an older pool lacks, for the months its first book has still open.

    Their bank accounts are opened by request like any other. Running it again changes nothing.
    Returns how many books were opened.
    """
    own = set(Book.objects.values_list("kind", flat=True))
    missing = [kind for kind in BookKind if kind not in own]
    months = Period.objects.filter(
        book__kind=BookKind.UNEMPLOYMENT, state=PeriodState.OPEN
    ).order_by("month")
    span = list(months.values_list("month", flat=True))
    if missing and own and span:
        return len(_open(missing, span, pool)[0])
    return 0


def _open(
    kinds: Iterable[BookKind], months: Sequence[date], pool: Pool
) -> tuple[list[Book], Chart]:
    """Write some books with charts and months, in one statement per table and level."""
    books = Book.objects.bulk_create(Book(pool=pool, kind=kind, name=kind.label) for kind in kinds)
    accounts = _create_charts(books)
    Period.objects.bulk_create(
        Period(pool=pool, book=book, month=month) for book in books for month in months
    )
    return books, accounts


def open_periods(*, book: Book, first_month: date, months: int) -> None:
    """Open `months` consecutive periods; those that exist stay as they are."""
    Period.objects.bulk_create(
        [
            Period(pool_id=book.pool_id, book=book, month=add_months(first_month, n))
            for n in range(months)
        ],
        ignore_conflicts=True,
    )


def _create_charts(books: Sequence[Book]) -> Chart:
    """Write the charts, each level after the one it hangs on."""
    accounts: Chart = {}
    for is_top in (True, False):
        level = LedgerAccount.objects.bulk_create(
            _account(book, line, None if is_top else accounts[book.pk, line.code[:4]])
            for book in books
            for line in CHARTS[BookKind(book.kind)]
            if (len(line.code) == 4) == is_top
        )
        accounts |= {(account.book_id, account.code): account for account in level}
    return accounts


def _account(book: Book, line: ChartLine, parent: LedgerAccount | None) -> LedgerAccount:
    return LedgerAccount(
        pool_id=book.pool_id,
        book=book,
        parent=parent,
        code=line.code,
        name=line.name,
        normal_side=NormalSide.DEBIT if line.side == "D" else NormalSide.CREDIT,
        is_leaf=line.is_leaf,
        is_enabled=line.is_enabled,
    )


def _create_bank_accounts(pool: Pool, books: Sequence[Book], accounts: Chart, opened: date) -> None:
    centre = Organisation.objects.get(level=OrganisationLevel.CITY)
    BankAccount.objects.bulk_create(
        _bank_account(book, first, centre, accounts[book.pk, first.code], opened)
        for book in books
        for first in ACCOUNTS_OF_BOOK[BookKind(book.kind)]
    )


def _bank_account(
    book: Book, first: FirstAccount, centre: Organisation, account: LedgerAccount, opened: date
) -> BankAccount:
    place = list(BookKind).index(BookKind(book.kind))
    number = f"{first.stem}{book.pool.code}000{place}{first.code[:4]}"
    return BankAccount(
        pool_id=book.pool_id,
        book=book,
        kind=first.kind,
        owner=first.owner,
        organisation=centre,
        bank_name=f"{first.bank}{book.pool.name}分行",
        number_cipher=encrypt(number, pool_id=book.pool_id, purpose=Purpose.ACCOUNT),
        number_key=lookup_key(number, purpose=Purpose.ACCOUNT),
        number_masked=mask_account(number),
        ledger_account=account,
        opened_date=opened,
        opening_approval=f"{book.pool.name}财政局开户批复",
        state=BankAccountState.ACTIVE,
        is_founding=True,
    )
