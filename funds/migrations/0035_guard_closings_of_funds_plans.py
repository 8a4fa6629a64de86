"""Plans' allotments end as two people signed; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0034_closings_of_funds_plans")]

    operations = [
        migrations.RunSQL(
            (SQL / "0035_closings_of_funds_plans.sql").read_text(encoding="utf-8"),
            (SQL / "0035_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0035_closed_funds_plans.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
