"""Budgets as services, screens and prints read them."""

from decimal import Decimal

from funds.enums import BudgetState
from funds.models import Book, Budget, BudgetTarget


def budget_in_force(book_id: int, year: int) -> Budget | None:
    """Return the approved budget of a book's year, None without one."""
    return Budget.objects.filter(book_id=book_id, year=year, state=BudgetState.APPROVED).first()


def office_income_targets(book: Book, year: int) -> dict[int, Decimal]:
    """Return what each office is to collect in premiums by the budget in force, in yuan.

    By organisation id; empty when no budget of the year is in force.
    """
    rows = BudgetTarget.objects.filter(
        budget__book=book, budget__year=year, budget__state=BudgetState.APPROVED
    )
    return dict(rows.values_list("organisation_id", "amount"))
