"""What may not change in a funds-use plan, and when a month may close; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0002_seal_funds")]

    operations = [
        migrations.RunSQL(
            (SQL / "0003_guard_plans_and_periods.sql").read_text(encoding="utf-8"),
            (SQL / "0003_undo.sql").read_text(encoding="utf-8"),
        )
    ]
