"""Row-level security, insert-only tables and grant rules of accounts; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
FILES = ("seal_tables", "grants", "audit", "transitions")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_tenant_functions")]

    operations = [
        migrations.RunSQL(
            (SQL / f"0003_{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
        for name in FILES
    ]
