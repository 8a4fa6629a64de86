"""Files kept with matters, letters of outside bodies, and the duties of a whole finance office."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SEAL = """
SELECT seal_tenant_table(t::regclass), make_insert_only(t::regclass)
FROM unnest(ARRAY['accounts_outsidedecision', 'accounts_attachment']) AS t;
"""


def add_permissions(apps, schema_editor):
    """Create the duties' permissions now: later migrations and foundings need them."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="organisation"
    )
    permission = apps.get_model("auth", "Permission")
    for codename, name in apps.get_model("accounts", "Organisation")._meta.permissions:
        permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_signatures_found_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("GRANT", "岗位授权"),
                            ("PARAMETER", "参数变更"),
                            ("CASE", "待遇案件"),
                            ("COMPARISON_EXCEPTION", "比对例外"),
                            ("PLAN", "发放计划"),
                            ("PLAN_UNLOCK", "逾期解锁"),
                            ("BATCH", "支付批次"),
                            ("REISSUE", "重发申请"),
                            ("FUNDS_PLAN", "用款计划"),
                            ("VOUCHER", "记账凭证"),
                            ("STATEMENT", "对账明细表"),
                            ("BALANCE_ADJUSTMENT", "余额调节表"),
                            ("DIFFERENCE", "差异"),
                            ("BANK_ACCOUNT", "银行账户"),
                            ("CUSTODY", "保管交接"),
                            ("FUNDS_ENTRY", "收支登记"),
                            ("SPECIAL_BUSINESS", "特殊业务审批"),
                            ("TERM_DEPOSIT", "定期存款"),
                            ("TREASURY_BOND", "国债投资"),
                            ("HANDOVER", "基金移交"),
                            ("PERIOD", "会计期间"),
                            ("FINANCIAL_STATEMENT", "财务报表"),
                            ("BUDGET", "预算"),
                            ("GAP_SHARE", "缺口分担"),
                            ("RESERVE", "储备金"),
                        ],
                        max_length=25,
                        verbose_name="事项类别",
                    ),
                ),
                ("subject_id", models.BigIntegerField(verbose_name="事项")),
                ("attached_at", models.DateTimeField(verbose_name="上传时间")),
            ],
            options={
                "verbose_name": "附件",
            },
        ),
        migrations.CreateModel(
            name="OutsideDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("GRANT", "岗位授权"),
                            ("PARAMETER", "参数变更"),
                            ("CASE", "待遇案件"),
                            ("COMPARISON_EXCEPTION", "比对例外"),
                            ("PLAN", "发放计划"),
                            ("PLAN_UNLOCK", "逾期解锁"),
                            ("BATCH", "支付批次"),
                            ("REISSUE", "重发申请"),
                            ("FUNDS_PLAN", "用款计划"),
                            ("VOUCHER", "记账凭证"),
                            ("STATEMENT", "对账明细表"),
                            ("BALANCE_ADJUSTMENT", "余额调节表"),
                            ("DIFFERENCE", "差异"),
                            ("BANK_ACCOUNT", "银行账户"),
                            ("CUSTODY", "保管交接"),
                            ("FUNDS_ENTRY", "收支登记"),
                            ("SPECIAL_BUSINESS", "特殊业务审批"),
                            ("TERM_DEPOSIT", "定期存款"),
                            ("TREASURY_BOND", "国债投资"),
                            ("HANDOVER", "基金移交"),
                            ("PERIOD", "会计期间"),
                            ("FINANCIAL_STATEMENT", "财务报表"),
                            ("BUDGET", "预算"),
                            ("GAP_SHARE", "缺口分担"),
                            ("RESERVE", "储备金"),
                        ],
                        max_length=25,
                        verbose_name="事项类别",
                    ),
                ),
                ("subject_id", models.BigIntegerField(verbose_name="事项")),
                ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                ("step", models.CharField(max_length=25, verbose_name="环节")),
                ("body", models.CharField(max_length=60, verbose_name="外部单位")),
                (
                    "decision",
                    models.CharField(
                        choices=[("APPROVE", "通过"), ("RETURN", "退回"), ("REFUSE", "不予通过")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="核定金额"
                    ),
                ),
                ("document_number", models.CharField(max_length=60, verbose_name="文号")),
                ("decided_date", models.DateField(verbose_name="批复日期")),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "外部意见",
            },
        ),
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "permissions": [
                    ("duty_people_read", "查看机构岗位人员"),
                    ("duty_grant_apply", "申请岗位授权"),
                    ("duty_grant_review", "审核岗位授权"),
                    ("duty_grant_approve", "核准岗位授权"),
                    ("duty_grant_revoke", "撤销岗位授权"),
                    ("duty_audit_read", "查阅操作日志"),
                    ("duty_parameter_read", "查看政策参数"),
                    ("duty_case_read", "查看待遇案件"),
                    ("duty_case_accept", "受理"),
                    ("duty_case_first_review", "初审"),
                    ("duty_case_re_review", "复核"),
                    ("duty_case_approve", "审批"),
                    ("duty_sensitive_reveal", "查看完整证件号和账号"),
                    ("duty_source_read", "查看外部数据"),
                    ("duty_source_import", "导入外部数据"),
                    ("duty_comparison_run", "三源比对"),
                    ("duty_comparison_clear", "排除比对例外"),
                    ("duty_plan_read", "查看发放计划"),
                    ("duty_plan_prepare", "编制发放计划"),
                    ("duty_plan_sign_office", "经办机构负责人签发计划"),
                    ("duty_plan_sign_department", "市中心职能部门签发计划"),
                    ("duty_plan_sign_leader", "分管领导签发计划"),
                    ("duty_plan_sign_principal", "主要领导签发大额计划"),
                    ("duty_plan_unlock", "批准逾期解锁"),
                    ("duty_batch_read", "查看支付批次"),
                    ("duty_application_receive", "接收支付申请表"),
                    ("duty_batch_prepare", "编制支付批次"),
                    ("duty_batch_check", "复核支付批次"),
                    ("duty_batch_release", "确认支付"),
                    ("duty_return_import", "导入回盘文件"),
                    ("duty_reissue_apply", "申请退票重发"),
                    ("duty_reissue_review", "复核退票重发"),
                    ("duty_reissue_approve", "审批退票重发"),
                    ("duty_books_read", "查看账簿"),
                    ("duty_funds_plan_prepare", "编制用款计划"),
                    ("duty_funds_plan_sign", "签发用款计划"),
                    ("duty_voucher_prepare", "填制凭证"),
                    ("duty_voucher_check", "稽核凭证"),
                    ("duty_voucher_post", "凭证过账"),
                    ("duty_tax_list_import", "导入征收收入明细"),
                    ("duty_bank_statement_import", "导入银行对账单"),
                    ("duty_voucher_cashier", "出纳签章"),
                    ("duty_voucher_approve", "会计主管签章"),
                    ("duty_entry_prepare", "登记收支业务"),
                    ("duty_entry_approve", "核准核销业务"),
                    ("duty_special_apply", "申请特殊业务"),
                    ("duty_special_review", "审核特殊业务"),
                    ("duty_special_approve", "批准特殊业务"),
                    ("duty_bank_account_apply", "申请银行账户变更"),
                    ("duty_bank_account_approve", "核准银行账户变更"),
                    ("duty_custody_keep", "保管印章票据密钥"),
                    ("duty_custody_witness", "监督保管交接"),
                    ("duty_investment_prepare", "登记定期存款和国债"),
                    ("duty_investment_approve", "核准定期存款和国债"),
                    ("duty_handover_prepare", "编制基金移交书"),
                    ("duty_handover_transfer", "移交基金"),
                    ("duty_handover_receive", "接收基金"),
                    ("duty_handover_supervise", "监交基金"),
                    ("duty_period_prepare", "申请结账"),
                    ("duty_period_close", "结账"),
                    ("duty_period_reopen", "批准反结账"),
                    ("duty_report_prepare", "编制财务报表"),
                    ("duty_report_check", "复核财务报表"),
                    ("duty_report_approve", "财务负责人签发报表"),
                    ("duty_report_sign_head", "主要领导签发报表"),
                    ("duty_funds_plan_sign_head", "主要领导签发用款计划"),
                    ("duty_budget_read", "查看预算"),
                    ("duty_budget_prepare", "编制预算"),
                    ("duty_budget_sign", "主要领导签发预算"),
                    ("duty_reserve_prepare", "测算缺口分担和储备金"),
                    ("duty_reserve_approve", "批准缺口分担和储备金"),
                    ("duty_reconciliation_read", "查看对账"),
                    ("duty_statement_prepare", "编制对账明细表"),
                    ("duty_statement_sign", "签署对账明细表"),
                    ("duty_statement_confirm", "财务确认对账明细表"),
                    ("duty_bank_reconcile", "编制余额调节表"),
                    ("duty_bank_reconcile_check", "复核余额调节表"),
                    ("duty_difference_handle", "处理差异"),
                    ("duty_difference_close", "销号差异"),
                    ("duty_statement_export", "导出对账资料"),
                ],
                "verbose_name": "经办机构",
            },
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_subject_known",
        ),
        migrations.AlterField(
            model_name="signature",
            name="subject_kind",
            field=models.CharField(
                choices=[
                    ("GRANT", "岗位授权"),
                    ("PARAMETER", "参数变更"),
                    ("CASE", "待遇案件"),
                    ("COMPARISON_EXCEPTION", "比对例外"),
                    ("PLAN", "发放计划"),
                    ("PLAN_UNLOCK", "逾期解锁"),
                    ("BATCH", "支付批次"),
                    ("REISSUE", "重发申请"),
                    ("FUNDS_PLAN", "用款计划"),
                    ("VOUCHER", "记账凭证"),
                    ("STATEMENT", "对账明细表"),
                    ("BALANCE_ADJUSTMENT", "余额调节表"),
                    ("DIFFERENCE", "差异"),
                    ("BANK_ACCOUNT", "银行账户"),
                    ("CUSTODY", "保管交接"),
                    ("FUNDS_ENTRY", "收支登记"),
                    ("SPECIAL_BUSINESS", "特殊业务审批"),
                    ("TERM_DEPOSIT", "定期存款"),
                    ("TREASURY_BOND", "国债投资"),
                    ("HANDOVER", "基金移交"),
                    ("PERIOD", "会计期间"),
                    ("FINANCIAL_STATEMENT", "财务报表"),
                    ("BUDGET", "预算"),
                    ("GAP_SHARE", "缺口分担"),
                    ("RESERVE", "储备金"),
                ],
                max_length=25,
                verbose_name="事项类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "subject_kind__in",
                        [
                            "GRANT",
                            "PARAMETER",
                            "CASE",
                            "COMPARISON_EXCEPTION",
                            "PLAN",
                            "PLAN_UNLOCK",
                            "BATCH",
                            "REISSUE",
                            "FUNDS_PLAN",
                            "VOUCHER",
                            "STATEMENT",
                            "BALANCE_ADJUSTMENT",
                            "DIFFERENCE",
                            "BANK_ACCOUNT",
                            "CUSTODY",
                            "FUNDS_ENTRY",
                            "SPECIAL_BUSINESS",
                            "TERM_DEPOSIT",
                            "TREASURY_BOND",
                            "HANDOVER",
                            "PERIOD",
                            "FINANCIAL_STATEMENT",
                            "BUDGET",
                            "GAP_SHARE",
                            "RESERVE",
                        ],
                    )
                ),
                name="signature_subject_known",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="attached_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="经办人",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.document",
                verbose_name="文件",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.pool",
                verbose_name="统筹区",
            ),
        ),
        migrations.AddField(
            model_name="outsidedecision",
            name="evidence",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.document",
                verbose_name="批复文件",
            ),
        ),
        migrations.AddField(
            model_name="outsidedecision",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.pool",
                verbose_name="统筹区",
            ),
        ),
        migrations.AddField(
            model_name="outsidedecision",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(
                fields=("pool", "subject_kind", "subject_id", "document"),
                name="attachment_once_per_matter",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "subject_kind__in",
                        [
                            "GRANT",
                            "PARAMETER",
                            "CASE",
                            "COMPARISON_EXCEPTION",
                            "PLAN",
                            "PLAN_UNLOCK",
                            "BATCH",
                            "REISSUE",
                            "FUNDS_PLAN",
                            "VOUCHER",
                            "STATEMENT",
                            "BALANCE_ADJUSTMENT",
                            "DIFFERENCE",
                            "BANK_ACCOUNT",
                            "CUSTODY",
                            "FUNDS_ENTRY",
                            "SPECIAL_BUSINESS",
                            "TERM_DEPOSIT",
                            "TREASURY_BOND",
                            "HANDOVER",
                            "PERIOD",
                            "FINANCIAL_STATEMENT",
                            "BUDGET",
                            "GAP_SHARE",
                            "RESERVE",
                        ],
                    )
                ),
                name="attachment_subject_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.UniqueConstraint(
                fields=("pool", "subject_kind", "subject_id", "round", "step"),
                name="outside_decision_once_per_step",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision", "APPROVE"),
                    models.Q(("opinion", ""), _negated=True),
                    _connector="OR",
                ),
                name="outside_refusal_has_opinion",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_number", ""), _negated=True),
                name="outside_decision_names_its_letter",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__isnull", True),
                    models.Q(("amount__gt", 0), ("amount__lte", Decimal("999999999999.99"))),
                    _connector="OR",
                ),
                name="outside_decision_amount_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_sha256__regex", "^[0-9a-f]{64}$")),
                name="outside_decision_names_its_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "subject_kind__in",
                        [
                            "GRANT",
                            "PARAMETER",
                            "CASE",
                            "COMPARISON_EXCEPTION",
                            "PLAN",
                            "PLAN_UNLOCK",
                            "BATCH",
                            "REISSUE",
                            "FUNDS_PLAN",
                            "VOUCHER",
                            "STATEMENT",
                            "BALANCE_ADJUSTMENT",
                            "DIFFERENCE",
                            "BANK_ACCOUNT",
                            "CUSTODY",
                            "FUNDS_ENTRY",
                            "SPECIAL_BUSINESS",
                            "TERM_DEPOSIT",
                            "TREASURY_BOND",
                            "HANDOVER",
                            "PERIOD",
                            "FINANCIAL_STATEMENT",
                            "BUDGET",
                            "GAP_SHARE",
                            "RESERVE",
                        ],
                    )
                ),
                name="outside_subject_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["APPROVE", "RETURN", "REFUSE"])),
                name="outside_decision_known",
            ),
        ),
        migrations.RunSQL(SEAL, migrations.RunSQL.noop),
        migrations.RunPython(add_permissions, migrations.RunPython.noop),
    ]
