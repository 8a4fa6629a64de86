"""Row-level security, keys that carry the pool, and triggers of reconciliation; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("accounts", "0003_seal_accounts")]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_seal_reconciliation.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
