"""Movements without a permitted edge, and the key by which a line's other side is found."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_more_matters_and_duties"),
        ("funds", "0021_guard_investments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="bankstatementline",
            name="counter_key",
            field=models.CharField(blank=True, max_length=64, verbose_name="对方账号检索键"),
        ),
        migrations.CreateModel(
            name="FlowFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("NO_EDGE", "账户之间不许可的流向"),
                            ("OTHER_BOOK", "与其他账套的账户往来"),
                        ],
                        max_length=12,
                        verbose_name="异常类别",
                    ),
                ),
                (
                    "from_place",
                    models.CharField(
                        choices=[
                            ("OUTSIDE", "外部"),
                            ("TREASURY", "国库"),
                            ("INCOME", "收入户"),
                            ("FISCAL", "财政专户"),
                            ("EXPENDITURE", "支出户"),
                        ],
                        max_length=12,
                        verbose_name="付款方",
                    ),
                ),
                (
                    "to_place",
                    models.CharField(
                        choices=[
                            ("OUTSIDE", "外部"),
                            ("TREASURY", "国库"),
                            ("INCOME", "收入户"),
                            ("FISCAL", "财政专户"),
                            ("EXPENDITURE", "支出户"),
                        ],
                        max_length=12,
                        verbose_name="收款方",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="金额"),
                ),
                ("value_date", models.DateField(verbose_name="发生日期")),
                ("found_at", models.DateTimeField(verbose_name="发现时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "待申请特殊业务"),
                            ("REVIEW", "待财务负责人审核"),
                            ("APPROVAL", "待主要领导批准"),
                            ("APPROVED", "已批准"),
                            ("RETURNED", "已退回"),
                        ],
                        default="OPEN",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0, verbose_name="轮次")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="办理事由")),
                (
                    "content_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="内容摘要"),
                ),
                (
                    "bank_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.bankaccount",
                        verbose_name="银行账户",
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
                    "counter_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.bankaccount",
                        verbose_name="对方账户",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
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
                    "statement_line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flow_finding",
                        to="funds.bankstatementline",
                        verbose_name="银行流水",
                    ),
                ),
            ],
            options={
                "verbose_name": "资金流向异常",
                "indexes": [
                    models.Index(fields=["pool", "book", "-id"], name="flow_finding_newest_first")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("amount__lte", Decimal("999999999999.99"))
                        ),
                        name="flow_finding_amount_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "OPEN"),
                            models.Q(
                                ("round__gte", 1),
                                models.Q(("reason", ""), _negated=True),
                                models.Q(("content_sha256", ""), _negated=True),
                            ),
                            _connector="XOR",
                        ),
                        name="flow_finding_asked_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["NO_EDGE", "OTHER_BOOK"])),
                        name="flow_finding_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["OPEN", "REVIEW", "APPROVAL", "APPROVED", "RETURNED"])
                        ),
                        name="flow_finding_state_known",
                    ),
                ],
            },
        ),
    ]
