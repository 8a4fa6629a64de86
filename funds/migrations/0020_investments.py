"""The register of term deposits and treasury bonds, and the entries that name one."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_more_matters_and_duties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("funds", "0019_policy_gate"),
    ]

    operations = [
        migrations.CreateModel(
            name="Investment",
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
                        choices=[("DEPOSIT", "定期存款"), ("BOND", "国债")],
                        max_length=7,
                        verbose_name="种类",
                    ),
                ),
                ("number", models.CharField(max_length=30, verbose_name="编号")),
                ("institution", models.CharField(max_length=60, verbose_name="存款银行或承销机构")),
                ("issue", models.CharField(blank=True, max_length=60, verbose_name="国债期次")),
                (
                    "principal",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="本金"),
                ),
                (
                    "fees",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="手续费"
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=4, max_digits=7, verbose_name="约定年利率（%）"
                    ),
                ),
                (
                    "interest_mode",
                    models.CharField(
                        choices=[
                            ("AT_END", "到期一次付息"),
                            ("YEARLY", "每年付息"),
                            ("HALF_YEARLY", "每半年付息"),
                        ],
                        max_length=11,
                        verbose_name="付息方式",
                    ),
                ),
                ("date_from", models.DateField(verbose_name="起息日")),
                ("term_months", models.PositiveSmallIntegerField(verbose_name="期限（月）")),
                ("date_to", models.DateField(verbose_name="到期日")),
                ("is_taken_over", models.BooleanField(default=False, verbose_name="移交接收")),
                (
                    "certificate_number",
                    models.CharField(blank=True, max_length=60, verbose_name="存单或凭证号"),
                ),
                ("approval_number", models.CharField(max_length=60, verbose_name="批准文号")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "待核准"),
                            ("APPROVED", "已核准，待办理"),
                            ("HELD", "持有中"),
                            ("MATURED", "到期收回"),
                            ("EARLY", "提前支取"),
                            ("REFUSED", "不予核准"),
                            ("DROPPED", "已撤销"),
                        ],
                        default="PROPOSED",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("proposed_at", models.DateTimeField(verbose_name="申请时间")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="funds.book",
                        verbose_name="账套",
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
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "定期存款和国债",
                "indexes": [
                    models.Index(fields=["pool", "book", "-id"], name="investment_newest_first")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool", "number"), name="investment_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("certificate_number", ""), _negated=True),
                            models.Q(("state__in", ["REFUSED", "DROPPED"]), _negated=True),
                        ),
                        fields=("pool", "kind", "institution", "certificate_number"),
                        name="investment_certificate_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("principal__gt", 0), ("principal__lte", Decimal("999999999999.99"))
                        ),
                        name="investment_principal_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fees__gte", 0), ("fees__lte", Decimal("999999999999.99"))
                        ),
                        name="investment_fees_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gte", 0), ("rate__lte", 100)),
                        name="investment_rate_is_a_percentage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("date_to__gt", models.F("date_from"))),
                        name="investment_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "BOND"), models.Q(("issue", ""), _negated=True)),
                            models.Q(
                                ("fees", 0),
                                ("interest_mode", "AT_END"),
                                ("issue", ""),
                                ("kind", "DEPOSIT"),
                            ),
                            _connector="OR",
                        ),
                        name="investment_fits_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("certificate_number", ""), _negated=True),
                            models.Q(
                                ("is_taken_over", False),
                                models.Q(
                                    ("state__in", ["HELD", "MATURED", "EARLY"]), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="investment_held_has_certificate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approval_number", ""), _negated=True),
                            models.Q(("institution", ""), _negated=True),
                        ),
                        name="investment_says_where_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "PROPOSED",
                                    "APPROVED",
                                    "HELD",
                                    "MATURED",
                                    "EARLY",
                                    "REFUSED",
                                    "DROPPED",
                                ],
                            )
                        ),
                        name="investment_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("interest_mode__in", ["AT_END", "YEARLY", "HALF_YEARLY"])
                        ),
                        name="investment_mode_known",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="fundsentry",
            name="entry_kind_fits_event_and_place",
        ),
        migrations.AddField(
            model_name="fundsentry",
            name="demand_rate",
            field=models.DecimalField(
                decimal_places=4, max_digits=7, null=True, verbose_name="活期利率（%）"
            ),
        ),
        migrations.AddField(
            model_name="fundsentry",
            name="expected_income",
            field=models.DecimalField(
                decimal_places=2, max_digits=18, null=True, verbose_name="应收利息"
            ),
        ),
        migrations.AddField(
            model_name="fundsentry",
            name="interest_tolerance",
            field=models.DecimalField(
                decimal_places=2, max_digits=18, null=True, verbose_name="利息核对允差"
            ),
        ),
        migrations.AlterField(
            model_name="fundsentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("TREASURY_INTEREST", "国库存款利息"),
                    ("PREMIUM_DIRECT", "保险费直接缴入"),
                    ("TRANSFER_IN", "关系转入资金"),
                    ("BANK_INTEREST", "账户存款利息"),
                    ("FISCAL_SUBSIDY", "财政补贴收入"),
                    ("HIGHER_SUBSIDY", "上级补助收入"),
                    ("LOAN_RECEIVED", "借入款项"),
                    ("UNKNOWN_RECEIPT", "不明来款"),
                    ("LATE_RETURN", "退票"),
                    ("RECOVERY", "追回多付待遇"),
                    ("TRANSFER_OUT_RETURNED", "关系转出资金退回"),
                    ("ADVANCE_RECOVERED", "收回暂付款"),
                    ("PREMIUM_REFUND", "退还保险费"),
                    ("TRANSFER_OUT", "关系转出资金"),
                    ("TRANSFER_IN_RETURNED", "退回关系转入资金"),
                    ("TO_HIGHER_LEVEL", "上解上级支出"),
                    ("ADVANCE_PAID", "支付暂付款"),
                    ("LOAN_REPAID", "归还借款本息"),
                    ("INCOME_TO_FISCAL", "收入户划转财政专户"),
                    ("INTEREST_TO_FISCAL", "支出户利息划转财政专户"),
                    ("RECEIPT_IDENTIFIED", "不明来款查明"),
                    ("RECEIPT_IS_RETURN", "不明来款查明为退回待遇"),
                    ("ADVANCE_EXPENSED", "暂付款转列支出"),
                    ("LOAN_REPAID_BY_FINANCE", "财政代为归还借款"),
                    ("ADVANCE_WRITTEN_OFF", "核销暂付款"),
                    ("PAYABLE_WRITTEN_OFF", "核销暂收款"),
                    ("DEPOSIT_PLACED", "转存定期存款"),
                    ("DEPOSIT_MATURED", "收回定期存款"),
                    ("BOND_BOUGHT", "认购国债"),
                    ("BOND_INTEREST", "国债付息"),
                    ("BOND_REDEEMED", "收回国债"),
                ],
                max_length=30,
                verbose_name="业务种类",
            ),
        ),
        migrations.AddField(
            model_name="fundsentry",
            name="investment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="funds.investment",
                verbose_name="定期存款或国债",
            ),
        ),
        migrations.AddIndex(
            model_name="fundsentry",
            index=models.Index(fields=["pool", "investment"], name="entry_by_investment"),
        ),
        migrations.AddConstraint(
            model_name="fundsentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("event", "E03"), ("kind", "TREASURY_INTEREST"), ("place__in", ["TREASURY"])
                    ),
                    models.Q(
                        ("event", "E04"),
                        ("kind", "PREMIUM_DIRECT"),
                        ("place__in", ["FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E18"),
                        ("kind", "TRANSFER_IN"),
                        ("place__in", ["FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E20"),
                        ("kind", "BANK_INTEREST"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E22"), ("kind", "FISCAL_SUBSIDY"), ("place__in", ["FISCAL"])
                    ),
                    models.Q(
                        ("event", "E23"),
                        ("kind", "HIGHER_SUBSIDY"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E30"), ("kind", "LOAN_RECEIVED"), ("place__in", ["FISCAL"])
                    ),
                    models.Q(
                        ("event", "E28"),
                        ("kind", "UNKNOWN_RECEIPT"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E11"), ("kind", "LATE_RETURN"), ("place__in", ["EXPENDITURE"])
                    ),
                    models.Q(
                        ("event", "E12"),
                        ("kind", "LATE_RETURN"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E13"),
                        ("kind", "RECOVERY"),
                        ("place__in", ["EXPENDITURE", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E12"),
                        ("kind", "RECOVERY"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E19B"),
                        ("kind", "TRANSFER_OUT_RETURNED"),
                        ("place__in", ["FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E31B"),
                        ("kind", "ADVANCE_RECOVERED"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E05"),
                        ("kind", "PREMIUM_REFUND"),
                        ("place__in", ["EXPENDITURE", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E06"), ("kind", "PREMIUM_REFUND"), ("place__in", ["EXPENDITURE"])
                    ),
                    models.Q(
                        ("event", "E19"), ("kind", "TRANSFER_OUT"), ("place__in", ["EXPENDITURE"])
                    ),
                    models.Q(
                        ("event", "E18B"),
                        ("kind", "TRANSFER_IN_RETURNED"),
                        ("place__in", ["FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E24"),
                        ("kind", "TO_HIGHER_LEVEL"),
                        ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                    ),
                    models.Q(
                        ("event", "E31"),
                        ("kind", "ADVANCE_PAID"),
                        ("place__in", ["EXPENDITURE", "FISCAL"]),
                    ),
                    models.Q(("event", "E30B"), ("kind", "LOAN_REPAID"), ("place__in", ["FISCAL"])),
                    models.Q(
                        ("event", "E07"), ("kind", "INCOME_TO_FISCAL"), ("place__in", ["INCOME"])
                    ),
                    models.Q(
                        ("event", "E21"),
                        ("kind", "INTEREST_TO_FISCAL"),
                        ("place__in", ["EXPENDITURE"]),
                    ),
                    models.Q(("event", "E29"), ("kind", "RECEIPT_IDENTIFIED"), ("place__in", [""])),
                    models.Q(("event", "E29"), ("kind", "RECEIPT_IS_RETURN"), ("place__in", [""])),
                    models.Q(("event", "E29"), ("kind", "RECEIPT_IS_RETURN"), ("place__in", [""])),
                    models.Q(("event", "E31B"), ("kind", "ADVANCE_EXPENSED"), ("place__in", [""])),
                    models.Q(
                        ("event", "E30C"), ("kind", "LOAN_REPAID_BY_FINANCE"), ("place__in", [""])
                    ),
                    models.Q(
                        ("event", "E32"), ("kind", "ADVANCE_WRITTEN_OFF"), ("place__in", [""])
                    ),
                    models.Q(
                        ("event", "E33"), ("kind", "PAYABLE_WRITTEN_OFF"), ("place__in", [""])
                    ),
                    models.Q(
                        ("event", "E25"), ("kind", "DEPOSIT_PLACED"), ("place__in", ["FISCAL"])
                    ),
                    models.Q(
                        ("event", "E26"), ("kind", "DEPOSIT_MATURED"), ("place__in", ["FISCAL"])
                    ),
                    models.Q(("event", "E27"), ("kind", "BOND_BOUGHT"), ("place__in", ["FISCAL"])),
                    models.Q(
                        ("event", "E27B"), ("kind", "BOND_INTEREST"), ("place__in", ["FISCAL"])
                    ),
                    models.Q(
                        ("event", "E27B"), ("kind", "BOND_REDEEMED"), ("place__in", ["FISCAL"])
                    ),
                    _connector="OR",
                ),
                name="entry_kind_fits_event_and_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "DEPOSIT_PLACED",
                            "DEPOSIT_MATURED",
                            "BOND_BOUGHT",
                            "BOND_INTEREST",
                            "BOND_REDEEMED",
                        ),
                    ),
                    ("investment__isnull", True),
                    _connector="XOR",
                ),
                name="entry_of_an_investment_names_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("expected_income__gte", 0),
                        ("expected_income__lte", Decimal("999999999999.99")),
                        ("interest_tolerance__gte", 0),
                        ("interest_tolerance__lte", Decimal("999999999999.99")),
                        ("kind__in", ["BOND_INTEREST", "BOND_REDEEMED", "DEPOSIT_MATURED"]),
                    ),
                    models.Q(
                        models.Q(
                            ("kind__in", ["BOND_INTEREST", "BOND_REDEEMED", "DEPOSIT_MATURED"]),
                            _negated=True,
                        ),
                        ("expected_income__isnull", True),
                        ("interest_tolerance__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="entry_of_interest_says_what_was_expected",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("demand_rate__isnull", True),
                    models.Q(
                        ("demand_rate__gte", 0),
                        ("demand_rate__lte", 100),
                        ("kind__in", ["BOND_INTEREST", "BOND_REDEEMED", "DEPOSIT_MATURED"]),
                    ),
                    _connector="OR",
                ),
                name="entry_demand_rate_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ("DEPOSIT_PLACED", "BOND_BOUGHT")),
                    models.Q(("state", "WITHDRAWN"), _negated=True),
                ),
                fields=("pool", "investment"),
                name="investment_bought_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ("DEPOSIT_MATURED", "BOND_REDEEMED")),
                    models.Q(("state", "WITHDRAWN"), _negated=True),
                ),
                fields=("pool", "investment"),
                name="investment_redeemed_once",
            ),
        ),
    ]
