"""Who signs is checked once per statement; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0027_closed_funds_plans"),
        ("accounts", "0022_signatures_checked_by_statement"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0028_signers_checked_by_statement.sql").read_text(encoding="utf-8"),
            (SQL / "0028_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
