"""Bank statements follow on one another, and their movements lead to their closing balance."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0008_voucher_states")]

    operations = [
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(from_date__lte=F("until_date")),
                name="bank_statement_days_in_order",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0009_statements_chain.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
