"""Sheets of 收入户 and 财政专户 beside 支出户 (R3, R4)."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
KINDS = [
    ("R1", "业务与财务对账"),
    ("R2", "支出户银行对账"),
    ("R3", "收入户银行对账"),
    ("R4", "财政专户对账"),
    ("R7", "批次与回盘核对"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0032_reissues_of_failures"),
        ("reconciliation", "0007_carried_forward_is_not_paid"),
    ]

    operations = [
        migrations.RemoveConstraint("reconciliationrun", "reconciliation_kind_known"),
        migrations.AlterField(
            "reconciliationrun",
            "kind",
            models.CharField(choices=KINDS, max_length=2, verbose_name="对账类别"),
        ),
        migrations.AddConstraint(
            "reconciliationrun",
            models.CheckConstraint(
                condition=models.Q(kind__in=[code for code, _ in KINDS]),
                name="reconciliation_kind_known",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0008_sheets_of_every_account.sql").read_text(encoding="utf-8"),
            (SQL / "0008_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
