"""What may be asked of the finance bureau: plans with their form, not yet in a funds-use plan."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.actor import Person
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.selectors.funds_plans import list_planned_source_ids
from payouts.selectors.applications import list_fundable_plans
from payouts.selectors.plans import PlanLine

EXPENDITURE = "1004"  # 支出户存款, 财会〔2017〕28号


@dataclass(frozen=True, slots=True)
class MonthNeed:
    """The plans of one month and what they come to, in yuan."""

    month: date
    plans: list[PlanLine]

    @property
    def total(self) -> Decimal:
        """Return the month's need."""
        return sum((plan.total_amount for plan in self.plans), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class FundsRequestPage:
    """The page's rows, by month, and the posted balance of 支出户 in yuan."""

    plans: list[PlanLine]
    months: list[MonthNeed]
    balance: Decimal

    @property
    def total(self) -> Decimal:
        """Return the need of all months."""
        return sum((need.total for need in self.months), Decimal("0.00"))


def funds_request_page(*, actor: Person) -> FundsRequestPage:
    """Return the approved plans whose money has not been asked for.

    Raises:
        DutyNotHeld: the post does not prepare funds-use plans.
    """
    planned = list_planned_source_ids()
    plans = [plan for plan in list_fundable_plans(actor=actor) if plan.id not in planned]
    months = [
        MonthNeed(month, [plan for plan in plans if plan.month == month])
        for month in sorted({plan.month for plan in plans})
    ]
    balance = account_balance(book_id=unemployment_book().pk, account_code=EXPENDITURE, until=None)
    return FundsRequestPage(plans, months, balance)
