"""A budget begun with last year's figures, or as an adjustment of the one in force."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import require_duty
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from funds.budget_enums import BudgetCause, BudgetFormula, BudgetState
from funds.budget_lines import KEPT, ZERO, formula_of
from funds.models import Budget, BudgetAssumption, BudgetLine, BudgetTarget
from funds.selectors.books import city_centre
from funds.selectors.budget_figures import closing_balance, year_actuals
from funds.selectors.budgets import budget_in_force
from funds.services.budgets import TOTALS, BudgetNotWaiting, locked_budget, record


class BudgetInWork(DomainError):
    code = "BUDGET_IN_WORK"
    message = "本年度已有预算正在编制或审批，请先办完"


class BudgetYearUnknown(DomainError):
    code = "BUDGET_YEAR_UNKNOWN"
    message = "只能编制本年度或下一年度的预算"


class BudgetCauseMissing(DomainError):
    code = "BUDGET_CAUSE_MISSING"
    message = "调整预算须选择增加支出或减少收入，并写明理由"


REFUSALS: dict[str, type[DomainError]] = {
    "budget_one_in_work": BudgetInWork,
    "budget_version_once": BudgetInWork,
}


@transaction.atomic
def draft_budget(*, actor: Person, book_id: int, year: int, at: datetime, today: date) -> Budget:
    """Begin a book's budget of this year or the next, with last year's figures beside each line.

    Opening balance and estimates begin with what the books show; both are then edited.

    Raises:
        BudgetYearUnknown; BudgetInWork: one is being made, or is in force (adjust that one).
    """
    require_duty(actor, Duty.BUDGET_PREPARE, over=city_centre().pk)
    if year not in {today.year, today.year + 1}:
        raise BudgetYearUnknown
    if budget_in_force(book_id, year) is not None:
        raise BudgetInWork("本年度预算已经批准，请从该预算发起调整")
    opening = max(ZERO, closing_balance(book_id, year - 1))
    budget = Budget(
        pool_id=actor.pool_id,
        book_id=book_id,
        year=year,
        version=_next_version(book_id, year),
        opening_amount=opening,
        closing_amount=opening,
        drafted_by_id=actor.user_id,
        drafted_at=at,
    )
    with constraint_errors(REFUSALS):
        budget.save()
    _insert_lines(budget)
    offices = Organisation.objects.order_by("code").values_list("pk", flat=True)
    BudgetTarget.objects.bulk_create(
        BudgetTarget(pool_id=actor.pool_id, budget=budget, organisation_id=pk, amount=ZERO)
        for pk in offices
    )
    record(actor, budget, "funds.budget.drafted", at, opening=opening)
    return budget


def _insert_lines(budget: Budget) -> None:
    """Write an empty line for each the budget keeps, with last year's figures beside it."""
    book_id, last_year = budget.book_id, budget.year - 1
    actuals = year_actuals(book_id, last_year)
    before = budget_in_force(book_id, last_year)
    planned = dict(before.lines.values_list("line", "amount")) if before else {}
    BudgetLine.objects.bulk_create(
        BudgetLine(
            pool_id=budget.pool_id,
            budget=budget,
            line=line.code,
            formula=formula_of(line.code),
            **_empty(formula_of(line.code)),
            last_budget_amount=planned.get(line.code),
            last_actual_amount=actuals.get(line.code, ZERO),
            estimate_amount=actuals.get(line.code, ZERO),
        )
        for line in KEPT
    )


def _empty(formula: BudgetFormula) -> dict[str, Decimal]:
    if formula == BudgetFormula.ENTERED:
        return {}
    plain = {"quantity": Decimal(0), "unit_amount": ZERO}
    if formula == BudgetFormula.PREMIUM:
        plain |= {"rate": Decimal(0), "collection_rate": Decimal(0)}
    return plain


def _next_version(book_id: int, year: int) -> int:
    versions = Budget.objects.filter(book_id=book_id, year=year).order_by("-version")
    newest = versions.values_list("version", flat=True).first()
    return (newest or 0) + 1


@transaction.atomic
def adjust_budget(
    *, actor: Person, budget_id: int, cause: BudgetCause, reason: str, at: datetime
) -> Budget:
    """Begin a new version of the budget in force, with its figures; that one stays in force.

    Raises:
        BudgetNotWaiting: it is not in force; BudgetInWork: an adjustment is being made;
        BudgetCauseMissing.

    Source: 社会保险基金预算调整 is made only for more expenditure or less income.
    """
    old = locked_budget(budget_id)
    require_duty(actor, Duty.BUDGET_PREPARE, over=city_centre().pk)
    if old.state != BudgetState.APPROVED:
        raise BudgetNotWaiting
    if cause == BudgetCause.NONE or not reason.strip():
        raise BudgetCauseMissing
    budget = Budget(
        pool_id=actor.pool_id,
        book_id=old.book_id,
        year=old.year,
        version=_next_version(old.book_id, old.year),
        replaces=old,
        cause=cause,
        reason=reason.strip(),
        drafted_by_id=actor.user_id,
        drafted_at=at,
        **{name: getattr(old, name) for name in TOTALS},
    )
    with constraint_errors(REFUSALS):
        budget.save()
    parts: tuple[Any, ...] = (BudgetLine, BudgetAssumption, BudgetTarget)
    for model in parts:
        rows = list(model.objects.filter(budget=old).order_by("id"))
        for row in rows:
            row.pk, row.budget = None, budget
        model.objects.bulk_create(rows)
    record(actor, budget, "funds.budget.adjusting", at, cause=cause)
    return budget
