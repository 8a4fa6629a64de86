"""Row-level security, keys that carry the pool, and triggers of payouts; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
FILES = ("seal_tables", "claims", "signers", "plans", "batches", "transitions")


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("accounts", "0003_seal_accounts")]

    operations = [
        migrations.RunSQL(
            (SQL / f"0002_{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
        for name in FILES
    ]
