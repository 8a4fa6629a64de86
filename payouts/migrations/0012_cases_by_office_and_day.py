"""The first page counts a month's claims from the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0011_failed_payments_index")]

    operations = [
        migrations.AddIndex(
            model_name="benefitcase",
            index=models.Index(
                fields=["pool", "organisation", "applied_date"],
                include=["state"],
                name="case_by_office_and_day",
            ),
        ),
    ]
