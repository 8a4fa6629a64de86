"""Cases enter as drafts or fully signed, entitlements as determined; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_cases_sort_by_day")]

    operations = [
        migrations.RunSQL(
            (SQL / "0010_claims_enter_signed_or_as_drafts.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
