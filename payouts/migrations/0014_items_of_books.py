"""Each business item belongs to one book, and all that pays it too; see the SQL file."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0013_closed_months_stay_signed"),
        ("funds", "0013_books_apart"),
    ]

    operations = [
        migrations.AddField(
            model_name="benefititem",
            name="book_kind",
            field=models.CharField(
                choices=[
                    ("UNEMPLOYMENT", "失业保险基金"),
                    ("LANDLESS_FARMERS", "失地农民失业保险基金"),
                    ("SKILL_ACTION", "职业技能提升行动专账资金"),
                ],
                default="UNEMPLOYMENT",
                max_length=20,
                verbose_name="账套",
            ),
        ),
        migrations.AddConstraint(
            model_name="benefititem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("book_kind__in", ["UNEMPLOYMENT", "LANDLESS_FARMERS", "SKILL_ACTION"])
                ),
                name="item_book_known",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0014_items_of_books.sql").read_text(encoding="utf-8"),
            (SQL / "0014_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
