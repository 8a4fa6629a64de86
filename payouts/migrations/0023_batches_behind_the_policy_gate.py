"""No batch of a subsidy while last year's balance shuts the gate; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
UNDO = """
DROP TRIGGER check_policy_gate_at_release ON payouts_paymentbatch;
DROP TRIGGER check_policy_gate ON payouts_paymentbatch;
DROP FUNCTION payouts_check_policy_gate();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0022_plans_within_budget"),
        ("funds", "0031_policy_gate_by_account"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0023_batches_behind_the_policy_gate.sql").read_text(encoding="utf-8"), UNDO
        ),
    ]
