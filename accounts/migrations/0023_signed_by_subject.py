"""A matter is looked up by its own signatures; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_signatures_checked_by_statement")]

    operations = [
        migrations.RunSQL(
            (SQL / "0023_signed_by_subject.sql").read_text(encoding="utf-8"),
            (SQL / "0023_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
