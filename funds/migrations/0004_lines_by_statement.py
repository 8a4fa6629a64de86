"""Voucher lines check their references, and the posting gate its vouchers, once per statement."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_references_by_statement"),
        ("funds", "0003_guard_plans_and_periods"),
    ]

    operations = [
        migrations.AlterField(
            model_name="voucherline",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="funds.ledgeraccount",
                verbose_name="会计科目",
            ),
        ),
        migrations.AlterField(
            model_name="voucherline",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.organisation",
                verbose_name="经办机构",
            ),
        ),
        migrations.AlterField(
            model_name="voucherline",
            name="pool",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.pool",
                verbose_name="统筹区",
            ),
        ),
        migrations.AlterField(
            model_name="voucherline",
            name="voucher",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="funds.voucher",
                verbose_name="凭证",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0004_lines_by_statement.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
