"""The states of a job are held by the database, and who may stop one; see the SQL file.

A migration of its own: Django adds the keys of new tables at the end of the one that makes them.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_jobs_stopped_on_request")]

    operations = [
        migrations.RunSQL(
            (SQL / "0020_seal_job_stops.sql").read_text(encoding="utf-8"),
            (SQL / "0020_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
