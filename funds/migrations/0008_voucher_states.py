"""Vouchers wait only where somebody signs them, and follow only known events."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funds", "0007_posting_rules")]

    operations = [
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverses__isnull", True), ("corrects__isnull", True), _connector="OR"
                ),
                name="voucher_reverses_or_corrects",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["DRAFT", "CASHIER", "APPROVAL", "BOOKING", "POSTED", "VOIDED"])
                ),
                name="voucher_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event__in",
                        [
                            "E01",
                            "E02",
                            "E03",
                            "E04",
                            "E05",
                            "E06",
                            "E07",
                            "E08",
                            "E09",
                            "E10",
                            "E10B",
                            "E11",
                            "E12",
                            "E13",
                            "E14",
                            "E15",
                            "E16",
                            "E17",
                            "E18",
                            "E18B",
                            "E19",
                            "E19B",
                            "E20",
                            "E21",
                            "E22",
                            "E23",
                            "E24",
                            "E25",
                            "E26",
                            "E27",
                            "E27B",
                            "E28",
                            "E29",
                            "E30",
                            "E30B",
                            "E30C",
                            "E31",
                            "E31B",
                            "E32",
                            "E33",
                            "E34",
                            "E35",
                            "RECLASS",
                            "SPECIAL",
                            "REVERSAL",
                        ],
                    )
                ),
                name="voucher_event_known",
            ),
        ),
    ]
