"""Seals, bills and keys in the right hands only; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0017_custody")]

    operations = [
        migrations.RunSQL(
            (SQL / "0018_guard_custody.sql").read_text(encoding="utf-8"),
            (SQL / "0018_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0018_guard_custody_acts.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
