"""The bank's letters about batches of unknown outcome; the depth of an item stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_parameters_by_signed_change"),
        ("payouts", "0023_batches_behind_the_policy_gate"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("was_taken", models.BooleanField(verbose_name="银行已受理")),
                ("receipt", models.CharField(blank=True, max_length=60, verbose_name="银行回执号")),
                ("reference", models.CharField(max_length=60, verbose_name="答复文号")),
                ("answered_on", models.DateField(verbose_name="答复日期")),
                ("note", models.CharField(max_length=300, verbose_name="核实情况")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "待核准"),
                            ("APPROVED", "已核准"),
                            ("REFUSED", "未核准"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="payouts.paymentbatch",
                        verbose_name="支付批次",
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.document",
                        verbose_name="答复扫描件",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "银行书面答复",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("pool", "batch"),
                        name="bank_answer_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("was_taken", True), ("receipt", ""), _connector="XOR"),
                        name="bank_answer_taken_has_receipt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True),
                            models.Q(("note", ""), _negated=True),
                        ),
                        name="bank_answer_says_what_was_checked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "APPROVED", "REFUSED"])),
                        name="bank_answer_state_known",
                    ),
                ],
            },
        ),
    ]
