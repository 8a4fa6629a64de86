"""The signature of a closed month stands; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0012_cases_by_office_and_day"), ("funds", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "0013_closed_months_stay_signed.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
