"""A month is signed for what was paid until then; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0005_plans_start_as_built")]

    operations = [
        migrations.RunSQL(
            (SQL / "0006_late_payments_need_a_new_signature.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        )
    ]
