"""No E08 without its allotment; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0032_reissues_of_failures")]

    operations = [
        migrations.RunSQL(
            (SQL / "0033_allotments_booked_as_made.sql").read_text(encoding="utf-8"),
            (SQL / "0033_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
