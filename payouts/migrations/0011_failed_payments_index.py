"""Failed payments are found by the few return lines that say so, at any number of payments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0010_claims_enter_signed_or_as_drafts")]

    operations = [
        migrations.AddIndex(
            model_name="bankreturnline",
            index=models.Index(
                fields=["pool", "instruction"],
                name="return_line_failed",
                condition=models.Q(("is_success", False)),
            ),
        ),
    ]
