"""Gap sheets with their shares, and the memo account of the reserve fund."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_budget_apart_from_execution"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("funds", "0028_guard_budgets"),
    ]

    operations = [
        migrations.CreateModel(
            name="GapSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("month", models.DateField(verbose_name="截止月份")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                (
                    "income",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="基金收入"),
                ),
                (
                    "expenditure",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="基金支出"),
                ),
                ("gap", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="缺口")),
                (
                    "rolled_balance",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="上年滚存结余"
                    ),
                ),
                ("is_covered", models.BooleanField(verbose_name="滚存结余足以弥补")),
                ("pool_ratio", models.PositiveSmallIntegerField(verbose_name="统筹区分担份数")),
                ("office_ratio", models.PositiveSmallIntegerField(verbose_name="各地分担份数")),
                (
                    "pool_share",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="统筹区分担"),
                ),
                (
                    "deposits",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="活期存款"),
                ),
                (
                    "invested",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="定期存款和国债"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "待批准"),
                            ("SIGNED", "已批准"),
                            ("RETURNED", "已退回"),
                            ("VOIDED", "已作废"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("prepared_at", models.DateTimeField(verbose_name="测算时间")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="批准时间")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="funds.book",
                        verbose_name="账套",
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
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="测算人",
                    ),
                ),
            ],
            options={
                "verbose_name": "缺口分担表",
                "indexes": [
                    models.Index(fields=["pool", "book", "-id"], name="gap_sheet_newest_first")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "book", "year", "version"), name="gap_sheet_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("pool", "book", "year"),
                        name="gap_sheet_one_waiting",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "SIGNED")),
                        fields=("pool", "book", "year"),
                        name="gap_sheet_one_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1), ("month__year", models.F("year"))),
                        name="gap_sheet_month_of_its_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "gap",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("expenditure"), "-", models.F("income")
                                    ),
                                ),
                                ("gap__gt", 0),
                            ),
                            models.Q(("expenditure__lte", models.F("income")), ("gap", 0)),
                            _connector="OR",
                        ),
                        name="gap_sheet_gap_is_the_difference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_covered", True), ("rolled_balance__gte", models.F("gap"))
                            ),
                            models.Q(
                                ("is_covered", False), ("rolled_balance__lt", models.F("gap"))
                            ),
                            _connector="OR",
                        ),
                        name="gap_sheet_cover_is_told_by_the_balance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("office_ratio__lte", 100),
                            ("pool_ratio__lte", 100),
                            models.Q(
                                ("pool_ratio__gt", 0), ("office_ratio__gt", 0), _connector="OR"
                            ),
                        ),
                        name="gap_sheet_ratio_has_parts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["SIGNED", "VOIDED"]),
                            ("signed_at__isnull", True),
                            _connector="XOR",
                        ),
                        name="gap_sheet_signed_has_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("gap__lte", Decimal("999999999999.99")),
                            ("pool_share__gte", 0),
                            ("pool_share__lte", models.F("gap")),
                        ),
                        name="gap_sheet_share_within_the_gap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["WAITING", "SIGNED", "RETURNED", "VOIDED"])
                        ),
                        name="gap_sheet_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GapShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "target",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="保险费收入预算"
                    ),
                ),
                (
                    "income",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="保险费收入"),
                ),
                (
                    "expenditure",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="基金支出"),
                ),
                (
                    "for_shortfall",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="短收承担"),
                ),
                (
                    "of_rest",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="按比例分担"),
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
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="funds.gapsheet",
                        verbose_name="缺口分担表",
                    ),
                ),
            ],
            options={
                "verbose_name": "缺口分担明细",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "sheet", "organisation"), name="gap_share_once_per_office"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target__gte", 0), ("target__lte", Decimal("999999999999.99"))
                        ),
                        name="gap_share_target_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("for_shortfall__gte", 0),
                            ("for_shortfall__lte", Decimal("999999999999.99")),
                        ),
                        name="gap_share_shortfall_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("of_rest__gte", 0), ("of_rest__lte", Decimal("999999999999.99"))
                        ),
                        name="gap_share_rest_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReserveEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, verbose_name="编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ALLOCATION", "计提"),
                            ("CARRIED_UP", "结转上交"),
                            ("DRAW", "动用"),
                            ("RAISED", "调增"),
                            ("LOWERED", "调减"),
                            ("REVERSAL", "冲销"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("entry_date", models.DateField(verbose_name="日期")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="金额"),
                ),
                (
                    "change",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="余额增减"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="事由")),
                ("document_number", models.CharField(max_length=60, verbose_name="依据文号")),
                (
                    "handed_over",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=18,
                        null=True,
                        verbose_name="上交机构储备金余额",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "待批准"),
                            ("APPROVED", "已登账"),
                            ("RETURNED", "已退回"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("prepared_at", models.DateTimeField(verbose_name="登记时间")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="登账时间")),
                ("position", models.PositiveIntegerField(null=True, verbose_name="序号")),
                (
                    "balance",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="余额"
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="funds.book",
                        verbose_name="账套",
                    ),
                ),
                (
                    "gap_sheet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="funds.gapsheet",
                        verbose_name="缺口分担表",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="上交机构",
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
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="funds.reserveentry",
                        verbose_name="冲销的登记",
                    ),
                ),
            ],
            options={
                "verbose_name": "储备金登记",
                "indexes": [
                    models.Index(fields=["pool", "book", "-id"], name="reserve_newest_first")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("pool", "number"), name="reserve_number_once"),
                    models.UniqueConstraint(
                        fields=("pool", "book", "position"), name="reserve_position_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "RETURNED"), _negated=True),
                        fields=("pool", "reverses"),
                        name="reserve_reversed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("amount__lte", Decimal("999999999999.99"))
                        ),
                        name="reserve_amount_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("balance__gte", 0), ("balance__lte", Decimal("999999999999.99"))
                        ),
                        name="reserve_balance_never_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at__isnull", False),
                                ("balance__isnull", False),
                                ("position__isnull", False),
                                ("state", "APPROVED"),
                            ),
                            models.Q(
                                models.Q(("state", "APPROVED"), _negated=True),
                                ("approved_at__isnull", True),
                                ("balance__isnull", True),
                                ("position__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="reserve_approved_has_its_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("document_number", ""), _negated=True),
                        ),
                        name="reserve_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("handed_over__isnull", False),
                                ("kind", "CARRIED_UP"),
                                ("organisation__isnull", False),
                            ),
                            models.Q(
                                models.Q(("kind", "CARRIED_UP"), _negated=True),
                                ("handed_over__isnull", True),
                                ("organisation__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="reserve_handed_over_by_an_office",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("handed_over__isnull", True),
                            ("amount", models.F("handed_over")),
                            _connector="OR",
                        ),
                        name="reserve_of_office_closed_to_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "DRAW"), ("gap_sheet__isnull", True), _connector="XOR"
                        ),
                        name="reserve_draw_names_its_sheet",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "REVERSAL"), ("reverses__isnull", True), _connector="XOR"
                        ),
                        name="reserve_reversal_names_its_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "ALLOCATION",
                                    "CARRIED_UP",
                                    "DRAW",
                                    "RAISED",
                                    "LOWERED",
                                    "REVERSAL",
                                ],
                            )
                        ),
                        name="reserve_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "APPROVED", "RETURNED"])),
                        name="reserve_state_known",
                    ),
                ],
            },
        ),
    ]
