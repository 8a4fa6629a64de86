"""Policy values and onboarding states change as two people signed; see the SQL file.

A migration of its own: Django adds the keys of new tables at the end of the one that makes them.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_parameters_by_signed_change")]

    operations = [
        migrations.RunSQL(
            (SQL / "0018_seal_parameter_changes.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
