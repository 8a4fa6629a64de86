"""Budgets with their lines, factors, targets and confirmed letters."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_budget_apart_from_execution"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("funds", "0026_funds_plans_over_their_whole_way"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("NONE", "年初预算"),
                            ("MORE_EXPENDITURE", "增加支出"),
                            ("LESS_INCOME", "减少收入"),
                        ],
                        default="NONE",
                        max_length=20,
                        verbose_name="调整原因",
                    ),
                ),
                ("reason", models.CharField(default="", max_length=500, verbose_name="调整理由")),
                (
                    "opening_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="上年结余"
                    ),
                ),
                (
                    "income_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="基金收入"
                    ),
                ),
                (
                    "expenditure_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="基金支出"
                    ),
                ),
                (
                    "closing_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="年末滚存结余"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "草案"),
                            ("HEAD", "待主要领导签发"),
                            ("TAX", "税务会签"),
                            ("HR", "人社审核"),
                            ("FINANCE", "财政复核"),
                            ("JOINT", "联合上报"),
                            ("SUBMITTED", "待政府批准"),
                            ("APPROVED", "执行中"),
                            ("REPLACED", "已调整"),
                            ("RETURNED", "已退回"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        default="DRAFT",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                (
                    "content_sha256",
                    models.CharField(default="", max_length=64, verbose_name="内容摘要"),
                ),
                ("drafted_at", models.DateTimeField(verbose_name="编制时间")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="批准时间")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="funds.book",
                        verbose_name="账套",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="编制人",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="funds.budget",
                        verbose_name="调整的版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "预算",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "book", "year", "version"), name="budget_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "DRAFT",
                                    "HEAD",
                                    "TAX",
                                    "HR",
                                    "FINANCE",
                                    "JOINT",
                                    "SUBMITTED",
                                    "RETURNED",
                                ),
                            )
                        ),
                        fields=("pool", "book", "year"),
                        name="budget_one_in_work",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "APPROVED")),
                        fields=("pool", "book", "year"),
                        name="budget_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "NONE"), ("reason", ""), ("replaces__isnull", True)),
                            models.Q(
                                ("replaces__isnull", False),
                                models.Q(("cause", "NONE"), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="budget_adjusted_for_a_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 2000), ("year__lte", 2999)),
                        name="budget_of_a_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opening_amount__gte", 0),
                            ("opening_amount__lte", Decimal("999999999999.99")),
                        ),
                        name="budget_opening_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "closing_amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("opening_amount"), "+", models.F("income_amount")
                                    ),
                                    "-",
                                    models.F("expenditure_amount"),
                                ),
                            )
                        ),
                        name="budget_closing_ties",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["DRAFT", "WITHDRAWN"]),
                            ("closing_amount__gte", 0),
                            _connector="OR",
                        ),
                        name="budget_in_balance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["APPROVED", "REPLACED"]),
                            ("approved_at__isnull", True),
                            _connector="XOR",
                        ),
                        name="budget_approved_has_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "DRAFT",
                                    "HEAD",
                                    "TAX",
                                    "HR",
                                    "FINANCE",
                                    "JOINT",
                                    "SUBMITTED",
                                    "APPROVED",
                                    "REPLACED",
                                    "RETURNED",
                                    "WITHDRAWN",
                                ],
                            )
                        ),
                        name="budget_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["NONE", "MORE_EXPENDITURE", "LESS_INCOME"])
                        ),
                        name="budget_cause_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetAssumption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "factor",
                    models.CharField(
                        choices=[
                            ("ECONOMY", "经济社会发展水平"),
                            ("LAST_EXECUTION", "上年度预算执行情况"),
                            ("RATE_CHANGE", "费率调整"),
                            ("WAGE_GROWTH", "平均工资增长"),
                            ("EMPLOYMENT", "就业状况"),
                            ("COVERAGE", "扩面征缴成效"),
                        ],
                        max_length=15,
                        verbose_name="因素",
                    ),
                ),
                ("value", models.CharField(max_length=60, verbose_name="取值")),
                ("explanation", models.CharField(max_length=300, verbose_name="说明")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assumptions",
                        to="funds.budget",
                        verbose_name="预算",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
            ],
            options={
                "verbose_name": "测算因素",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "budget", "factor"), name="budget_assumption_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("value", ""), _negated=True),
                            models.Q(("explanation", ""), _negated=True),
                        ),
                        name="budget_assumption_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "factor__in",
                                [
                                    "ECONOMY",
                                    "LAST_EXECUTION",
                                    "RATE_CHANGE",
                                    "WAGE_GROWTH",
                                    "EMPLOYMENT",
                                    "COVERAGE",
                                ],
                            )
                        ),
                        name="budget_factor_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("confirmed_at", models.DateTimeField(verbose_name="核对时间")),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="funds.budget",
                        verbose_name="预算",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.outsidedecision",
                        verbose_name="批复",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
            ],
            options={
                "verbose_name": "批复核对",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "decision"), name="budget_letter_confirmed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.CharField(max_length=12, verbose_name="行")),
                (
                    "formula",
                    models.CharField(
                        choices=[
                            ("PREMIUM", "参保人数×月均缴费基数×12×费率×征缴率"),
                            ("BENEFIT", "享受待遇人月×月人均标准"),
                            ("ENTERED", "按测算依据填列"),
                        ],
                        max_length=10,
                        verbose_name="测算方法",
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(
                        decimal_places=0, max_digits=12, null=True, verbose_name="人数或人月"
                    ),
                ),
                (
                    "unit_amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="月均基数或标准"
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=6, max_digits=7, null=True, verbose_name="费率"
                    ),
                ),
                (
                    "collection_rate",
                    models.DecimalField(
                        decimal_places=6, max_digits=7, null=True, verbose_name="征缴率"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="预算数"
                    ),
                ),
                (
                    "explanation",
                    models.CharField(default="", max_length=300, verbose_name="测算依据"),
                ),
                (
                    "last_budget_amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="上年预算数"
                    ),
                ),
                (
                    "last_actual_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="上年账面执行数"
                    ),
                ),
                (
                    "estimate_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="上年预计执行数"
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="funds.budget",
                        verbose_name="预算",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
            ],
            options={
                "verbose_name": "预算明细",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "budget", "line"), name="budget_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "amount",
                                    django.db.models.functions.math.Round(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.F("quantity"),
                                                        "*",
                                                        models.F("unit_amount"),
                                                    ),
                                                    "*",
                                                    models.Value(12),
                                                ),
                                                "*",
                                                models.F("rate"),
                                            ),
                                            "*",
                                            models.F("collection_rate"),
                                        ),
                                        precision=2,
                                    ),
                                ),
                                ("collection_rate__gte", 0),
                                ("collection_rate__isnull", False),
                                ("collection_rate__lte", 1),
                                ("formula", "PREMIUM"),
                                ("quantity__gte", 0),
                                ("quantity__isnull", False),
                                ("rate__gte", 0),
                                ("rate__isnull", False),
                                ("rate__lte", 1),
                                ("unit_amount__gte", 0),
                                ("unit_amount__isnull", False),
                            ),
                            models.Q(
                                (
                                    "amount",
                                    django.db.models.functions.math.Round(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("quantity"), "*", models.F("unit_amount")
                                        ),
                                        precision=2,
                                    ),
                                ),
                                ("collection_rate__isnull", True),
                                ("formula", "BENEFIT"),
                                ("quantity__gte", 0),
                                ("quantity__isnull", False),
                                ("rate__isnull", True),
                                ("unit_amount__gte", 0),
                                ("unit_amount__isnull", False),
                            ),
                            models.Q(
                                ("collection_rate__isnull", True),
                                ("formula", "ENTERED"),
                                ("quantity__isnull", True),
                                ("rate__isnull", True),
                                ("unit_amount__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="budget_line_is_its_formula",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("formula", "PREMIUM"), ("line", "I01")),
                            models.Q(("formula", "BENEFIT"), ("line", "O011")),
                            models.Q(
                                models.Q(("line__in", ["I01", "O011"]), _negated=True),
                                models.Q(("formula", "PREMIUM"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="budget_line_computed_where_it_must",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0), ("amount__lte", Decimal("999999999999.99"))
                        ),
                        name="budget_line_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("formula__in", ["PREMIUM", "BENEFIT", "ENTERED"])),
                        name="budget_line_formula_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="征缴目标"),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="funds.budget",
                        verbose_name="预算",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.organisation",
                        verbose_name="经办机构",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
            ],
            options={
                "verbose_name": "征缴目标",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "budget", "organisation"), name="budget_target_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0), ("amount__lte", Decimal("999999999999.99"))
                        ),
                        name="budget_target_not_negative",
                    ),
                ],
            },
        ),
    ]
