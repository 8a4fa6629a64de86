"""Handovers of former offices, and opening vouchers that come from nothing else."""

from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_attachments_and_outside_decisions"),
        ("funds", "0011_seal_financial_statements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="编号")),
                ("cutoff_date", models.DateField(verbose_name="移交基准日")),
                (
                    "audit_body",
                    models.CharField(blank=True, max_length=100, verbose_name="审计机构"),
                ),
                (
                    "audit_reference",
                    models.CharField(blank=True, max_length=60, verbose_name="审计报告文号"),
                ),
                (
                    "audit_amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=18,
                        null=True,
                        verbose_name="清算确认的基金结余",
                    ),
                ),
                (
                    "audit_conclusion",
                    models.CharField(blank=True, max_length=500, verbose_name="清算审计结论"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "编制中"),
                            ("TRANSFER", "待移交人签字"),
                            ("RECEIVE", "待接收人签字"),
                            ("SUPERVISE", "待监交人签字"),
                            ("COMPLETE", "已交接"),
                        ],
                        default="DRAFT",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                (
                    "content_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="内容摘要"),
                ),
                ("created_at", models.DateTimeField(verbose_name="编制时间")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="交接时间")),
            ],
            options={
                "verbose_name": "基金移交书",
            },
        ),
        migrations.CreateModel(
            name="HandoverArchive",
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
                            ("VOUCHERS", "会计凭证"),
                            ("LEDGERS", "会计账簿"),
                            ("STATEMENTS", "财务会计报告"),
                            ("CONTRACTS", "合同协议"),
                            ("OTHER", "其他档案"),
                        ],
                        max_length=10,
                        verbose_name="档案类别",
                    ),
                ),
                ("first_year", models.PositiveSmallIntegerField(verbose_name="起始年度")),
                ("last_year", models.PositiveSmallIntegerField(verbose_name="截止年度")),
                ("volume_count", models.PositiveIntegerField(verbose_name="卷数")),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="备注")),
                ("is_live", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "移交档案",
            },
        ),
        migrations.CreateModel(
            name="HandoverBalance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "debit",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="借方余额"
                    ),
                ),
                (
                    "credit",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="贷方余额"
                    ),
                ),
                ("is_live", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "移交科目余额",
            },
        ),
        migrations.CreateModel(
            name="HandoverBank",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bank_name", models.CharField(max_length=60, verbose_name="开户银行")),
                ("number_masked", models.CharField(max_length=40, verbose_name="账号")),
                (
                    "balance",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="银行确认余额"
                    ),
                ),
                ("is_live", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "移交银行余额确认",
            },
        ),
        migrations.CreateModel(
            name="HandoverClaim",
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
                        choices=[("RECEIVABLE", "债权"), ("PAYABLE", "债务")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("counterparty", models.CharField(max_length=100, verbose_name="对方单位或个人")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="金额"),
                ),
                ("reference", models.CharField(max_length=100, verbose_name="依据文件")),
                ("is_live", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "移交债权债务",
            },
        ),
        migrations.AddField(
            model_name="handover",
            name="audit_document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.document",
                verbose_name="审计报告",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="funds.book", verbose_name="账套"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.organisation",
                verbose_name="移交机构",
            ),
        ),
        migrations.AddField(
            model_name="handover",
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
            model_name="handoverarchive",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="archives",
                to="funds.handover",
                verbose_name="基金移交书",
            ),
        ),
        migrations.AddField(
            model_name="handoverarchive",
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
            model_name="handoverbalance",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="funds.ledgeraccount",
                verbose_name="会计科目",
            ),
        ),
        migrations.AddField(
            model_name="handoverbalance",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="balances",
                to="funds.handover",
                verbose_name="基金移交书",
            ),
        ),
        migrations.AddField(
            model_name="handoverbalance",
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
            model_name="handoverbank",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="funds.ledgeraccount",
                verbose_name="会计科目",
            ),
        ),
        migrations.AddField(
            model_name="handoverbank",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.document",
                verbose_name="银行询证函回函",
            ),
        ),
        migrations.AddField(
            model_name="handoverbank",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="banks",
                to="funds.handover",
                verbose_name="基金移交书",
            ),
        ),
        migrations.AddField(
            model_name="handoverbank",
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
            model_name="handoverclaim",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="funds.ledgeraccount",
                verbose_name="会计科目",
            ),
        ),
        migrations.AddField(
            model_name="handoverclaim",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="funds.handover",
                verbose_name="基金移交书",
            ),
        ),
        migrations.AddField(
            model_name="handoverclaim",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.pool",
                verbose_name="统筹区",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("pool", "number"), name="handover_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("pool", "book", "organisation"), name="handover_once_per_office"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "DRAFT"),
                    models.Q(
                        models.Q(("audit_body", ""), _negated=True),
                        models.Q(("audit_reference", ""), _negated=True),
                        models.Q(("audit_conclusion", ""), _negated=True),
                        ("audit_amount__isnull", False),
                        ("audit_document__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="handover_has_audit_conclusion",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "COMPLETE"), ("completed_at__isnull", True), _connector="XOR"
                ),
                name="handover_complete_has_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("audit_amount__isnull", True),
                    models.Q(
                        ("audit_amount__gte", Decimal("-999999999999.99")),
                        ("audit_amount__lte", Decimal("999999999999.99")),
                    ),
                    _connector="OR",
                ),
                name="handover_audit_amount_is_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["DRAFT", "TRANSFER", "RECEIVE", "SUPERVISE", "COMPLETE"])
                ),
                name="handover_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverarchive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_year__lte", models.F("last_year")), ("volume_count__gt", 0)
                ),
                name="handover_archive_has_years_and_volumes",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverarchive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["VOUCHERS", "LEDGERS", "STATEMENTS", "CONTRACTS", "OTHER"])
                ),
                name="handover_archive_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverbalance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("pool", "handover", "account"),
                name="handover_account_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("debit__gt", 0), ("debit__lte", Decimal("999999999999.99")), ("credit", 0)
                    ),
                    models.Q(
                        ("credit__gt", 0), ("credit__lte", Decimal("999999999999.99")), ("debit", 0)
                    ),
                    _connector="OR",
                ),
                name="handover_balance_one_side_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverbank",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("balance__gte", 0), ("balance__lte", Decimal("999999999999.99"))
                ),
                name="handover_bank_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("amount__lte", Decimal("999999999999.99"))),
                name="handover_claim_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["RECEIVABLE", "PAYABLE"])),
                name="handover_claim_kind_known",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0012_flaws_of_handovers.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            (SQL / "0012_guard_handovers.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            (SQL / "0012_openings_from_handovers.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
