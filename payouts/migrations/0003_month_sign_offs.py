"""Signed months as plans see them, the stored application form, and how an extract came."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_duties_and_work_years"),
        ("payouts", "0002_seal_payouts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthSignOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="月份")),
                ("statement_id", models.BigIntegerField(verbose_name="对账明细表")),
                ("signed_at", models.DateTimeField(verbose_name="签字时间")),
                ("is_live", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "对账签字",
            },
        ),
        migrations.AddField(
            model_name="disbursementplan",
            name="application_details",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.document",
                verbose_name="发放明细表",
            ),
        ),
        migrations.AddField(
            model_name="disbursementplan",
            name="application_form",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.document",
                verbose_name="支付申请表",
            ),
        ),
        migrations.AddField(
            model_name="sourceextract",
            name="via",
            field=models.CharField(
                choices=[("UPLOAD", "页面上传"), ("FOLDER", "文件夹接收"), ("GATEWAY", "银行接口")],
                db_default="UPLOAD",
                max_length=10,
                verbose_name="接收方式",
            ),
        ),
        migrations.AddConstraint(
            model_name="comparisonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "CLEARED"), _negated=True),
                    models.Q(
                        ("reasons__overlap", ["DECEASED", "DRAWING_ELSEWHERE", "MONTHS_EXHAUSTED"]),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="comparison_reason_can_be_cleared",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourceextract",
            constraint=models.CheckConstraint(
                condition=models.Q(("via__in", ["UPLOAD", "FOLDER", "GATEWAY"])),
                name="extract_via_known",
            ),
        ),
        migrations.AddField(
            model_name="monthsignoff",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.organisation",
                verbose_name="经办机构",
            ),
        ),
        migrations.AddField(
            model_name="monthsignoff",
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
            model_name="monthsignoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("pool", "organisation", "month"),
                name="month_signed_once_per_office",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthsignoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="month_sign_off_starts_on_the_first"
            ),
        ),
        migrations.RunSQL(
            (SQL / "0003_month_sign_offs.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
