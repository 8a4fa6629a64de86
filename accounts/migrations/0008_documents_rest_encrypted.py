"""The bytes of documents rest encrypted; the column is named for what it holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_longer_audit_subject")]
    operations = [
        migrations.RenameField("document", "content", "content_cipher"),
        migrations.AlterField(
            "document", "content_cipher", models.BinaryField(verbose_name="内容密文")
        ),
    ]
