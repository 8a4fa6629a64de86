"""What may be asked of the finance bureau: plans with their form, not yet in a funds-use plan."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from common.actor import Person
from common.db import run_sql
from common.periods import month_of
from funds.demand import ZERO, FundsDemand, average_paid
from funds.enums import BankAccountKind
from funds.models import BankAccount
from funds.selectors.books import unemployment_book
from funds.selectors.funds_demand import funds_demand, paid_by_month
from funds.selectors.funds_plans import list_planned_source_ids
from payouts.selectors.applications import list_fundable_plans
from payouts.selectors.balances import committed_of_account
from payouts.selectors.plans import PlanLine


def promised_funds(*, book_id: int, at: datetime, plan_id: int = 0) -> Decimal:
    """Return what a book's 支出户 owes, in yuan: to funds-use plans but `plan_id`, and the bank.

    Payments of plans that no batch has released, and what is released and not booked yet.
    """
    parameters = {"book_id": book_id, "plan_id": plan_id}
    unreleased: Decimal = run_sql("payouts", "sum_unreleased_funds", parameters)[0][0]
    accounts = BankAccount.objects.filter(book_id=book_id, kind=BankAccountKind.EXPENDITURE)
    return sum((committed_of_account(account, at=at) for account in accounts), unreleased)


@dataclass(frozen=True, slots=True)
class MonthNeed:
    """The plans of one month, and what is asked if all of them are asked for."""

    month: date
    plans: list[PlanLine]
    demand: FundsDemand

    @property
    def total(self) -> Decimal:
        """Return the month's need."""
        return self.demand.payments


@dataclass(frozen=True, slots=True)
class FundsRequestPage:
    """The page's rows, by month, and what 支出户 has left for them."""

    plans: list[PlanLine]
    months: list[MonthNeed]
    means: FundsDemand

    @property
    def total(self) -> Decimal:
        """Return the need of all months."""
        return sum((need.total for need in self.months), ZERO)


def funds_request_page(*, actor: Person, at: datetime) -> FundsRequestPage:
    """Return the approved plans whose money has not been asked for.

    Raises:
        DutyNotHeld: the post does not prepare funds-use plans.
    """
    planned = list_planned_source_ids()
    plans = [plan for plan in list_fundable_plans(actor=actor) if plan.id not in planned]
    book_id, today = unemployment_book().pk, timezone.localdate(at)
    means = funds_demand(
        book_id=book_id,
        month=month_of(today),
        payments=ZERO,
        promised=promised_funds(book_id=book_id, at=at),
        today=today,
    )
    months = []
    for month in sorted({plan.month for plan in plans}):
        rows = [plan for plan in plans if plan.month == month]
        average = average_paid(list(paid_by_month(book_id, month, today).values()))
        payments = sum((row.total_amount for row in rows), ZERO)
        demand = replace(means, payments=payments, average_paid=average)
        months.append(MonthNeed(month, rows, demand))
    return FundsRequestPage(plans, months, means)
