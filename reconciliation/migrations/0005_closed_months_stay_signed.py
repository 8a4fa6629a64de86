"""The signed statement of a closed month stays; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_month_closes_signed")]

    operations = [
        migrations.RunSQL(
            (SQL / "0005_closed_months_stay_signed.sql").read_text(encoding="utf-8"),
            (SQL / "0005_undo.sql").read_text(encoding="utf-8"),
        )
    ]
