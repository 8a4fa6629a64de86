"""A page of one office's cases or entitlements is found in the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0029_signers_without_cases"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="benefitcase",
            name="case_newest_first",
        ),
        migrations.AddIndex(
            model_name="benefitcase",
            index=models.Index(
                fields=["pool", "-id"],
                include=("organisation", "paying_organisation"),
                name="case_newest_with_offices",
            ),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(
                fields=["pool", "-id"],
                include=("organisation",),
                name="entitlement_newest_with_office",
            ),
        ),
    ]
