"""What the register of receipts and payments refuses; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0015_receipts_and_payments")]

    operations = [
        migrations.RunSQL(
            (SQL / "0016_entries.sql").read_text(encoding="utf-8"),
            (SQL / "0016_entries_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL((SQL / "0016_entry_links.sql").read_text(encoding="utf-8"), ""),
        migrations.RunSQL((SQL / "0016_entry_vouchers.sql").read_text(encoding="utf-8"), ""),
    ]
