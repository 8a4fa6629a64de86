"""The voucher of a re-issue batch is E14; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0025_seal_bank_answers"),
        ("funds", "0032_reissues_of_failures"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0026_reissues_booked_as_such.sql").read_text(encoding="utf-8"),
            (SQL / "0026_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
