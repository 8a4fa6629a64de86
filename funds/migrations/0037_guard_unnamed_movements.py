"""What explains a movement that no voucher named; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0036_unnamed_movements")]

    operations = [
        migrations.RunSQL(
            (SQL / "0037_guard_unnamed_movements.sql").read_text(encoding="utf-8"),
            (SQL / "0037_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
