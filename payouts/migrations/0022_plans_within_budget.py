"""Funds-use plans are signed within the budget of their year; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0021_release_within_allotted_funds"),
        ("funds", "0028_guard_budgets"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0022_plans_within_budget.sql").read_text(encoding="utf-8"),
            (SQL / "0022_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
