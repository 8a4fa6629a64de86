"""The policy gate by account instead of event; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0030_guard_gap_sheets_and_reserves")]

    operations = [
        migrations.RunSQL(
            (SQL / "0031_policy_gate_by_account.sql").read_text(encoding="utf-8"),
            (SQL / "0031_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
