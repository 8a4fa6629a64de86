"""E14 books what the bank answers for a batch of re-issues."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0031_policy_gate_by_account")]

    operations = [
        migrations.RunSQL(
            (SQL / "0032_reissues_of_failures.sql").read_text(encoding="utf-8"),
            (SQL / "0032_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
