"""Budgets (预算): what a book may take and spend in a year, line by line, and how it came about."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accounts.models import Organisation, OutsideDecision, PoolRow, User
from common.db import amount_not_negative, known_state
from funds.budget_enums import BudgetCause, BudgetFactor, BudgetFormula, BudgetState
from funds.models.books import Book

IN_WORK = (
    BudgetState.DRAFT,
    BudgetState.HEAD,
    BudgetState.TAX,
    BudgetState.HR,
    BudgetState.FINANCE,
    BudgetState.JOINT,
    BudgetState.SUBMITTED,
    BudgetState.RETURNED,
)


def _money(label: str, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


class Budget(PoolRow):
    """One version of a book's budget for a year (J12–J16).

    A version in force gives way only when a later one is approved; that one names it and says
    for which special cause it is made. The totals are those of its lines.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版本")
    replaces = models.ForeignKey(
        "self", models.PROTECT, verbose_name="调整的版本", null=True, related_name="replaced_by"
    )
    cause = models.CharField(
        "调整原因", max_length=20, choices=BudgetCause, default=BudgetCause.NONE
    )
    reason = models.CharField("调整理由", max_length=500, default="")
    opening_amount = _money("上年结余", default=0)
    income_amount = _money("基金收入", default=0)
    expenditure_amount = _money("基金支出", default=0)
    closing_amount = _money("年末滚存结余", default=0)
    state = models.CharField("状态", max_length=12, choices=BudgetState, default=BudgetState.DRAFT)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, default="")
    drafted_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人", related_name="+")
    drafted_at = models.DateTimeField("编制时间")
    approved_at = models.DateTimeField("批准时间", null=True)

    class Meta:
        verbose_name = "预算"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "book", "year", "version"], name="budget_version_once"
            ),
            models.UniqueConstraint(
                fields=["pool", "book", "year"],
                condition=Q(state__in=IN_WORK),
                name="budget_one_in_work",
            ),
            models.UniqueConstraint(
                fields=["pool", "book", "year"],
                condition=Q(state=BudgetState.APPROVED),
                name="budget_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, cause=BudgetCause.NONE, reason="")
                | (Q(replaces__isnull=False) & ~Q(cause=BudgetCause.NONE) & ~Q(reason="")),
                name="budget_adjusted_for_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2999), name="budget_of_a_year"
            ),
            amount_not_negative("budget_opening_not_negative", "opening_amount"),
            models.CheckConstraint(
                condition=Q(
                    closing_amount=F("opening_amount")
                    + F("income_amount")
                    - F("expenditure_amount")
                ),
                name="budget_closing_ties",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BudgetState.DRAFT, BudgetState.WITHDRAWN])
                | Q(closing_amount__gte=0),
                name="budget_in_balance",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BudgetState.APPROVED, BudgetState.REPLACED])
                ^ Q(approved_at__isnull=True),
                name="budget_approved_has_instant",
            ),
            known_state("budget_state_known", BudgetState),
            known_state("budget_cause_known", BudgetCause, "cause"),
        ]


PREMIUM, BENEFIT = BudgetFormula.PREMIUM, BudgetFormula.BENEFIT
# What both formulas need; a missing value would let a check pass.
_KNOWN = {
    "quantity__isnull": False,
    "quantity__gte": 0,
    "unit_amount__isnull": False,
    "unit_amount__gte": 0,
}


