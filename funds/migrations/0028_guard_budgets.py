"""What a budget must be before it is signed, and its chain; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0027_budgets")]

    operations = [
        migrations.RunSQL(
            (SQL / "0028_guard_budgets.sql").read_text(encoding="utf-8"),
            (SQL / "0028_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0028_flaws_of_budgets.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            (SQL / "0028_chain_of_budgets.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
