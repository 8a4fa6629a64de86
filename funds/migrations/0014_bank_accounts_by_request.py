"""Bank accounts open and close by signed requests and are reviewed each year; see the SQL file.

No release before this one closed an account, so every account there is in use.
"""

from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_attachments_and_outside_decisions"),
        ("funds", "0013_books_apart"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccountReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("balance_date", models.DateField(verbose_name="确认日期")),
                (
                    "bank_balance",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="银行确认余额"
                    ),
                ),
                (
                    "book_balance",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="账面余额"),
                ),
                ("is_needed", models.BooleanField(verbose_name="继续使用")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("confirmed_at", models.DateTimeField(verbose_name="核查时间")),
            ],
            options={
                "verbose_name": "账户年审",
            },
        ),
        migrations.RemoveConstraint(
            model_name="bankaccount",
            name="bank_account_one_active_per_kind",
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="closed_date",
            field=models.DateField(null=True, verbose_name="销户日期"),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="closing_approval",
            field=models.CharField(blank=True, max_length=100, verbose_name="销户批文"),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="content_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="内容摘要"),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="is_founding",
            field=models.BooleanField(default=True, verbose_name="统筹区设立时登记"),
        ),
        migrations.AlterField(
            model_name="bankaccount",
            name="is_founding",
            field=models.BooleanField(default=False, verbose_name="统筹区设立时登记"),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="round",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="轮次"),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="state",
            field=models.CharField(
                choices=[
                    ("OPENING", "待核准开户"),
                    ("ACTIVE", "在用"),
                    ("CLOSING", "待核准销户"),
                    ("CLOSED", "已销户"),
                    ("REFUSED", "未予开户"),
                ],
                default="ACTIVE",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="bankaccount",
            name="state",
            field=models.CharField(
                choices=[
                    ("OPENING", "待核准开户"),
                    ("ACTIVE", "在用"),
                    ("CLOSING", "待核准销户"),
                    ("CLOSED", "已销户"),
                    ("REFUSED", "未予开户"),
                ],
                default="OPENING",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.RemoveField(model_name="bankaccount", name="is_active"),
        migrations.AddField(
            model_name="bankaccount",
            name="is_active",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(("state__in", ("ACTIVE", "CLOSING"))),
                output_field=models.BooleanField(verbose_name="在用"),
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("OPENING", "ACTIVE", "CLOSING"))),
                fields=("pool", "book", "kind"),
                name="bank_account_one_active_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "REFUSED"), _negated=True),
                fields=("pool", "number_key"),
                name="bank_account_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["CLOSING", "CLOSED"]),
                    models.Q(("closed_date__isnull", True), ("closing_approval", "")),
                    _connector="XOR",
                ),
                name="bank_account_closes_with_day_and_approval",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["OPENING", "ACTIVE", "CLOSING", "CLOSED", "REFUSED"])
                ),
                name="bank_account_state_known",
            ),
        ),
        migrations.AddField(
            model_name="bankaccountreview",
            name="bank_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="funds.bankaccount",
                verbose_name="银行账户",
            ),
        ),
        migrations.AddField(
            model_name="bankaccountreview",
            name="confirmation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.document",
                verbose_name="银行确认书",
            ),
        ),
        migrations.AddField(
            model_name="bankaccountreview",
            name="confirmed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="核查人",
            ),
        ),
        migrations.AddField(
            model_name="bankaccountreview",
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
            model_name="bankaccountreview",
            constraint=models.UniqueConstraint(
                fields=("pool", "bank_account", "year"), name="bank_review_once_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccountreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance_date__year", models.F("year"))),
                name="bank_review_of_its_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccountreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bank_balance", models.F("book_balance")), ("is_needed", True)),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="bank_review_difference_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccountreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bank_balance__gte", 0), ("bank_balance__lte", Decimal("999999999999.99"))
                ),
                name="bank_review_balance_not_negative",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0014_bank_accounts_by_request.sql").read_text(encoding="utf-8"),
            (SQL / "0014_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
