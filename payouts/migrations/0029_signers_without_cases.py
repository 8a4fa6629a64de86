"""A signer without cases needs no look at the lines; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0028_signers_checked_by_statement"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0029_signers_without_cases.sql").read_text(encoding="utf-8"),
            (SQL / "0029_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
