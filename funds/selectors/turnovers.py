"""What an account moved month by month, from the balances written at posting."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from funds.models import AccountBalance
from funds.selectors.ledger import LedgerScope

ZERO = Decimal("0.00")
Sides = tuple[Decimal, Decimal]  # debit, credit


@dataclass(frozen=True, slots=True)
class Turnovers:
    """Debit and credit of one account (with its details) per month up to the scope's last.

    Months before the scope count with their period-end close, which made their balance; the
    scope's own and its years' turnover count it only where the scope does.
    """

    scope: LedgerScope
    entire: dict[date, Sides]
    chosen: dict[date, Sides]

    def before(self, month: date) -> Decimal:
        """Return debits less credits before a month of the scope."""
        earlier = [_net(sides) for m, sides in self.entire.items() if m < self.scope.first]
        own = [_net(s) for m, s in self.chosen.items() if self.scope.first <= m < month]
        return sum([*earlier, *own], ZERO)

    def of(self, month: date) -> Sides:
        """Return a month's turnover."""
        return self.chosen.get(month, (ZERO, ZERO))

    def within(self, first: date, last: date) -> Sides:
        """Return the turnover of these months together."""
        return _sum(sides for month, sides in self.chosen.items() if first <= month <= last)

    def year_until(self, month: date) -> Sides:
        """Return the turnover from January up to and including this month (本年累计)."""
        return self.within(date(month.year, 1, 1), month)


def account_turnovers(*, scope: LedgerScope, account_code: str) -> Turnovers:
    """Return an account's turnover per month; a parent's code sums its details. One statement."""
    rows = AccountBalance.objects.filter(
        account__book_id=scope.book_id,
        account__code__startswith=account_code,
        period__month__lte=scope.last,
    )
    if scope.organisation_id is not None:
        rows = rows.filter(organisation_id=scope.organisation_id)
    if scope.item_code:
        rows = rows.filter(item_code=scope.item_code)
    grouped = rows.order_by().values_list("period__month", "is_closing")
    entire: defaultdict[date, Sides] = defaultdict(lambda: (ZERO, ZERO))
    chosen: defaultdict[date, Sides] = defaultdict(lambda: (ZERO, ZERO))
    for month, is_closing, debit, credit in grouped.annotate(d=Sum("debit"), c=Sum("credit")):
        entire[month] = _sum([entire[month], (debit, credit)])
        if scope.with_closing or not is_closing:
            chosen[month] = _sum([chosen[month], (debit, credit)])
    return Turnovers(scope, dict(entire), dict(chosen))


def _sum(pairs: Iterable[Sides]) -> Sides:
    debit = credit = ZERO
    for one, other in pairs:
        debit, credit = debit + one, credit + other
    return debit, credit


def _net(sides: Sides) -> Decimal:
    return sides[0] - sides[1]
