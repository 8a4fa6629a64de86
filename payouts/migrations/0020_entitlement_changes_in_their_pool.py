"""The keys of entitlement changes carry the pool: they exist only after the table's migration."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0019_months_close_after_their_returns")]

    operations = [
        migrations.RunSQL(
            "SELECT carry_pool_in_keys('payouts_entitlementchange')", migrations.RunSQL.noop
        ),
    ]
