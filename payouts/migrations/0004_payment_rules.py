"""Room for a second try after a withdrawal or refusal; payments that never change; see the SQL."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0003_month_sign_offs"), ("accounts", "0003_seal_accounts")]

    operations = [
        migrations.RemoveConstraint("paymentbatch", "batch_released_only_as_the_bank_counted"),
        migrations.AddConstraint(
            "paymentbatch",
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "CHECKED", "WITHDRAWN"])
                | (
                    Q(bank_count__isnull=False, bank_total__isnull=False)
                    & Q(bank_count=F("line_count"))
                    & Q(bank_total=F("total_amount"))
                ),
                name="batch_released_only_as_the_bank_counted",
            ),
        ),
        migrations.RemoveConstraint("paymentinstruction", "instruction_attempt_once"),
        migrations.AddConstraint(
            "paymentinstruction",
            models.UniqueConstraint(
                fields=["pool", "plan_line", "attempt"],
                condition=~Q(state="WITHDRAWN"),
                name="instruction_attempt_once",
            ),
        ),
        migrations.AlterField(
            "reissuerequest",
            "failed_instruction",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="payouts.paymentinstruction",
                verbose_name="失败指令",
            ),
        ),
        migrations.AddConstraint(
            "reissuerequest",
            models.UniqueConstraint(
                fields=["pool", "failed_instruction"],
                condition=~Q(state="REFUSED"),
                name="reissue_one_live_per_failure",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0004_payment_rules.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
