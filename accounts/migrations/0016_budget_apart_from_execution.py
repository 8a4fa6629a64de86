"""The duty to compare budget letters with their paper; who budgets does not execute."""

from django.db import migrations

SOURCE = "天津：基金预算与执行分开"
PAIRS = (("BUDG", "FACC"), ("BUDG", "FCHK"), ("BUDG", "FHEAD"))


def add_permissions(apps, schema_editor):
    """Create the duty's permission now: later migrations and foundings need it."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="organisation"
    )
    permission = apps.get_model("auth", "Permission")
    for codename, name in apps.get_model("accounts", "Organisation")._meta.permissions:
        permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )


def separate(apps, schema_editor):
    pairs = apps.get_model("accounts", "IncompatiblePosts")
    pairs.objects.bulk_create(
        pairs(first_id=first, second_id=second, kind="NEVER_BOTH", source=SOURCE)
        for first, second in PAIRS
    )


def join(apps, schema_editor):
    pairs = apps.get_model("accounts", "IncompatiblePosts")
    for first, second in PAIRS:
        pairs.objects.filter(first_id=first, second_id=second).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_duty_of_outside_replies"),
    ]

    operations = [
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
                    ("duty_parameter_apply", "申请参数变更"),
                    ("duty_parameter_approve", "核准参数变更"),
                    ("duty_case_read", "查看待遇案件"),
                    ("duty_case_accept", "受理"),
                    ("duty_case_first_review", "初审"),
                    ("duty_case_re_review", "复核"),
                    ("duty_case_approve", "审批"),
                    ("duty_entitlement_apply", "申请停发和恢复待遇"),
                    ("duty_entitlement_decide", "核准停发和恢复待遇"),
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
                    ("duty_funds_plan_record", "登记用款计划批复"),
                    ("duty_budget_read", "查看预算"),
                    ("duty_budget_prepare", "编制预算"),
                    ("duty_budget_sign", "主要领导签发预算"),
                    ("duty_budget_confirm", "核对预算批复"),
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
        migrations.RunPython(add_permissions, migrations.RunPython.noop),
        migrations.RunPython(separate, join),
    ]
