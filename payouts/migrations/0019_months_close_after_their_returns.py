"""A month closes after the bank has answered for it; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0018_signers_of_one_gate"), ("funds", "0012_handovers")]

    operations = [
        migrations.RunSQL(
            (SQL / "0019_months_close_after_their_returns.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
