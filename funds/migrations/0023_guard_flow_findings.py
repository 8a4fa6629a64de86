"""Movements without an edge, their approval and what waits for it; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0022_flow_findings")]

    operations = [
        migrations.RunSQL(
            (SQL / "0023_guard_flow_findings.sql").read_text(encoding="utf-8"),
            (SQL / "0023_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0023_special_vouchers.sql").read_text(encoding="utf-8"),
            (SQL / "0023_special_vouchers_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
