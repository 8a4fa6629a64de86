"""Functions by which bulk tables check their references once per statement; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_documents_rest_encrypted")]

    operations = [
        migrations.RunSQL(
            (SQL / "0009_references_by_statement.sql").read_text(encoding="utf-8"),
            (SQL / "0009_undo.sql").read_text(encoding="utf-8"),
        )
    ]
