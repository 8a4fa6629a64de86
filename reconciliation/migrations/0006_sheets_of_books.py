"""A balance adjustment stays in one book; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0005_closed_months_stay_signed"),
        ("funds", "0013_books_apart"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0006_sheets_of_books.sql").read_text(encoding="utf-8"),
            (SQL / "0006_undo.sql").read_text(encoding="utf-8"),
        )
    ]
