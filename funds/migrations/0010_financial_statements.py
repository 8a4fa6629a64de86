"""Financial statements with their cells and notes; remarks to analyses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_attachments_and_outside_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("funds", "0009_statements_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="FinancialStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[("ACCOUNTS", "财务报表"), ("DISCLOSURE", "信息披露")],
                        max_length=12,
                        verbose_name="用途",
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[
                            ("MONTH", "月度"),
                            ("QUARTER", "季度"),
                            ("HALF_YEAR", "半年度"),
                            ("YEAR", "年度"),
                        ],
                        max_length=10,
                        verbose_name="期别",
                    ),
                ),
                ("first_month", models.DateField(verbose_name="起始月份")),
                ("month", models.DateField(verbose_name="截止月份")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("CHECKING", "待复核"),
                            ("APPROVING", "待财务负责人签发"),
                            ("SIGNING", "待主要领导签发"),
                            ("FINAL", "已定稿"),
                            ("RETURNED", "已退回"),
                        ],
                        default="CHECKING",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("prepared_at", models.DateTimeField(verbose_name="编制时间")),
                ("finalised_at", models.DateTimeField(null=True, verbose_name="定稿时间")),
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
                        verbose_name="编制人",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="funds.financialstatement",
                        verbose_name="替换的版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "财务报表",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "book", "form", "span", "month", "version"),
                        name="financial_statement_version_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("CHECKING", "APPROVING", "SIGNING"))),
                        fields=("pool", "book", "form", "span", "month"),
                        name="financial_statement_one_in_work",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "FINAL"), ("finalised_at__isnull", True), _connector="XOR"
                        ),
                        name="financial_statement_final_has_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_month__day", 1),
                            ("month__day", 1),
                            ("first_month__lte", models.F("month")),
                            ("first_month__year", models.F("month__year")),
                        ),
                        name="financial_statement_months_of_one_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("form", "ACCOUNTS"), ("span__in", ["MONTH", "YEAR"])),
                            models.Q(
                                ("form", "DISCLOSURE"),
                                ("span__in", ["QUARTER", "HALF_YEAR", "YEAR"]),
                            ),
                            _connector="OR",
                        ),
                        name="financial_statement_span_fits_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["CHECKING", "APPROVING", "SIGNING", "FINAL", "RETURNED"])
                        ),
                        name="financial_statement_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("form__in", ["ACCOUNTS", "DISCLOSURE"])),
                        name="financial_statement_form_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("span__in", ["MONTH", "QUARTER", "HALF_YEAR", "YEAR"])),
                        name="financial_statement_span_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FinancialStatementCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "table",
                    models.CharField(
                        choices=[
                            ("BALANCE", "资产负债表"),
                            ("INCOME", "收支表"),
                            ("RECIPIENTS", "待遇领取情况"),
                        ],
                        max_length=10,
                        verbose_name="表",
                    ),
                ),
                ("line", models.CharField(max_length=12, verbose_name="行")),
                (
                    "column",
                    models.CharField(
                        choices=[
                            ("OPENING", "年初余额"),
                            ("CLOSING", "期末余额"),
                            ("CURRENT", "本期数"),
                            ("TO_DATE", "本年累计数"),
                            ("LAST_YEAR", "上年数"),
                            ("PERSONS", "领取人数"),
                            ("AMOUNT", "发放金额"),
                        ],
                        max_length=10,
                        verbose_name="栏",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="金额"
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
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cells",
                        to="funds.financialstatement",
                        verbose_name="财务报表",
                    ),
                ),
            ],
            options={
                "verbose_name": "报表数据",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "statement", "table", "line", "column"),
                        name="financial_statement_cell_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__isnull", False), ("table", "RECIPIENTS"), _connector="OR"
                        ),
                        name="financial_statement_cell_has_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("table__in", ["BALANCE", "INCOME", "RECIPIENTS"])),
                        name="financial_statement_table_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "column__in",
                                [
                                    "OPENING",
                                    "CLOSING",
                                    "CURRENT",
                                    "TO_DATE",
                                    "LAST_YEAR",
                                    "PERSONS",
                                    "AMOUNT",
                                ],
                            )
                        ),
                        name="financial_statement_column_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FinancialStatementNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("text", models.TextField(verbose_name="说明")),
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
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="funds.financialstatement",
                        verbose_name="财务报表",
                    ),
                ),
            ],
            options={
                "verbose_name": "报表附注",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "statement", "number"), name="financial_statement_note_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="financial_statement_note_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnalysisRemark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="月份")),
                ("text", models.TextField(verbose_name="分析说明")),
                ("written_at", models.DateTimeField(verbose_name="撰写时间")),
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
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撰写人",
                    ),
                ),
            ],
            options={
                "verbose_name": "运行分析说明",
                "indexes": [
                    models.Index(
                        fields=["pool", "book", "month", "-id"], name="analysis_remark_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="analysis_remark_month_starts_on_the_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="analysis_remark_says_something",
                    ),
                ],
            },
        ),
    ]
