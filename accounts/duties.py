"""Catalogue of duties: what a post may do over an organisation, and which post holds which.

A duty is a permission of `Organisation`; a post's group holds it over one or more organisations.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models


class Duty(models.TextChoices):
    # people and trail
    PEOPLE_READ = "duty_people_read", "查看机构岗位人员"
    GRANT_APPLY = "duty_grant_apply", "申请岗位授权"
    GRANT_REVIEW = "duty_grant_review", "审核岗位授权"
    GRANT_APPROVE = "duty_grant_approve", "核准岗位授权"
    GRANT_REVOKE = "duty_grant_revoke", "撤销岗位授权"
    AUDIT_READ = "duty_audit_read", "查阅操作日志"
    PARAMETER_READ = "duty_parameter_read", "查看政策参数"
    PARAMETER_APPLY = "duty_parameter_apply", "申请参数变更"
    PARAMETER_APPROVE = "duty_parameter_approve", "核准参数变更"
    # claims
    CASE_READ = "duty_case_read", "查看待遇案件"
    CASE_ACCEPT = "duty_case_accept", "受理"
    CASE_FIRST_REVIEW = "duty_case_first_review", "初审"
    CASE_RE_REVIEW = "duty_case_re_review", "复核"
    CASE_APPROVE = "duty_case_approve", "审批"
    ENTITLEMENT_APPLY = "duty_entitlement_apply", "申请停发和恢复待遇"
    ENTITLEMENT_DECIDE = "duty_entitlement_decide", "核准停发和恢复待遇"
    SENSITIVE_REVEAL = "duty_sensitive_reveal", "查看完整证件号和账号"
    # sources and comparison
    SOURCE_READ = "duty_source_read", "查看外部数据"
    SOURCE_IMPORT = "duty_source_import", "导入外部数据"
    COMPARISON_RUN = "duty_comparison_run", "三源比对"
    COMPARISON_CLEAR = "duty_comparison_clear", "排除比对例外"
    # plans
    PLAN_READ = "duty_plan_read", "查看发放计划"
    PLAN_PREPARE = "duty_plan_prepare", "编制发放计划"
    PLAN_SIGN_OFFICE = "duty_plan_sign_office", "经办机构负责人签发计划"
    PLAN_SIGN_DEPARTMENT = "duty_plan_sign_department", "市中心职能部门签发计划"
    PLAN_SIGN_LEADER = "duty_plan_sign_leader", "分管领导签发计划"
    PLAN_SIGN_PRINCIPAL = "duty_plan_sign_principal", "主要领导签发大额计划"
    PLAN_UNLOCK = "duty_plan_unlock", "批准逾期解锁"
    # money out
    BATCH_READ = "duty_batch_read", "查看支付批次"
    APPLICATION_RECEIVE = "duty_application_receive", "接收支付申请表"
    BATCH_PREPARE = "duty_batch_prepare", "编制支付批次"
    BATCH_CHECK = "duty_batch_check", "复核支付批次"
    BATCH_RELEASE = "duty_batch_release", "确认支付"
    RETURN_IMPORT = "duty_return_import", "导入回盘文件"
    REISSUE_APPLY = "duty_reissue_apply", "申请退票重发"
    REISSUE_REVIEW = "duty_reissue_review", "复核退票重发"
    REISSUE_APPROVE = "duty_reissue_approve", "审批退票重发"
    # books
    BOOKS_READ = "duty_books_read", "查看账簿"
    FUNDS_PLAN_PREPARE = "duty_funds_plan_prepare", "编制用款计划"
    FUNDS_PLAN_SIGN = "duty_funds_plan_sign", "签发用款计划"
    VOUCHER_PREPARE = "duty_voucher_prepare", "填制凭证"
    VOUCHER_CHECK = "duty_voucher_check", "稽核凭证"
    VOUCHER_POST = "duty_voucher_post", "凭证过账"
    TAX_LIST_IMPORT = "duty_tax_list_import", "导入征收收入明细"
    BANK_STATEMENT_IMPORT = "duty_bank_statement_import", "导入银行对账单"
    VOUCHER_CASHIER = "duty_voucher_cashier", "出纳签章"
    VOUCHER_APPROVE = "duty_voucher_approve", "会计主管签章"
    ENTRY_PREPARE = "duty_entry_prepare", "登记收支业务"
    ENTRY_APPROVE = "duty_entry_approve", "核准核销业务"
    SPECIAL_APPLY = "duty_special_apply", "申请特殊业务"
    SPECIAL_REVIEW = "duty_special_review", "审核特殊业务"
    SPECIAL_APPROVE = "duty_special_approve", "批准特殊业务"
    BANK_ACCOUNT_APPLY = "duty_bank_account_apply", "申请银行账户变更"
    BANK_ACCOUNT_APPROVE = "duty_bank_account_approve", "核准银行账户变更"
    CUSTODY_KEEP = "duty_custody_keep", "保管印章票据密钥"
    CUSTODY_WITNESS = "duty_custody_witness", "监督保管交接"
    INVESTMENT_PREPARE = "duty_investment_prepare", "登记定期存款和国债"
    INVESTMENT_APPROVE = "duty_investment_approve", "核准定期存款和国债"
    HANDOVER_PREPARE = "duty_handover_prepare", "编制基金移交书"
    HANDOVER_TRANSFER = "duty_handover_transfer", "移交基金"
    HANDOVER_RECEIVE = "duty_handover_receive", "接收基金"
    HANDOVER_SUPERVISE = "duty_handover_supervise", "监交基金"
    PERIOD_PREPARE = "duty_period_prepare", "申请结账"
    PERIOD_CLOSE = "duty_period_close", "结账"
    PERIOD_REOPEN = "duty_period_reopen", "批准反结账"
    REPORT_PREPARE = "duty_report_prepare", "编制财务报表"
    REPORT_CHECK = "duty_report_check", "复核财务报表"
    REPORT_APPROVE = "duty_report_approve", "财务负责人签发报表"
    REPORT_SIGN_HEAD = "duty_report_sign_head", "主要领导签发报表"
    # money plans
    FUNDS_PLAN_SIGN_HEAD = "duty_funds_plan_sign_head", "主要领导签发用款计划"
    FUNDS_PLAN_RECORD = "duty_funds_plan_record", "登记用款计划批复"
    BUDGET_READ = "duty_budget_read", "查看预算"
    BUDGET_PREPARE = "duty_budget_prepare", "编制预算"
    BUDGET_SIGN = "duty_budget_sign", "主要领导签发预算"
    BUDGET_CONFIRM = "duty_budget_confirm", "核对预算批复"
    RESERVE_PREPARE = "duty_reserve_prepare", "测算缺口分担和储备金"
    RESERVE_APPROVE = "duty_reserve_approve", "批准缺口分担和储备金"
    # reconciliation
    RECONCILIATION_READ = "duty_reconciliation_read", "查看对账"
    STATEMENT_PREPARE = "duty_statement_prepare", "编制对账明细表"
    STATEMENT_SIGN = "duty_statement_sign", "签署对账明细表"
    STATEMENT_CONFIRM = "duty_statement_confirm", "财务确认对账明细表"
    BANK_RECONCILE = "duty_bank_reconcile", "编制余额调节表"
    BANK_RECONCILE_CHECK = "duty_bank_reconcile_check", "复核余额调节表"
    DIFFERENCE_HANDLE = "duty_difference_handle", "处理差异"
    DIFFERENCE_CLOSE = "duty_difference_close", "销号差异"
    STATEMENT_EXPORT = "duty_statement_export", "导出对账资料"


READ_BUSINESS = (Duty.CASE_READ, Duty.SOURCE_READ, Duty.PLAN_READ, Duty.BATCH_READ)
READ_FINANCE = (Duty.PLAN_READ, Duty.BATCH_READ, Duty.BOOKS_READ, Duty.RECONCILIATION_READ)
READ_ALL = (
    *READ_BUSINESS,
    Duty.BOOKS_READ,
    Duty.RECONCILIATION_READ,
    Duty.BUDGET_READ,
    Duty.PARAMETER_READ,
)

# Post code -> its duties. Posts themselves are reference data (`Post`, domain rules on posts).
# A city post holds them over every organisation of the pool, a county post over its own office.
DUTIES_OF_POST: Mapping[str, tuple[Duty, ...]] = MappingProxyType(
    {
        "ACC": (Duty.CASE_READ, Duty.SOURCE_READ, Duty.CASE_ACCEPT, Duty.SENSITIVE_REVEAL),
        "REV1": (*READ_BUSINESS, Duty.CASE_FIRST_REVIEW, Duty.SENSITIVE_REVEAL),
        "REV2": (
            *READ_BUSINESS,
            Duty.CASE_RE_REVIEW,
            Duty.ENTITLEMENT_DECIDE,
            Duty.REISSUE_REVIEW,
            Duty.SENSITIVE_REVEAL,
            Duty.PARAMETER_READ,
        ),
        "APP": (
            *READ_BUSINESS,
            Duty.CASE_APPROVE,
            Duty.ENTITLEMENT_DECIDE,
            Duty.COMPARISON_CLEAR,
            Duty.REISSUE_APPROVE,
            Duty.PARAMETER_READ,
        ),
        "PLAN": (
            *READ_BUSINESS,
            Duty.RECONCILIATION_READ,
            Duty.SOURCE_IMPORT,
            Duty.COMPARISON_RUN,
            Duty.ENTITLEMENT_APPLY,
            Duty.PLAN_PREPARE,
            Duty.RETURN_IMPORT,
            Duty.REISSUE_APPLY,
            Duty.STATEMENT_PREPARE,
            Duty.DIFFERENCE_HANDLE,
        ),
        "OFFH": (
            *READ_BUSINESS,
            Duty.RECONCILIATION_READ,
            Duty.PEOPLE_READ,
            Duty.COMPARISON_CLEAR,
            Duty.PLAN_SIGN_OFFICE,
            Duty.STATEMENT_SIGN,
            Duty.GRANT_APPLY,
            Duty.DIFFERENCE_CLOSE,
            Duty.HANDOVER_TRANSFER,
        ),
        "DEPT": (
            *READ_ALL,
            Duty.PEOPLE_READ,
            Duty.PLAN_SIGN_DEPARTMENT,
            Duty.PARAMETER_APPLY,
            Duty.PLAN_UNLOCK,
            Duty.GRANT_APPLY,
        ),
        "LEAD": (
            *READ_ALL,
            Duty.PEOPLE_READ,
            Duty.PLAN_SIGN_LEADER,
            Duty.PARAMETER_APPROVE,
            Duty.PLAN_UNLOCK,
            Duty.GRANT_APPROVE,
        ),
        "HEAD": (
            *READ_ALL,
            Duty.PEOPLE_READ,
            Duty.PLAN_SIGN_PRINCIPAL,
            Duty.GRANT_APPROVE,
            Duty.SPECIAL_APPROVE,
            Duty.PERIOD_REOPEN,
            Duty.REPORT_SIGN_HEAD,
            Duty.FUNDS_PLAN_SIGN_HEAD,
            Duty.BUDGET_SIGN,
            Duty.RESERVE_APPROVE,
        ),
        "FACC": (
            *READ_FINANCE,
            Duty.APPLICATION_RECEIVE,
            Duty.BATCH_PREPARE,
            Duty.RETURN_IMPORT,
            Duty.FUNDS_PLAN_PREPARE,
            Duty.FUNDS_PLAN_RECORD,
            Duty.VOUCHER_PREPARE,
            Duty.VOUCHER_POST,
            Duty.TAX_LIST_IMPORT,
            Duty.STATEMENT_CONFIRM,
            Duty.DIFFERENCE_HANDLE,
            Duty.ENTRY_PREPARE,
            Duty.SPECIAL_APPLY,
            Duty.BANK_ACCOUNT_APPLY,
            Duty.INVESTMENT_PREPARE,
            Duty.HANDOVER_PREPARE,
            Duty.PERIOD_PREPARE,
            Duty.REPORT_PREPARE,
            Duty.BUDGET_READ,
        ),
        "FCHK": (
            *READ_FINANCE,
            Duty.BATCH_CHECK,
            Duty.FUNDS_PLAN_RECORD,
            Duty.VOUCHER_CHECK,
            Duty.BANK_RECONCILE_CHECK,
            Duty.DIFFERENCE_CLOSE,
            Duty.REPORT_CHECK,
            Duty.BUDGET_READ,
            Duty.BUDGET_CONFIRM,
        ),
        "FCASH": (
            *READ_FINANCE,
            Duty.BATCH_RELEASE,
            Duty.BANK_STATEMENT_IMPORT,
            Duty.BANK_RECONCILE,
            Duty.DIFFERENCE_HANDLE,
            Duty.VOUCHER_CASHIER,
        ),
        "FHEAD": (
            *READ_FINANCE,
            Duty.FUNDS_PLAN_SIGN,
            Duty.PERIOD_CLOSE,
            Duty.DIFFERENCE_CLOSE,
            Duty.VOUCHER_APPROVE,
            Duty.ENTRY_APPROVE,
            Duty.SPECIAL_REVIEW,
            Duty.BANK_ACCOUNT_APPROVE,
            Duty.CUSTODY_WITNESS,
            Duty.INVESTMENT_APPROVE,
            Duty.HANDOVER_RECEIVE,
            Duty.REPORT_APPROVE,
            Duty.BUDGET_READ,
            Duty.BUDGET_CONFIRM,
        ),
        "BUDG": (
            *READ_FINANCE,
            Duty.PARAMETER_READ,
            Duty.BUDGET_READ,
            Duty.BUDGET_PREPARE,
            Duty.RESERVE_PREPARE,
        ),
        "SEAL": (Duty.BOOKS_READ, Duty.CUSTODY_KEEP),
        "BILL": (Duty.BOOKS_READ, Duty.CUSTODY_KEEP),
        "KEY": (Duty.BOOKS_READ, Duty.CUSTODY_KEEP),
        "RISK": (
            *READ_ALL,
            Duty.PEOPLE_READ,
            Duty.AUDIT_READ,
            Duty.GRANT_REVIEW,
            Duty.STATEMENT_EXPORT,
        ),
        "SUPV": (
            *READ_ALL,
            Duty.PEOPLE_READ,
            Duty.STATEMENT_EXPORT,
            Duty.HANDOVER_SUPERVISE,
        ),
        "AUDX": (*READ_ALL, Duty.STATEMENT_EXPORT),
        "DATA": (Duty.SOURCE_READ, Duty.SOURCE_IMPORT),
        "PERM": (Duty.PEOPLE_READ, Duty.GRANT_REVOKE),
        "SYS": (Duty.PEOPLE_READ, Duty.PARAMETER_READ),
        "SEC": (Duty.PEOPLE_READ, Duty.GRANT_REVOKE),
        "LOGA": (Duty.AUDIT_READ,),
    }
)
