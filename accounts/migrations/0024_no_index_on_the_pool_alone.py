"""Drop what newer installations are made without; see the SQL file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0023_signed_by_subject"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0024_no_index_on_the_pool_alone.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
