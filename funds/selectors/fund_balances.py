"""What the fund's bank accounts hold, from what was posted."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse

from common.actor import Person
from common.money import round_yuan
from funds.enums import BankAccountKind
from funds.models import AccountBalance, BankAccount
from funds.selectors.access import require_books

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FundBalance:
    """The posted balance of one bank account in yuan, and where its movements are listed."""

    label: str
    balance: Decimal
    url: str


def list_fund_balances(*, actor: Person, book_id: int) -> list[FundBalance]:
    """Return the posted balance of each bank account of a book in use; two statements.

    Raises:
        BooksAtTheCity: the post reads no books.
    """
    require_books(actor)
    accounts = BankAccount.objects.filter(book_id=book_id, is_active=True).select_related(
        "ledger_account"
    )
    sums = (
        AccountBalance.objects.filter(account__book_id=book_id)
        .order_by()
        .values_list("account__code")
        .annotate(net=Sum("debit") - Sum("credit"))
    )
    net = dict(sums)
    return [
        FundBalance(
            BankAccountKind(account.kind).label,
            _below(account.ledger_account.code, net),
            f"{reverse('funds:ledger')}?account={account.ledger_account.code}",
        )
        for account in accounts.order_by("ledger_account__code")
    ]


def _below(code: str, net: dict[str, Decimal]) -> Decimal:
    """Return the balance of an account with its details."""
    found = (amount for each, amount in net.items() if each.startswith(code))
    return round_yuan(sum(found, ZERO))
