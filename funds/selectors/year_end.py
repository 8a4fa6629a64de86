"""What the accounts of income and expenditure hold at the end of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum

from funds.models import AccountBalance

DECEMBER = 12


@dataclass(frozen=True, slots=True)
class ResultBalance:
    """One account of income or expenditure, office and item. `net`: debits less credits, yuan."""

    account_code: str
    account_name: str
    organisation_id: int | None
    item_code: str
    net: Decimal


def list_results(*, book_id: int, month: date) -> Sequence[ResultBalance]:
    """Return every balance of 4xxx and 5xxx at the end of a month that is not zero."""
    rows = (
        AccountBalance.objects.filter(
            Q(account__code__startswith="4") | Q(account__code__startswith="5"),
            period__book_id=book_id,
            period__month__lte=month,
        )
        .values_list("account__code", "account__name", "organisation_id", "item_code")
        .annotate(net=Sum(F("debit") - F("credit")))
        .exclude(net=0)
        .order_by("account__code", "organisation_id", "item_code")
    )
    return [ResultBalance(*row) for row in rows]
