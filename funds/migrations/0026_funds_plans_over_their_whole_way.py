"""Funds-use plans with reserve, means, part approval and several allotments; see the SQL files."""

from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_duty_of_outside_replies"),
        ("funds", "0025_guard_period_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FundsAllotment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="拨付金额"),
                ),
                ("allotted_date", models.DateField(verbose_name="拨付日期")),
                ("reference", models.CharField(max_length=60, verbose_name="拨款凭证号")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "财政拨款",
            },
        ),
        migrations.RemoveConstraint(
            model_name="fundsuseplan",
            name="funds_plan_total_above_zero",
        ),
        migrations.RemoveConstraint(
            model_name="fundsuseplan",
            name="funds_plan_allotment_within_plan",
        ),
        migrations.RemoveConstraint(
            model_name="fundsuseplan",
            name="funds_plan_allotted_has_amount_and_date",
        ),
        migrations.RemoveConstraint(
            model_name="fundsuseplan",
            name="funds_plan_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="voucher",
            name="voucher_source_known",
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="approved_amount",
            field=models.DecimalField(
                decimal_places=2, max_digits=18, null=True, verbose_name="核准金额"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="available_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="可用余额"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="average_paid_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="月均实际支付"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="balance_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="支出户账面余额"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="expected_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="已申请未到账"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="payments_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="到期支付"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="promised_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="已列计划未支付"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="reserve_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="备付金额"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplan",
            name="reserve_months",
            field=models.DecimalField(
                decimal_places=1, default=1, max_digits=3, verbose_name="备付月数"
            ),
        ),
        migrations.AddField(
            model_name="fundsuseplanline",
            name="is_short",
            field=models.BooleanField(default=False, verbose_name="缺口"),
        ),
        migrations.RunSQL(
            (SQL / "0026_earlier_plans.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="fundsuseplan",
            name="allotted_amount",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=18, verbose_name="拨付金额"
            ),
        ),
        migrations.AlterField(
            model_name="fundsuseplan",
            name="state",
            field=models.CharField(
                choices=[
                    ("SIGNING", "待财务负责人签发"),
                    ("HEAD", "待主要领导签发"),
                    ("HR", "待人社局审核"),
                    ("FINANCE", "待财政局审核"),
                    ("REQUESTED", "待财政拨付"),
                    ("ALLOTTED", "已拨付"),
                    ("COVERED", "余额支付"),
                    ("RETURNED", "已退回"),
                    ("WITHDRAWN", "已撤回"),
                ],
                default="SIGNING",
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="source_kind",
            field=models.CharField(
                choices=[
                    ("NONE", "无"),
                    ("TAX_INCOME_LIST", "征收收入明细表"),
                    ("TREASURY_TRANSFER", "国库划转"),
                    ("FUNDS_USE_PLAN", "用款计划"),
                    ("FUNDS_ALLOTMENT", "财政拨款"),
                    ("BANK_RETURN", "银行回盘"),
                    ("VOUCHER", "记账凭证"),
                    ("FUNDS_ENTRY", "收支登记单"),
                    ("TERM_DEPOSIT", "定期存款单"),
                    ("TREASURY_BOND", "国债投资单"),
                    ("HANDOVER", "基金移交书"),
                    ("PERIOD", "会计期间"),
                    ("SPECIAL_BUSINESS", "特殊业务审批单"),
                ],
                max_length=20,
                verbose_name="来源类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total_amount__gte", 0), ("total_amount__lte", Decimal("999999999999.99"))
                ),
                name="funds_plan_total_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("payments_amount__gt", 0), ("payments_amount__lte", Decimal("999999999999.99"))
                ),
                name="funds_plan_payments_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserve_amount__gte", 0), ("reserve_amount__lte", Decimal("999999999999.99"))
                ),
                name="funds_plan_reserve_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("average_paid_amount__gte", 0),
                    ("average_paid_amount__lte", Decimal("999999999999.99")),
                ),
                name="funds_plan_average_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_months__gte", 1), ("reserve_months__lte", 2)),
                name="funds_plan_reserve_of_one_to_two_months",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "available_amount",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("balance_amount"), "+", models.F("expected_amount")
                            ),
                            "-",
                            models.F("promised_amount"),
                        ),
                    ),
                    (
                        "total_amount",
                        django.db.models.functions.comparison.Greatest(
                            models.Value(0),
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("payments_amount"), "+", models.F("reserve_amount")
                                ),
                                "-",
                                models.F("available_amount"),
                            ),
                        ),
                    ),
                ),
                name="funds_plan_asks_need_less_means",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_amount__isnull", True),
                    models.Q(
                        ("approved_amount__gt", 0),
                        ("approved_amount__lte", models.F("total_amount")),
                    ),
                    _connector="OR",
                ),
                name="funds_plan_approved_within_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("allotted_amount", 0), ("allotted_date__isnull", True)),
                    models.Q(
                        ("allotted_amount__gt", 0),
                        ("allotted_amount__lte", models.F("approved_amount")),
                        ("allotted_date__isnull", False),
                        ("approved_amount__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="funds_plan_allotment_within_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_amount__isnull", False), ("state__in", ["REQUESTED", "ALLOTTED"])
                    ),
                    models.Q(
                        models.Q(("state__in", ["REQUESTED", "ALLOTTED"]), _negated=True),
                        ("approved_amount__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="funds_plan_approved_has_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ALLOTTED"), _negated=True),
                    ("allotted_amount", models.F("approved_amount")),
                    _connector="OR",
                ),
                name="funds_plan_allotted_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "COVERED"), _negated=True),
                    ("total_amount", 0),
                    _connector="OR",
                ),
                name="funds_plan_covered_asks_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "SIGNING",
                            "HEAD",
                            "HR",
                            "FINANCE",
                            "REQUESTED",
                            "ALLOTTED",
                            "COVERED",
                            "RETURNED",
                            "WITHDRAWN",
                        ],
                    )
                ),
                name="funds_plan_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplanline",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_live", True), ("is_short", True), _negated=True),
                name="funds_plan_line_short_or_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "source_kind__in",
                        [
                            "NONE",
                            "TAX_INCOME_LIST",
                            "TREASURY_TRANSFER",
                            "FUNDS_USE_PLAN",
                            "FUNDS_ALLOTMENT",
                            "BANK_RETURN",
                            "VOUCHER",
                            "FUNDS_ENTRY",
                            "TERM_DEPOSIT",
                            "TREASURY_BOND",
                            "HANDOVER",
                            "PERIOD",
                            "SPECIAL_BUSINESS",
                        ],
                    )
                ),
                name="voucher_source_known",
            ),
        ),
        migrations.AddField(
            model_name="fundsallotment",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allotments",
                to="funds.fundsuseplan",
                verbose_name="用款计划",
            ),
        ),
        migrations.AddField(
            model_name="fundsallotment",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.pool",
                verbose_name="统筹区",
            ),
        ),
        migrations.AddField(
            model_name="fundsallotment",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsallotment",
            constraint=models.UniqueConstraint(
                fields=("pool", "plan", "reference"), name="allotment_once_per_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsallotment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                name="allotment_names_its_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsallotment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("amount__lte", Decimal("999999999999.99"))),
                name="allotment_amount_above_zero",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0026_earlier_allotments.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name="fundsuseplan",
            name="allotment_reference",
        ),
        migrations.RunSQL(
            (SQL / "0026_guard_funds_plans.sql").read_text(encoding="utf-8"),
            (SQL / "0026_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0026_guard_allotments.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
