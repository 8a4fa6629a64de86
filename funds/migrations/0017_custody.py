"""Registers of seals, bills and bank keys."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_reference_data_is_read"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("funds", "0016_guard_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustodyItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("SEAL", "印章"), ("BILL", "票据"), ("KEY", "银行密钥")],
                        max_length=4,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("number", models.CharField(max_length=40, verbose_name="编号")),
                (
                    "key_role",
                    models.CharField(
                        blank=True,
                        choices=[("MAKER", "制单"), ("CHECKER", "复核")],
                        max_length=7,
                        verbose_name="密钥角色",
                    ),
                ),
                ("first_number", models.BigIntegerField(null=True, verbose_name="起号")),
                ("last_number", models.BigIntegerField(null=True, verbose_name="止号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("REGISTERED", "待监交"),
                            ("KEPT", "在管"),
                            ("RETIRED", "已停用"),
                            ("REFUSED", "未予登记"),
                        ],
                        default="REGISTERED",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "bank_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="funds.bankaccount",
                        verbose_name="银行账户",
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保管人",
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
            ],
            options={
                "verbose_name": "保管物品",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("bank_account__isnull", False),
                                ("kind", "KEY"),
                                ("key_role__in", ["MAKER", "CHECKER"]),
                            ),
                            models.Q(models.Q(("kind", "KEY"), _negated=True), ("key_role", "")),
                            _connector="OR",
                        ),
                        name="custody_key_has_account_and_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_number__gte", 1),
                                ("kind", "BILL"),
                                ("last_number__gte", models.F("first_number")),
                                (
                                    "last_number__lt",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("first_number"), "+", models.Value(10000)
                                    ),
                                ),
                            ),
                            models.Q(
                                models.Q(("kind", "BILL"), _negated=True),
                                ("first_number__isnull", True),
                                ("last_number__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="custody_bills_have_a_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "KEPT"), ("keeper__isnull", True), _connector="XOR"
                        ),
                        name="custody_kept_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("REGISTERED", "KEPT"))),
                        fields=("pool", "kind", "number"),
                        name="custody_number_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "KEY"), ("state__in", ("REGISTERED", "KEPT"))),
                        fields=("pool", "bank_account", "key_role"),
                        name="custody_one_key_per_account_and_role",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "KEY"), ("state", "KEPT")),
                        fields=("pool", "bank_account", "keeper"),
                        name="custody_two_keys_never_with_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["SEAL", "BILL", "KEY"])),
                        name="custody_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["REGISTERED", "KEPT", "RETIRED", "REFUSED"])
                        ),
                        name="custody_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustodyTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("ISSUE", "领用"), ("PASS", "移交"), ("RETIRE", "停用上交")],
                        max_length=6,
                        verbose_name="交接类别",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="事由")),
                ("transfer_date", models.DateField(verbose_name="交接日期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("TAKING", "待接收"),
                            ("WITNESSING", "待监交"),
                            ("DONE", "已交接"),
                            ("REFUSED", "已退回"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                (
                    "giver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="移交人",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="funds.custodyitem",
                        verbose_name="保管物品",
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
                    "taker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接收人",
                    ),
                ),
            ],
            options={
                "verbose_name": "保管交接",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("giver__isnull", True), ("kind", "ISSUE"), ("taker__isnull", False)
                            ),
                            models.Q(
                                ("giver__isnull", False),
                                ("kind", "PASS"),
                                ("taker__isnull", False),
                                models.Q(("giver", models.F("taker")), _negated=True),
                            ),
                            models.Q(
                                ("giver__isnull", False),
                                ("kind", "RETIRE"),
                                ("taker__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="custody_transfer_has_its_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("TAKING", "WITNESSING"))),
                        fields=("pool", "item"),
                        name="custody_one_open_transfer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["ISSUE", "PASS", "RETIRE"])),
                        name="custody_transfer_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["TAKING", "WITNESSING", "DONE", "REFUSED"])
                        ),
                        name="custody_transfer_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustodyUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("USE", "使用"), ("VOID", "作废"), ("RETURN", "缴回")],
                        max_length=6,
                        verbose_name="登记类别",
                    ),
                ),
                ("use_date", models.DateField(verbose_name="日期")),
                ("purpose", models.CharField(max_length=200, verbose_name="用途或原因")),
                (
                    "document",
                    models.CharField(blank=True, max_length=100, verbose_name="文件或凭证号"),
                ),
                ("asked_by", models.CharField(max_length=30, verbose_name="经办人")),
                ("first_number", models.BigIntegerField(null=True, verbose_name="起号")),
                ("last_number", models.BigIntegerField(null=True, verbose_name="止号")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="funds.custodyitem",
                        verbose_name="保管物品",
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
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "使用登记",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("purpose", ""), _negated=True),
                            models.Q(("asked_by", ""), _negated=True),
                        ),
                        name="custody_use_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["USE", "VOID", "RETURN"])),
                        name="custody_use_kind_known",
                    ),
                ],
            },
        ),
    ]
