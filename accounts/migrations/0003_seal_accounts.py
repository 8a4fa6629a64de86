"""Row-level security, insert-only tables and grant rules of accounts; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_tenant_functions")]

    operations = [
        migrations.RunSQL(
            (SQL / "0003_seal_accounts.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
    ]
