"""Plans, unlocks and comparison results start at the beginning; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_payment_rules")]

    operations = [
        migrations.RunSQL(
            (SQL / "0005_plans_start_as_built.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
