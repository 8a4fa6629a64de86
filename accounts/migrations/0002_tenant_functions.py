"""The database functions by which tables are sealed; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_tenant_functions.sql").read_text(encoding="utf-8"),
            (SQL / "0002_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0002_guards.sql").read_text(encoding="utf-8"),
            (SQL / "0002_undo_guards.sql").read_text(encoding="utf-8"),
        ),
    ]
