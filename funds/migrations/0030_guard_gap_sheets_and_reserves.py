"""Gap sheets that tie and a reserve never below zero, each by two people; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0029_gap_sheets_and_reserves")]

    operations = [
        migrations.RunSQL(
            (SQL / "0030_guard_gap_sheets.sql").read_text(encoding="utf-8"),
            (SQL / "0030_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0030_guard_reserves.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
