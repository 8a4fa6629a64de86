"""What the register of term deposits and bonds refuses; see the SQL files."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("funds", "0020_investments")]

    operations = [
        migrations.RunSQL(
            (SQL / "0021_investments.sql").read_text(encoding="utf-8"),
            (SQL / "0021_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0021_explained_interest.sql").read_text(encoding="utf-8"),
            (SQL / "0021_undo_explained_interest.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "0021_entries_of_investments.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
