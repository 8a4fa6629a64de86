"""The fifth step keeps the claim as it was signed, so that a later round shows what changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0006_late_payments_need_a_new_signature")]

    operations = [
        migrations.AddField(
            "intakestep", "facts", models.JSONField(null=True, verbose_name="反馈时的申领信息")
        )
    ]
