"""The audit trail names any table: `reconciliation.balanceadjustment` has 32 letters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_audit_text_and_grant_content")]

    operations = [
        migrations.AlterField(
            "auditevent", "subject_kind", models.CharField(max_length=60, verbose_name="对象类别")
        )
    ]
