"""Nobody passes two gates, and a mismatch is cleared with evidence; see the SQL file."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0017_entitlement_changes")]

    operations = [
        migrations.RemoveConstraint(
            model_name="comparisonresult", name="comparison_cleared_has_evidence_and_person"
        ),
        migrations.AddConstraint(
            model_name="comparisonresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "CLEARED"), _negated=True),
                    models.Q(
                        models.Q(("clearing_text", ""), _negated=True),
                        ("evidence__isnull", False),
                        ("cleared_by__isnull", False),
                        ("cleared_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="comparison_cleared_has_evidence_and_person",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0018_signers_of_one_gate.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
