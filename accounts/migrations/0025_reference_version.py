"""Tell pages when the reference rows they keep have changed; see the SQL file."""

from pathlib import Path

import django.contrib.postgres.functions
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0024_no_index_on_the_pool_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool",
            name="reference_version",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                editable=False,
                verbose_name="基础数据版本",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0025_reference_version.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION renew_reference_version() CASCADE",
        ),
    ]
