"""Books, chart of accounts and bank accounts, for services and other apps."""

from dataclasses import dataclass

from accounts.enums import OrganisationLevel
from accounts.models import Organisation
from accounts.selectors.offices import Office, known_offices
from common.errors import DomainError
from common.remembering import remembered
from funds.enums import BankAccountKind, BookKind
from funds.models import BankAccount, Book, LedgerAccount

BOOK_IN_ADDRESS = "book"  # a link from outside the books names the book it leads into


class BankAccountMissing(DomainError):
    code = "BANK_ACCOUNT_MISSING"
    message = "本账套没有在用的支出户，请先登记银行账户"


@remembered
def unemployment_book() -> Book:
    """Return the pool's unemployment-insurance book."""
    return Book.objects.get(kind=BookKind.UNEMPLOYMENT)


@remembered
def list_books() -> list[Book]:
    """Return the pool's books, the unemployment-insurance book first."""
    order = {kind: place for place, kind in enumerate(BookKind)}
    return sorted(Book.objects.all(), key=lambda book: order[BookKind(book.kind)])


@remembered
def city_centre() -> Organisation:
    """Return the pool's city centre, which keeps all books and bank accounts (P37)."""
    return Organisation.objects.get(level=OrganisationLevel.CITY)


def expenditure_account(book_id: int) -> BankAccount:
    """Return the book's active 支出户, from which every benefit is paid.

    Raises:
        BankAccountMissing: the book has none in use.
    """
    account = BankAccount.objects.filter(
        book_id=book_id, kind=BankAccountKind.EXPENDITURE, is_active=True
    ).first()
    if account is None:
        raise BankAccountMissing
    return account


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account that takes lines, as offered for entry."""

    code: str
    name: str
    full_name: str


def list_usable_accounts(*, book_id: int) -> list[AccountChoice]:
    """Return the enabled leaves of the chart in the order of their codes."""
    rows = LedgerAccount.objects.filter(book_id=book_id, is_leaf=True, is_enabled=True)
    return [
        AccountChoice(row.code, row.name, full_name(row))
        for row in rows.select_related("parent").order_by("code")
    ]


def list_book_accounts(*, book_id: int) -> list[tuple[str, str]]:
    """Return code and name of every account of the book in use, parents before their details."""
    rows = LedgerAccount.objects.filter(book_id=book_id, is_enabled=True)
    return [
        (row.code, f"{row.code} {full_name(row)}")
        for row in rows.select_related("parent").order_by("code")
    ]


def full_name(account: LedgerAccount) -> str:
    """Return the account's name with its parent's: 社会保险费收入—当期保险费收入."""
    return f"{account.parent.name}—{account.name}" if account.parent else account.name


def list_offices() -> list[Office]:
    """Return the pool's offices in the order of their codes."""
    return list(known_offices().values())


def list_offices_by_region() -> dict[str, int]:
    """Return region code -> id of the offices that files from outside may name."""
    offices = Organisation.objects.exclude(level=OrganisationLevel.TOWN)
    return dict(offices.values_list("region_code", "pk"))
