"""Long lists of cases are sorted by application day and by due day from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_references_by_statement")]

    operations = [
        migrations.AddIndex(
            model_name="benefitcase",
            index=models.Index(fields=["pool", "applied_date", "id"], name="case_by_applied"),
        ),
        migrations.AddIndex(
            model_name="benefitcase",
            index=models.Index(fields=["pool", "due_date", "id"], name="case_by_due"),
        ),
    ]
