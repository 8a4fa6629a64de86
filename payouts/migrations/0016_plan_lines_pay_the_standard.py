"""A plan line says which month of the entitlement it pays, and pays the standard of that month."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0015_no_open_batch_at_closing"),
        ("accounts", "0012_attachments_and_outside_decisions"),
    ]

    operations = [
        migrations.AddField(
            "disbursementplanline",
            "month_number",
            models.PositiveSmallIntegerField("第几个月", default=1),
            preserve_default=False,
        ),
        migrations.RunSQL(
            (SQL / "0016_plan_lines_pay_the_standard.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "disbursementplanline",
            models.CheckConstraint(
                condition=Q(month_number__gte=1, month_number__lte=24),
                name="plan_line_month_one_to_twenty_four",
            ),
        ),
    ]
