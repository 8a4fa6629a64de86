"""How much of the demand balance of 财政专户 could be placed, and the figures that say so (Z06)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from accounts.selectors.parameters import value_or
from common.actor import Person
from common.money import round_yuan
from common.periods import add_months, month_of
from funds.enums import InvestmentState
from funds.models import AccountBalance, Investment
from funds.selectors.monthly_results import list_monthly_results

ZERO = Decimal("0.00")
DEMAND = "100301"
MONTHS_KEPT = 2  # of expenditure, in demand deposits; parameter demand_months
AVERAGED = 12  # full months
STEP = Decimal(10_000)  # yuan; what is proposed is a multiple of it


@dataclass(frozen=True, slots=True)
class DepositProposal:
    """What the demand balance allows to place, in yuan.

    `committed` is asked for or approved already and not yet bought; `averaged` says how many full
    months up to `last_month` the average rests on, none where nothing was spent.
    """

    balance: Decimal
    committed: Decimal
    average: Decimal
    averaged: int
    last_month: date
    months: Decimal
    amount: Decimal

    @property
    def kept(self) -> Decimal:
        """Return what stays in demand deposits."""
        return round_yuan(self.average * self.months)


def propose_amount(
    balance: Decimal, committed: Decimal, average: Decimal, months: Decimal
) -> Decimal:
    """Return what is over the months kept, rounded down to ten thousand; no average, nothing."""
    if average <= 0:
        return ZERO
    over = balance - committed - round_yuan(average * months)
    return max(over // STEP * STEP, ZERO).quantize(ZERO)


def deposit_proposal(
    *, actor: Person, book_id: int, today: date, balance: Decimal | None = None
) -> DepositProposal:
    """Return what could be placed of a book's demand balance, from what was posted.

    The average is that of the last twelve full months, of fewer where the books are younger.
    `balance` is the demand balance where the caller knows it.
    """
    this_month = month_of(today)
    results = list_monthly_results(actor=actor, book_id=book_id, until=this_month)
    spent = [one.lines["O00"] for one in results if one.month < this_month][-AVERAGED:]
    average = round_yuan(sum(spent, ZERO) / len(spent)) if spent else ZERO
    if balance is None:
        balance = demand_balances().get(book_id, ZERO)
    months = Decimal(str(value_or(code="demand_months", on=today, default=MONTHS_KEPT)))
    committed = _committed(book_id)
    return DepositProposal(
        balance=balance,
        committed=committed,
        average=average,
        averaged=len(spent),
        last_month=add_months(this_month, -1),
        months=months,
        amount=propose_amount(balance, committed, average, months),
    )


def demand_balances() -> dict[int, Decimal]:
    """Return the posted demand balance of each book that has moved any."""
    rows = AccountBalance.objects.filter(account__code=DEMAND).order_by()
    sums = rows.values_list("account__book_id").annotate(net=Sum("debit") - Sum("credit"))
    return {book_id: round_yuan(net) for book_id, net in sums}


def _committed(book_id: int) -> Decimal:
    rows = Investment.objects.filter(
        book_id=book_id,
        is_taken_over=False,
        state__in=[InvestmentState.PROPOSED, InvestmentState.APPROVED],
    )
    return rows.aggregate(total=Sum(F("principal") + F("fees")))["total"] or ZERO
