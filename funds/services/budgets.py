"""Drafting a budget: filled line by line, handed in, taken up again, withdrawn.

It is begun and adjusted in `budget_beginnings`; signature, letters and their confirmation stand
in `budget_signing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.money import AMOUNT_CAP
from funds.budget_enums import BudgetFactor, BudgetFormula, BudgetState
from funds.budget_lines import ZERO, Inputs, amount_of, formula_of, is_expenditure
from funds.models import Budget, BudgetAssumption, BudgetTarget
from funds.selectors.books import city_centre


class BudgetNotWaiting(DomainError):
    code = "BUDGET_NOT_WAITING"
    message = "预算已由他人办理，请刷新页面查看最新状态"


class BudgetIncomplete(DomainError):
    code = "BUDGET_INCOMPLETE"
    message = "预算收支项目不完整，请刷新页面后重试"


class LineUnexplained(DomainError):
    code = "BUDGET_LINE_UNEXPLAINED"
    message = "有填列金额的项目没有写测算依据，请逐项补充"


class FactorsMissing(DomainError):
    code = "BUDGET_FACTORS_MISSING"
    message = "六项测算因素没有填写完整，请全部填写后再上报"


class TargetsDiffer(DomainError):
    code = "BUDGET_TARGETS_DIFFER"
    message = "各机构征缴目标合计不等于社会保险费收入预算，请核对"


class BudgetOutOfBalance(DomainError):
    code = "BUDGET_OUT_OF_BALANCE"
    message = "基金收入加上年结余小于基金支出，预算须收支平衡"


class BudgetAmountTooLarge(DomainError):
    code = "BUDGET_AMOUNT_TOO_LARGE"
    message = "按这些数据计算的金额超过上限999,999,999,999.99元，请核对"


INCOMPLETE: Mapping[str, type[DomainError]] = {
    "budget_has_every_line": BudgetIncomplete,
    "budget_totals_tie": BudgetIncomplete,
    "budget_line_explained": LineUnexplained,
    "budget_names_six_factors": FactorsMissing,
    "budget_targets_tie": TargetsDiffer,
    "budget_in_balance": BudgetOutOfBalance,
}


TOTALS = ("opening_amount", "income_amount", "expenditure_amount", "closing_amount")


@dataclass(frozen=True, slots=True)
class LineEntry:
    """What is entered for one line. Amounts in yuan."""

    inputs: Inputs
    estimate: Decimal
    explanation: str


@transaction.atomic
def set_line(*, actor: Person, budget_id: int, line: str, entry: LineEntry, at: datetime) -> Budget:
    """Write one line's inputs, compute its amount, and the budget's totals anew.

    Raises:
        BudgetNotWaiting: the budget is no draft; NotFound: no such line; LineUnexplained;
        BudgetAmountTooLarge.
    """
    budget = _draft(actor, budget_id)
    row = budget.lines.filter(line=line).first()
    if row is None:
        raise NotFound
    amount = amount_of(line, entry.inputs)
    if amount > AMOUNT_CAP:
        raise BudgetAmountTooLarge
    if formula_of(line) == BudgetFormula.ENTERED and amount and not entry.explanation.strip():
        raise LineUnexplained("请写明本项目的测算依据")
    if formula_of(line) != BudgetFormula.ENTERED:
        row.quantity, row.unit_amount = entry.inputs.quantity, entry.inputs.unit_amount
        row.rate, row.collection_rate = entry.inputs.rate, entry.inputs.collection_rate
    row.amount, row.estimate_amount = amount, entry.estimate
    row.explanation = entry.explanation.strip()
    row.save()
    _take_totals(budget)
    record(actor, budget, "funds.budget.line_set", at, line=line, amount=amount)
    return budget


@transaction.atomic
def set_factor(
    *, actor: Person, budget_id: int, factor: BudgetFactor, value: str, explanation: str,
    at: datetime,
) -> Budget:  # fmt: skip
    """Write what one of the six factors is taken to be (J15).

    Raises:
        BudgetNotWaiting: the budget is no draft; FactorsMissing: a blank value or explanation.
    """
    budget = _draft(actor, budget_id)
    if not value.strip() or not explanation.strip():
        raise FactorsMissing("请填写该因素的取值和说明")
    BudgetAssumption.objects.update_or_create(
        pool_id=budget.pool_id,
        budget=budget,
        factor=factor,
        defaults={"value": value.strip(), "explanation": explanation.strip()},
    )
    record(actor, budget, "funds.budget.factor_set", at, factor=factor)
    return budget


@transaction.atomic
def set_targets(
    *, actor: Person, budget_id: int, targets: Mapping[int, Decimal], at: datetime
) -> Budget:
    """Write what each office is to collect; together the premium line when it is handed in.

    Raises:
        BudgetNotWaiting: the budget is no draft.
    """
    budget = _draft(actor, budget_id)
    rows = list(budget.targets.filter(organisation_id__in=targets))
    for row in rows:
        row.amount = targets[row.organisation_id]
    BudgetTarget.objects.bulk_update(rows, ["amount"])
    record(actor, budget, "funds.budget.targets_set", at, total=sum(targets.values(), ZERO))
    return budget


@transaction.atomic
def set_opening(*, actor: Person, budget_id: int, amount: Decimal, at: datetime) -> Budget:
    """Write what balance the year is expected to begin with.

    Raises:
        BudgetNotWaiting: the budget is no draft.
    """
    budget = _draft(actor, budget_id)
    budget.opening_amount = amount
    _take_totals(budget)
    record(actor, budget, "funds.budget.opening_set", at, amount=amount)
    return budget


def _draft(actor: Person, budget_id: int) -> Budget:
    budget = locked_budget(budget_id)
    require_duty(actor, Duty.BUDGET_PREPARE, over=city_centre().pk)
    if budget.state != BudgetState.DRAFT:
        raise BudgetNotWaiting
    return budget


def _take_totals(budget: Budget) -> None:
    income = expenditure = ZERO
    for line, amount in budget.lines.values_list("line", "amount"):
        if is_expenditure(line):
            expenditure += amount
        else:
            income += amount
    budget.income_amount, budget.expenditure_amount = income, expenditure
    budget.closing_amount = budget.opening_amount + income - expenditure
    budget.save(update_fields=[*TOTALS])


@transaction.atomic
def hand_in_budget(*, actor: Person, budget_id: int, at: datetime) -> Budget:
    """Sign a complete draft as its maker and send it to the principal head.

    Raises:
        BudgetNotWaiting; BudgetIncomplete, LineUnexplained, FactorsMissing, TargetsDiffer,
        BudgetOutOfBalance: what it lacks (J12, J15).
    """
    budget, centre = _draft(actor, budget_id), city_centre()
    budget.drafted_by_id = actor.user_id
    budget.content_sha256 = content_of(budget)
    budget.save(update_fields=["drafted_by", "content_sha256"])
    signatures.approve(actor, matter_of(budget, centre.pk), "PREPARE", at)
    budget.state = BudgetState.HEAD
    with constraint_errors(INCOMPLETE):
        budget.save(update_fields=["state"])
    record(actor, budget, "funds.budget.handed_in", at, round=budget.round)
    return budget


@transaction.atomic
def take_up_again(*, actor: Person, budget_id: int, at: datetime) -> Budget:
    """Make a returned budget a draft again, in a new round.

    Raises:
        BudgetNotWaiting: it was not returned.
    """
    budget = locked_budget(budget_id)
    require_duty(actor, Duty.BUDGET_PREPARE, over=city_centre().pk)
    if budget.state != BudgetState.RETURNED:
        raise BudgetNotWaiting
    budget.state, budget.round = BudgetState.DRAFT, budget.round + 1
    budget.save(update_fields=["state", "round"])
    record(actor, budget, "funds.budget.taken_up", at, round=budget.round)
    return budget


@transaction.atomic
def withdraw_budget(*, actor: Person, budget_id: int, at: datetime) -> Budget:
    """Give up a draft or a returned budget; what is in force stays in force.

    Raises:
        BudgetNotWaiting: it is under way, in force or ended.
    """
    budget = locked_budget(budget_id)
    require_duty(actor, Duty.BUDGET_PREPARE, over=city_centre().pk)
    if budget.state not in {BudgetState.DRAFT, BudgetState.RETURNED}:
        raise BudgetNotWaiting
    budget.state = BudgetState.WITHDRAWN
    budget.save(update_fields=["state"])
    record(actor, budget, "funds.budget.withdrawn", at, state=budget.state)
    return budget


LINE_FIELDS = (
    "line", "formula", "quantity", "unit_amount", "rate", "collection_rate", "amount",
    "explanation", "last_budget_amount", "last_actual_amount", "estimate_amount",
)  # fmt: skip


def content_of(budget: Budget) -> str:
    """Return the hash of everything that is signed: lines, factors, targets, totals, cause."""
    content: dict[str, Any] = {
        "book": budget.book_id,
        "year": budget.year,
        "version": budget.version,
        "cause": budget.cause,
        "reason": budget.reason,
        **{name: f"{getattr(budget, name):f}" for name in TOTALS},
        "lines": list(budget.lines.order_by("line").values(*LINE_FIELDS)),
        "factors": list(
            budget.assumptions.order_by("factor").values("factor", "value", "explanation")
        ),
        "targets": list(
            budget.targets.order_by("organisation_id").values("organisation_id", "amount")
        ),
    }
    return signatures.content_hash(content)


def matter_of(budget: Budget, centre_id: int) -> signatures.Matter:
    """Return the budget as a matter to sign."""
    return signatures.Matter(
        SubjectKind.BUDGET, budget.pk, budget.round, budget.content_sha256, centre_id
    )


def locked_budget(budget_id: int) -> Budget:
    """Return the budget under its row lock; NotFound if there is none."""
    rows = Budget.objects.select_for_update(of=("self",), no_key=True)
    budget = rows.filter(pk=budget_id).first()
    if budget is None:
        raise NotFound
    return budget


def record(actor: Person, budget: Budget, verb: str, at: datetime, **after: object) -> None:
    """Write a budget's event into the audit trail."""
    audit.record(
        actor=actor,
        verb=verb,
        subject=budget,
        at=at,
        label=f"{budget.year}年度预算第{budget.version}版",
        organisation_id=city_centre().pk,
        after=after,
    )
