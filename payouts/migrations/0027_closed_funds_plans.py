"""Closed funds-use plans pay what their money reaches; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0026_reissues_booked_as_such"),
        ("funds", "0035_guard_closings_of_funds_plans"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0027_closed_funds_plans.sql").read_text(encoding="utf-8"),
            (SQL / "0027_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
