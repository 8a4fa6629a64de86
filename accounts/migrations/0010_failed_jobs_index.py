"""The first page tells the jobs that failed since yesterday."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_references_by_statement")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["pool", "finished_at"],
                name="job_failed",
                condition=models.Q(("state", "FAILED")),
            ),
        ),
    ]
