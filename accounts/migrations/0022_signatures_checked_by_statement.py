"""Signatures are checked once per statement; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_closings_of_funds_plans")]

    operations = [
        migrations.RunSQL(
            (SQL / "0022_signatures_checked_by_statement.sql").read_text(encoding="utf-8"),
            (SQL / "0022_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