class BudgetLine(PoolRow):
    """One line of 收支表 in a budget, with what its amount is computed from.

    `line` is the code of `funds.statement_lines`; only lines with accounts of their own are kept,
    the others are sums of them. `quantity` is insured persons, or person-months of a benefit;
    `unit_amount` the monthly base, or the monthly standard, in yuan.
    """

    budget = models.ForeignKey(Budget, models.PROTECT, verbose_name="预算", related_name="lines")
    line = models.CharField("行", max_length=12)
    formula = models.CharField("测算方法", max_length=10, choices=BudgetFormula)
    quantity = models.DecimalField("人数或人月", max_digits=12, decimal_places=0, null=True)
    unit_amount = _money("月均基数或标准", null=True)
    rate = models.DecimalField("费率", max_digits=7, decimal_places=6, null=True)
    collection_rate = models.DecimalField("征缴率", max_digits=7, decimal_places=6, null=True)
    amount = _money("预算数", default=0)
    explanation = models.CharField("测算依据", max_length=300, default="")
    last_budget_amount = _money("上年预算数", null=True)
    last_actual_amount = _money("上年账面执行数", default=0)
    estimate_amount = _money("上年预计执行数", default=0)

    class Meta:
        verbose_name = "预算明细"
        constraints = [
            models.UniqueConstraint(fields=["pool", "budget", "line"], name="budget_line_once"),
            models.CheckConstraint(
                condition=Q(
                    formula=PREMIUM,
                    **_KNOWN,
                    rate__isnull=False,
                    rate__gte=0,
                    rate__lte=1,
                    collection_rate__isnull=False,
                    collection_rate__gte=0,
                    collection_rate__lte=1,
                    amount=Round(
                        F("quantity") * F("unit_amount") * 12 * F("rate") * F("collection_rate"),
                        precision=2,
                    ),
                )
                | Q(
                    formula=BENEFIT,
                    **_KNOWN,
                    rate__isnull=True,
                    collection_rate__isnull=True,
                    amount=Round(F("quantity") * F("unit_amount"), precision=2),
                )
                | Q(
                    formula=BudgetFormula.ENTERED,
                    quantity__isnull=True,
                    unit_amount__isnull=True,
                    rate__isnull=True,
                    collection_rate__isnull=True,
                ),
                name="budget_line_is_its_formula",
            ),
            models.CheckConstraint(
                condition=(
                    Q(line="I01", formula=PREMIUM)
                    | Q(line="O011", formula=BENEFIT)
                    | (~Q(line__in=["I01", "O011"]) & ~Q(formula=PREMIUM))
                ),
                name="budget_line_computed_where_it_must",
            ),
            amount_not_negative("budget_line_not_negative"),
            known_state("budget_line_formula_known", BudgetFormula, "formula"),
        ]


class BudgetAssumption(PoolRow):
    """What one of the six factors is taken to be, and what it does to the budget."""

    budget = models.ForeignKey(
        Budget, models.PROTECT, verbose_name="预算", related_name="assumptions"
    )
    factor = models.CharField("因素", max_length=15, choices=BudgetFactor)
    value = models.CharField("取值", max_length=60)
    explanation = models.CharField("说明", max_length=300)

    class Meta:
        verbose_name = "测算因素"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "budget", "factor"], name="budget_assumption_once"
            ),
            models.CheckConstraint(
                condition=~Q(value="") & ~Q(explanation=""), name="budget_assumption_says_something"
            ),
            known_state("budget_factor_known", BudgetFactor, "factor"),
        ]


class BudgetTarget(PoolRow):
    """What one office is to collect in premiums; together the premium line of the budget."""

    budget = models.ForeignKey(Budget, models.PROTECT, verbose_name="预算", related_name="targets")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    amount = _money("征缴目标")

    class Meta:
        verbose_name = "征缴目标"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "budget", "organisation"], name="budget_target_once"
            ),
            amount_not_negative("budget_target_not_negative"),
        ]


class BudgetConfirmation(PoolRow):
    """That a second person compared a recorded letter with its paper. Rows never change."""

    budget = models.ForeignKey(
        Budget, models.PROTECT, verbose_name="预算", related_name="confirmations"
    )
    decision = models.ForeignKey(OutsideDecision, models.PROTECT, verbose_name="批复")
    confirmed_by = models.ForeignKey(User, models.PROTECT, verbose_name="核对人")
    confirmed_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = "批复核对"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "decision"], name="budget_letter_confirmed_once"
            ),
        ]
