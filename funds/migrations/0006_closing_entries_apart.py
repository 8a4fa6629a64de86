"""Balances hold the period-end close apart from all other entries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funds", "0005_events_of_a_whole_year")]

    operations = [
        migrations.RemoveConstraint(model_name="accountbalance", name="balance_once_per_dimension"),
        migrations.AddField(
            model_name="accountbalance",
            name="is_closing",
            field=models.BooleanField(default=False, verbose_name="期末结转"),
        ),
        migrations.AddConstraint(
            model_name="accountbalance",
            constraint=models.UniqueConstraint(
                fields=[
                    "pool",
                    "period",
                    "account",
                    "organisation",
                    "item_code",
                    "is_closing",
                ],
                name="balance_once_per_dimension",
                nulls_distinct=False,
            ),
        ),
    ]
