"""Months close and open again only as two people signed; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_more_matters_and_duties"),
        ("funds", "0024_period_requests"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0025_months_closed_by_two.sql").read_text(encoding="utf-8"),
            (SQL / "0025_undo.sql").read_text(encoding="utf-8"),
        )
    ]
