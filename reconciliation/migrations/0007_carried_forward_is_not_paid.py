"""The year's carry-forward asks no office for a statement; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0025_guard_period_requests"),
        ("reconciliation", "0006_sheets_of_books"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0007_carried_forward_is_not_paid.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
