"""The register of receipts and payments (收支登记)."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_attachments_and_outside_decisions"),
        ("funds", "0014_bank_accounts_by_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FundsEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, verbose_name="编号")),
                (
                    "kind",
                    models.CharField(
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
                        ],
                        max_length=30,
                        verbose_name="业务种类",
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("E01", "税务征收入库"),
                            ("E02", "国库划转财政专户"),
                            ("E03", "国库存款利息"),
                            ("E04", "保险费直接缴入"),
                            ("E05", "退还本年度保险费"),
                            ("E06", "退还以前年度保险费"),
                            ("E07", "收入户划转财政专户"),
                            ("E08", "财政专户拨付支出户"),
                            ("E09", "待遇支付"),
                            ("E10", "待遇支付（银行按总额扣款）"),
                            ("E10B", "支付失败资金退回"),
                            ("E11", "本年度退票冲减支出"),
                            ("E12", "以前年度退回追回待遇"),
                            ("E13", "本年度追回待遇"),
                            ("E14", "退回款项重新支付"),
                            ("E15", "代缴基本医疗保险费"),
                            ("E16", "稳定岗位补贴支付"),
                            ("E17", "技能提升补贴支付"),
                            ("E18", "关系转入资金"),
                            ("E18B", "退回关系转入资金"),
                            ("E19", "关系转出资金"),
                            ("E19B", "关系转出资金退回"),
                            ("E20", "账户存款利息"),
                            ("E21", "支出户利息划转财政专户"),
                            ("E22", "财政补贴收入"),
                            ("E23", "上级补助收入"),
                            ("E24", "上解上级支出"),
                            ("E25", "活期转存定期"),
                            ("E26", "定期存款到期"),
                            ("E27", "购买国债"),
                            ("E27B", "国债兑付"),
                            ("E28", "收到不明来款"),
                            ("E29", "不明来款查明"),
                            ("E30", "借入款项"),
                            ("E30B", "归还借款本息"),
                            ("E30C", "财政代为归还借款"),
                            ("E31", "支付暂付款"),
                            ("E31B", "收回暂付款"),
                            ("E32", "核销暂付款"),
                            ("E33", "核销暂收款"),
                            ("E34", "期末结转"),
                            ("E35", "期初余额"),
                            ("RECLASS", "科目调整"),
                            ("SPECIAL", "特殊业务"),
                            ("REVERSAL", "红字冲销"),
                        ],
                        max_length=10,
                        verbose_name="业务事项",
                    ),
                ),
                ("entry_date", models.DateField(verbose_name="业务日期")),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("OUTSIDE", "外部"),
                            ("TREASURY", "国库"),
                            ("INCOME", "收入户"),
                            ("FISCAL", "财政专户"),
                            ("EXPENDITURE", "支出户"),
                        ],
                        max_length=12,
                        verbose_name="账户",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="金额"),
                ),
                (
                    "second_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="第二项金额"
                    ),
                ),
                (
                    "account_code",
                    models.CharField(blank=True, max_length=12, verbose_name="会计科目"),
                ),
                (
                    "second_account_code",
                    models.CharField(blank=True, max_length=12, verbose_name="第二项科目"),
                ),
                ("counterparty", models.CharField(max_length=100, verbose_name="对方单位")),
                ("reference", models.CharField(max_length=60, verbose_name="银行流水号或文号")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("item_code", models.CharField(blank=True, max_length=3, verbose_name="业务项目")),
                (
                    "batch_number",
                    models.CharField(blank=True, max_length=40, verbose_name="支付批次"),
                ),
                (
                    "original_position",
                    models.PositiveIntegerField(null=True, verbose_name="原凭证行号"),
                ),
                (
                    "approval_number",
                    models.CharField(blank=True, max_length=60, verbose_name="批准文号"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("SIGNING", "待财务负责人核准"),
                            ("BOOKED", "已生成凭证"),
                            ("RETURNED", "已退回"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("prepared_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="funds.book",
                        verbose_name="账套",
                    ),
                ),
                (
                    "clears",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearings",
                        to="funds.fundsentry",
                        verbose_name="清理的登记单",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.organisation",
                        verbose_name="经办机构",
                    ),
                ),
                (
                    "original",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.voucher",
                        verbose_name="原凭证",
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
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "收支登记单",
                "indexes": [
                    models.Index(fields=["pool", "book", "-id"], name="entry_newest_first"),
                    models.Index(fields=["pool", "clears"], name="entry_by_what_it_clears"),
                    models.Index(fields=["pool", "original"], name="entry_by_original"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("pool", "number"), name="entry_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("place", ""), _negated=True),
                            models.Q(("state", "WITHDRAWN"), _negated=True),
                        ),
                        fields=(
                            "pool",
                            "book",
                            "kind",
                            "place",
                            "reference",
                            "account_code",
                            "organisation",
                            "item_code",
                        ),
                        name="entry_once_per_reference",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("amount__lte", Decimal("999999999999.99"))
                        ),
                        name="entry_amount_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_amount__gte", 0),
                            ("second_amount__lte", Decimal("999999999999.99")),
                        ),
                        name="entry_second_amount_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("event", "E03"),
                                ("kind", "TREASURY_INTEREST"),
                                ("place__in", ["TREASURY"]),
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
                                ("event", "E22"),
                                ("kind", "FISCAL_SUBSIDY"),
                                ("place__in", ["FISCAL"]),
                            ),
                            models.Q(
                                ("event", "E23"),
                                ("kind", "HIGHER_SUBSIDY"),
                                ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                            ),
                            models.Q(
                                ("event", "E30"),
                                ("kind", "LOAN_RECEIVED"),
                                ("place__in", ["FISCAL"]),
                            ),
                            models.Q(
                                ("event", "E28"),
                                ("kind", "UNKNOWN_RECEIPT"),
                                ("place__in", ["EXPENDITURE", "FISCAL", "INCOME"]),
                            ),
                            models.Q(
                                ("event", "E11"),
                                ("kind", "LATE_RETURN"),
                                ("place__in", ["EXPENDITURE"]),
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
                                ("event", "E06"),
                                ("kind", "PREMIUM_REFUND"),
                                ("place__in", ["EXPENDITURE"]),
                            ),
                            models.Q(
                                ("event", "E19"),
                                ("kind", "TRANSFER_OUT"),
                                ("place__in", ["EXPENDITURE"]),
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
                            models.Q(
                                ("event", "E30B"),
                                ("kind", "LOAN_REPAID"),
                                ("place__in", ["FISCAL"]),
                            ),
                            models.Q(
                                ("event", "E07"),
                                ("kind", "INCOME_TO_FISCAL"),
                                ("place__in", ["INCOME"]),
                            ),
                            models.Q(
                                ("event", "E21"),
                                ("kind", "INTEREST_TO_FISCAL"),
                                ("place__in", ["EXPENDITURE"]),
                            ),
                            models.Q(
                                ("event", "E29"),
                                ("kind", "RECEIPT_IDENTIFIED"),
                                ("place__in", [""]),
                            ),
                            models.Q(
                                ("event", "E29"), ("kind", "RECEIPT_IS_RETURN"), ("place__in", [""])
                            ),
                            models.Q(
                                ("event", "E29"), ("kind", "RECEIPT_IS_RETURN"), ("place__in", [""])
                            ),
                            models.Q(
                                ("event", "E31B"), ("kind", "ADVANCE_EXPENSED"), ("place__in", [""])
                            ),
                            models.Q(
                                ("event", "E30C"),
                                ("kind", "LOAN_REPAID_BY_FINANCE"),
                                ("place__in", [""]),
                            ),
                            models.Q(
                                ("event", "E32"),
                                ("kind", "ADVANCE_WRITTEN_OFF"),
                                ("place__in", [""]),
                            ),
                            models.Q(
                                ("event", "E33"),
                                ("kind", "PAYABLE_WRITTEN_OFF"),
                                ("place__in", [""]),
                            ),
                            _connector="OR",
                        ),
                        name="entry_kind_fits_event_and_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "ADVANCE_EXPENSED",
                                    "ADVANCE_RECOVERED",
                                    "ADVANCE_WRITTEN_OFF",
                                    "LOAN_REPAID",
                                    "LOAN_REPAID_BY_FINANCE",
                                    "PAYABLE_WRITTEN_OFF",
                                    "RECEIPT_IDENTIFIED",
                                    "RECEIPT_IS_RETURN",
                                ],
                            ),
                            ("clears__isnull", True),
                            _connector="XOR",
                        ),
                        name="entry_clearing_names_what_it_clears",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["LATE_RETURN", "PREMIUM_REFUND", "RECEIPT_IS_RETURN", "RECOVERY"],
                            ),
                            models.Q(
                                ("original__isnull", True), ("original_position__isnull", True)
                            ),
                            _connector="XOR",
                        ),
                        name="entry_return_names_its_original",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["ADVANCE_WRITTEN_OFF", "PAYABLE_WRITTEN_OFF"]),
                                _negated=True,
                            ),
                            models.Q(("approval_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="entry_write_off_has_approval_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        name="entry_has_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["SIGNING", "BOOKED", "RETURNED", "WITHDRAWN"])
                        ),
                        name="entry_state_known",
                    ),
                ],
            },
        ),
    ]
