"""No subsidy for jobs or skills from a fund that could not pay a year; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
UNDO = """
DROP TRIGGER check_policy_gate ON funds_voucher;
DROP FUNCTION funds_check_policy_gate();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0018_guard_custody")]

    operations = [
        migrations.RunSQL((SQL / "0019_policy_gate.sql").read_text(encoding="utf-8"), UNDO),
    ]
