"""The bank's letters settle unknown outcomes; the depth of an item stays; see the SQL file.

A migration of its own: Django adds the keys of new tables at the end of the one that makes them.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_seal_parameter_changes"),
        ("payouts", "0024_bank_answers"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0025_seal_bank_answers.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
