"""Unambiguous audit digests, and grants whose content never changes; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_duties_and_work_years")]

    operations = [
        migrations.RunSQL(
            (SQL / "0006_audit_text.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
    ]
