"""A bank account with a batch under way does not close; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0014_items_of_books"),
        ("funds", "0014_bank_accounts_by_request"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0015_no_open_batch_at_closing.sql").read_text(encoding="utf-8"),
            (SQL / "0015_undo.sql").read_text(encoding="utf-8"),
        )
    ]
