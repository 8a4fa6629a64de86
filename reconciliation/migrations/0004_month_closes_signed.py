"""A month closes with every statement signed and no difference open; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0003_guard_statements"),
        ("funds", "0003_guard_plans_and_periods"),
        ("payouts", "0006_late_payments_need_a_new_signature"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0004_month_closes_signed.sql").read_text(encoding="utf-8"),
            (SQL / "0004_undo.sql").read_text(encoding="utf-8"),
        )
    ]
