"""The rule and the permitted flow of every event, and the five signatures of a voucher."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


def run(name):
    return migrations.RunSQL(
        (SQL / f"{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_attachments_and_outside_decisions"),
        ("funds", "0006_closing_entries_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowEdge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_place",
                    models.CharField(
                        choices=[
                            ("OUTSIDE", "外部"),
                            ("TREASURY", "国库"),
                            ("INCOME", "收入户"),
                            ("FISCAL", "财政专户"),
                            ("EXPENDITURE", "支出户"),
                        ],
                        max_length=12,
                        verbose_name="转出",
                    ),
                ),
                (
                    "to_place",
                    models.CharField(
                        choices=[
                            ("OUTSIDE", "外部"),
                            ("TREASURY", "国库"),
                            ("INCOME", "收入户"),
                            ("FISCAL", "财政专户"),
                            ("EXPENDITURE", "支出户"),
                        ],
                        max_length=12,
                        verbose_name="转入",
                    ),
                ),
            ],
            options={
                "verbose_name": "资金流向",
            },
        ),
        migrations.CreateModel(
            name="PostingAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("DEBIT", "借"), ("CREDIT", "贷")],
                        max_length=6,
                        verbose_name="方向",
                    ),
                ),
                ("prefix", models.CharField(max_length=12, verbose_name="科目")),
            ],
            options={
                "verbose_name": "规则科目",
            },
        ),
        migrations.CreateModel(
            name="PostingRule",
            fields=[
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
                        primary_key=True,
                        serialize=False,
                        verbose_name="业务事项",
                    ),
                ),
                ("document", models.CharField(max_length=60, verbose_name="来源单据")),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        size=None,
                        verbose_name="来源类别",
                    ),
                ),
                ("law", models.CharField(max_length=100, verbose_name="依据")),
            ],
            options={
                "verbose_name": "记账规则",
            },
        ),
        migrations.RemoveConstraint(
            model_name="voucher",
            name="voucher_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="voucher",
            name="voucher_event_known",
        ),
        migrations.AddField(
            model_name="voucher",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="funds.voucher",
                verbose_name="订正的凭证",
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="is_cash",
            field=models.BooleanField(default=False, verbose_name="收付款凭证"),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="event",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="voucher",
            name="state",
            field=models.CharField(
                choices=[
                    ("DRAFT", "待稽核"),
                    ("CASHIER", "待出纳签章"),
                    ("APPROVAL", "待会计主管签章"),
                    ("BOOKING", "待过账"),
                    ("POSTED", "已过账"),
                    ("VOIDED", "已作废"),
                ],
                default="DRAFT",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="edge",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="funds.flowedge",
                verbose_name="资金流向",
            ),
        ),
        migrations.AddConstraint(
            model_name="postingrule",
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
                name="posting_rule_event_known",
            ),
        ),
        migrations.AddField(
            model_name="postingaccount",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                to="funds.postingrule",
                verbose_name="记账规则",
            ),
        ),
        migrations.AddField(
            model_name="flowedge",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                to="funds.postingrule",
                verbose_name="记账规则",
            ),
        ),
        migrations.AddConstraint(
            model_name="postingaccount",
            constraint=models.UniqueConstraint(
                fields=("rule", "side", "prefix"), name="posting_account_once_per_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="postingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["DEBIT", "CREDIT"])),
                name="posting_account_side_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="flowedge",
            constraint=models.UniqueConstraint(
                fields=("rule", "from_place", "to_place"), name="flow_edge_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="flowedge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_place__in", ["OUTSIDE", "TREASURY", "INCOME", "FISCAL", "EXPENDITURE"])
                ),
                name="flow_edge_from_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="flowedge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_place__in", ["OUTSIDE", "TREASURY", "INCOME", "FISCAL", "EXPENDITURE"])
                ),
                name="flow_edge_to_known",
            ),
        ),
        migrations.RunSQL("SELECT carry_pool_in_keys('funds_voucher')", migrations.RunSQL.noop),
        run("0007_rules"),
        run("0007_accounts_and_flows"),
        run("0007_rule_refusals"),
        run("0007_posting_gate"),
        run("0007_earlier_vouchers"),
    ]
