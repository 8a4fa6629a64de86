"""A statement may be replaced before it is signed; what signatures cover is guarded; see the SQL."""

from datetime import date
from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_seal_reconciliation")]

    operations = [
        migrations.AddField(
            "officestatement",
            "superseded_reason",
            models.CharField(blank=True, default="", max_length=300, verbose_name="替代原因"),
            preserve_default=False,
        ),
        migrations.AddField(
            "difference",
            "since_date",
            models.DateField(default=date(2026, 1, 1), verbose_name="发生日期"),
            preserve_default=False,
        ),
        # Negative where the books hold only the reversal of another month.
        migrations.AlterField(
            "reconciliationrun",
            "right_count",
            models.IntegerField(default=0, verbose_name="乙方笔数"),
        ),
        migrations.AlterField(
            "officestatement", "ledger_count", models.IntegerField(verbose_name="财务笔数")
        ),
        migrations.AlterField(
            "officestatementline", "ledger_count", models.IntegerField(verbose_name="财务笔数")
        ),
        migrations.RemoveConstraint("officestatement", "statement_signed_has_instant"),
        migrations.AddConstraint(
            "officestatement",
            models.CheckConstraint(
                condition=Q(state="SUPERSEDED")
                | Q(state__in=["DRAFT", "SIGNING"], signed_at__isnull=True)
                | Q(state__in=["SIGNED", "CONFIRMED"], signed_at__isnull=False),
                name="statement_signed_has_instant",
            ),
        ),
        *(
            migrations.RunSQL(
                (SQL / f"0003_{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
            )
            for name in ("guard_statements", "guard_runs")
        ),
    ]
