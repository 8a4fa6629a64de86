"""Vouchers, accounts and periods of one book stay in it; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0012_handovers")]

    operations = [
        migrations.RunSQL(
            (SQL / "0013_books_apart.sql").read_text(encoding="utf-8"),
            (SQL / "0013_undo.sql").read_text(encoding="utf-8"),
        )
    ]
