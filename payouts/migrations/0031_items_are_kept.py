"""Tell pages when an item they keep has changed, as accounts 0025 does for offices."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_reference_version"),
        ("payouts", "0030_lists_by_office"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER renew_reference_version
                AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON payouts_benefititem
                FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_version()
            """,
            "DROP TRIGGER renew_reference_version ON payouts_benefititem",
        ),
    ]
