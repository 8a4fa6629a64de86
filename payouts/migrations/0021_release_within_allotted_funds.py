"""Batches are released within what was left and allotted for their funds-use plan."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0020_entitlement_changes_in_their_pool"),
        ("funds", "0026_funds_plans_over_their_whole_way"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0021_release_within_allotted_funds.sql").read_text(encoding="utf-8"),
            (SQL / "0021_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
