"""Stored codes of accounts, with the words screens show."""

from django.db import models


class PoolKind(models.TextChoices):
    CITY = "CITY", "市"
    PROVINCE = "PROVINCE", "省"


class OrganisationLevel(models.TextChoices):
    CITY = "CITY", "市级"
    COUNTY = "COUNTY", "县(区)级"
    TOWN = "TOWN", "乡镇(街道)级"


class Onboarding(models.TextChoices):
    """How far an office has come (P21); only pilot and live offices submit plans."""

    NOT_ONLINE = "NOT_ONLINE", "未上线"
    PILOT = "PILOT", "试点"
    TESTING = "TESTING", "测试"
    LIVE = "LIVE", "正式"


class PostLayer(models.TextChoices):
    OPERATE = "OPERATE", "操作层"
    MANAGE = "MANAGE", "管理层"
    SUPERVISE = "SUPERVISE", "监督层"
    ADMINISTER = "ADMINISTER", "系统层"


class PostFamily(models.TextChoices):
    BUSINESS = "BUSINESS", "业务"
    FINANCE = "FINANCE", "财务"
    INFORMATION = "INFORMATION", "信息"
    SUPERVISION = "SUPERVISION", "稽核监督"
    LEADERSHIP = "LEADERSHIP", "领导"


class Incompatibility(models.TextChoices):
    NEVER_BOTH = "NEVER_BOTH", "不得兼任"
    NEVER_ON_ONE_MATTER = "NEVER_ON_ONE_MATTER", "不得同办一事"


class GrantState(models.TextChoices):
    REVIEW = "REVIEW", "待内控审核"
    APPROVAL = "APPROVAL", "待领导核准"
    EFFECTIVE = "EFFECTIVE", "已生效"
    REFUSED = "REFUSED", "未批准"
    REVOKED = "REVOKED", "已撤销"
    EXPIRED = "EXPIRED", "已到期"


class ParameterChangeState(models.TextChoices):
    WAITING = "WAITING", "待核准"
    APPROVED = "APPROVED", "已核准"
    REFUSED = "REFUSED", "未核准"


class Decision(models.TextChoices):
    APPROVE = "APPROVE", "通过"
    RETURN = "RETURN", "退回"
    REFUSE = "REFUSE", "不予通过"


class SubjectKind(models.TextChoices):
    """What can be signed; the number beside it is the row's id in its own table."""

    GRANT = "GRANT", "岗位授权"
    PARAMETER = "PARAMETER", "参数变更"
    CASE = "CASE", "待遇案件"
    COMPARISON_EXCEPTION = "COMPARISON_EXCEPTION", "比对例外"
    PLAN = "PLAN", "发放计划"
    PLAN_UNLOCK = "PLAN_UNLOCK", "逾期解锁"
    BATCH = "BATCH", "支付批次"
    REISSUE = "REISSUE", "重发申请"
    FUNDS_PLAN = "FUNDS_PLAN", "用款计划"
    VOUCHER = "VOUCHER", "记账凭证"
    STATEMENT = "STATEMENT", "对账明细表"
    BALANCE_ADJUSTMENT = "BALANCE_ADJUSTMENT", "余额调节表"
    DIFFERENCE = "DIFFERENCE", "差异"
    BANK_ACCOUNT = "BANK_ACCOUNT", "银行账户"
    CUSTODY = "CUSTODY", "保管交接"
    FUNDS_ENTRY = "FUNDS_ENTRY", "收支登记"
    SPECIAL_BUSINESS = "SPECIAL_BUSINESS", "特殊业务审批"
    TERM_DEPOSIT = "TERM_DEPOSIT", "定期存款"
    TREASURY_BOND = "TREASURY_BOND", "国债投资"
    HANDOVER = "HANDOVER", "基金移交"
    PERIOD = "PERIOD", "会计期间"
    FINANCIAL_STATEMENT = "FINANCIAL_STATEMENT", "财务报表"
    BUDGET = "BUDGET", "预算"
    GAP_SHARE = "GAP_SHARE", "缺口分担"
    RESERVE = "RESERVE", "储备金"
    ENTITLEMENT_CHANGE = "ENTITLEMENT_CHANGE", "停发恢复"
    BANK_ANSWER = "BANK_ANSWER", "银行书面答复"
    FUNDS_PLAN_CLOSING = "FUNDS_PLAN_CLOSING", "结束拨付"


class JobState(models.TextChoices):
    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "处理中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "未完成"
    STOPPED = "STOPPED", "已停止"


class NoticeKind(models.TextChoices):
    TASK = "TASK", "待办"
    RETURNED = "RETURNED", "退回"
    OVERDUE = "OVERDUE", "超期"
    RECONCILIATION = "RECONCILIATION", "对账"
    RISK = "RISK", "风险"
    SYSTEM = "SYSTEM", "系统"
