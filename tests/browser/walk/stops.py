"""Every page of the site, as somebody sees it who has something to do there.

One line per page, or per state of a page that shows other things to do. `test_every_page.py`
fails when an address of the permission matrix that shows a page is not here.
"""

from django.db.models import Count

from accounts.models import AuditEvent, Job, Organisation, ParameterChange, PostGrant
from payouts.models import (
    BankAnswer,
    BankReturn,
    BenefitCase,
    Claimant,
    ComparisonResult,
    ComparisonRun,
    DisbursementPlan,
    Entitlement,
    EntitlementChange,
    PaymentBatch,
    PaymentInstruction,
    PlanUnlock,
    ReissueRequest,
    SourceExtract,
)
from reconciliation.models import BalanceAdjustment, Difference, OfficeStatement
from tests.browser.walk.stop import Stop
from tests.browser.walk.stops_of_budgets import BUDGETS
from tests.browser.walk.stops_of_funds import FUNDS
from tests.browser.walk.stops_of_sharing import SHARING

EAST, WEST, CENTRE, MIYI, YANBIAN = "510402", "510403", "510400", "510421", "510422"


def case(state, office=EAST, **more):
    return (BenefitCase, {"state": state, "organisation__code": office, **more})


def plan(state, office):
    return (DisbursementPlan, {"state": state, "organisation__code": office})


def at_step(done):
    """Return a claim of the east district with so many of the five steps recorded."""
    counted = BenefitCase.objects.annotate(done=Count("steps")).filter(done=done)
    return case("DRAFT", pk__in=counted.values("pk"))


def own(model, office=EAST, path="organisation__code", **more):
    return (model, {path: office, **more})


COMMON = (
    Stop("desk", "acc510402", "desk", "工作台"),
    Stop("help", "acc510402", "help", "办事指南", query="?page=payouts:intake_new"),
    Stop("help-task", "acc510402", "help_task", "受理失业保险金申请", more=("intake",)),
    Stop("help-post", "acc510402", "help_post", "受理岗一页指南", more=("ACC",)),
    Stop("login", "", "login", "登录"),
    Stop("password", "acc510402", "password_change", "修改密码"),
    Stop("me", "acc510402", "accounts:me", "个人设置"),
    Stop("notices", "offh510403", "accounts:notices", "消息", says=("发放计划",)),
    Stop("jobs", "plan510402", "accounts:jobs", "我的作业"),
    Stop("job", "plan510402", "accounts:job", "", own(Job, requested_by__username="plan510402")),
    Stop(
        "job-waiting",
        "loga",
        "accounts:job",
        "校验日志完整性",
        (Job, {"state": "QUEUED", "requested_by__username": "loga"}),
        says=("停止作业", "排队中"),
    ),
)

CLAIMS = (
    Stop("cases-own", "acc510402", "payouts:cases", "待遇案件"),
    Stop("cases", "rev1510402", "payouts:cases", "待遇案件", says=("待初审",)),
    Stop("intake-new", "acc510402", "payouts:intake_new", "新建受理"),
    Stop(
        "intake-begun",
        "acc510402",
        "payouts:intake",
        "失业保险金",
        case("DRAFT", steps__isnull=True),
    ),
    Stop("intake-check", "acc510402", "payouts:intake", "失业保险金", at_step(2), says=("三查",)),
    Stop(
        "intake-record", "acc510402", "payouts:intake", "失业保险金", at_step(3), says=("四收录",)
    ),
    Stop(
        "intake-feedback",
        "acc510402",
        "payouts:intake",
        "失业保险金",
        at_step(4),
        says=("核定计算",),
    ),
    Stop("intake-result", "acc510402", "payouts:intake_result", "失业保险金", case("FIRST_REVIEW")),
    Stop("intake-withdraw", "acc510402", "payouts:intake_withdraw", "撤回申请", case("DRAFT")),
    Stop("case-supplement", "acc510400", "payouts:case", "失业保险金", case("SUPPLEMENT", CENTRE)),
    Stop("case-first-review", "rev1510402", "payouts:case", "失业保险金", case("FIRST_REVIEW")),
    Stop("case-re-review", "rev2510402", "payouts:case", "失业保险金", case("RE_REVIEW")),
    Stop("case-approval", "app510402", "payouts:case", "失业保险金", case("APPROVAL")),
    Stop(
        "case-paid",
        "offh510402",
        "payouts:case",
        "失业保险金",
        case("DETERMINED", entitlement__disbursementplanline__isnull=False),
    ),
    Stop(
        "intake-new-refused",
        "acc510402",
        "payouts:intake_new",
        "新建受理",
        fill=(("identity_number", "510402198506151010"), ("name", "赵敏")),
        press="开始受理",
        says=("校验位不正确",),
    ),
    Stop("bulk-review", "rev2510402", "payouts:bulk_review", "批量"),
    Stop(
        "bulk-sheet",
        "rev2510402",
        "payouts:bulk_sheet",
        "批量",
        ticked=case("RE_REVIEW"),
    ),
    Stop("search", "rev1510402", "payouts:search", "检索", query="?q=王"),
    Stop(
        "person",
        "plan510402",
        "payouts:person",
        "",
        own(Claimant, path="benefitcase__organisation__code", benefitcase__state="DETERMINED"),
    ),
    Stop("recipients", "plan510402", "payouts:recipients", "领取人员", says=("发放中",)),
)

PLANS = (
    Stop("sources", "data", "payouts:sources", "外部数据", says=("已入库",)),
    Stop("source-upload", "plan510402", "payouts:source_upload", "导入外部数据"),
    Stop("source", "plan510402", "payouts:source", "", (SourceExtract, {"kind": "MEDICAL"})),
    Stop("comparisons", "plan510402", "payouts:comparisons", "三源比对", says=("已完成",)),
    Stop("comparison-new", "plan510402", "payouts:comparison_new", "发起三源比对"),
    Stop(
        "comparison",
        "plan510422",
        "payouts:comparison",
        "失业保险金",
        own(ComparisonRun, YANBIAN, results__state="EXCEPTION"),
        says=("不一致",),
    ),
    Stop(
        "comparison-clear",
        "offh510422",
        "payouts:comparison_clear",
        "核实排除",
        own(ComparisonResult, YANBIAN, "run__organisation__code", state="EXCEPTION"),
    ),
    Stop("plans", "plan510402", "payouts:plans", "发放计划", says=("已签批",)),
    Stop("plan-new", "plan510402", "payouts:plan_new", "编制发放计划"),
    Stop(
        "plan-office",
        "offh510403",
        "payouts:plan",
        "失业保险金",
        plan("OFFICE", WEST),
        says=("签字通过",),
    ),
    Stop(
        "plan-leader",
        "lead",
        "payouts:plan",
        "失业保险金",
        plan("LEADER", MIYI),
        says=("签字通过",),
    ),
    Stop("plan-approved", "facc", "payouts:plan", "失业保险金", plan("APPROVED", EAST)),
    Stop("plan-lines", "offh510403", "payouts:plan_lines", "发放明细", plan("OFFICE", WEST)),
    Stop("changes", "rev2510402", "payouts:changes", "停发恢复", says=("待核准",)),
    Stop("change", "rev2510402", "payouts:change", "停发待遇", (EntitlementChange, {})),
    Stop(
        "change-new",
        "plan510402",
        "payouts:change_new",
        "停发或恢复",
        (Entitlement, {"organisation__code": EAST, "state": "PAYING"}),
    ),
    Stop("unlocks", "dept", "payouts:unlocks", "逾期解锁", says=("待批准",)),
    Stop("unlock-new", "plan510422", "payouts:unlock_new", "申请逾期解锁"),
    Stop("unlock", "dept", "payouts:unlock", "", (PlanUnlock, {})),
    Stop("applications", "facc", "payouts:applications", "支付申请表"),
    Stop(
        "application-receive",
        "facc",
        "payouts:application_receive",
        "接收支付申请表",
        (DisbursementPlan, {"state": "APPROVED", "paymentapplication__isnull": True}),
    ),
    Stop("funds-request", "facc", "payouts:funds_request_new", "申请用款"),
)

PAYMENTS = (
    Stop("batches", "facc", "payouts:batches", "支付批次", says=("待确认支付",)),
    Stop(
        "batch-unknown",
        "facc",
        "payouts:batch",
        "失业保险金",
        (PaymentBatch, {"state": "UNKNOWN", "answers__isnull": True}),
        says=("登记银行书面答复",),
    ),
    Stop(
        "bank-answer-new",
        "facc",
        "payouts:bank_answer_new",
        "登记银行书面答复",
        (PaymentBatch, {"state": "UNKNOWN", "answers__isnull": True}),
    ),
    Stop("bank-answer", "fhead", "payouts:bank_answer", "银行未受理", (BankAnswer, {})),
    Stop("batch-new", "facc", "payouts:batch_new", "编制支付批次"),
    Stop(
        "batch-confirmed",
        "fcash",
        "payouts:batch",
        "失业保险金",
        (PaymentBatch, {"state": "CONFIRMED"}),
        says=("去确认支付",),
    ),
    Stop(
        "batch-returned",
        "facc",
        "payouts:batch",
        "失业保险金",
        (PaymentBatch, {"state": "RETURNED"}),
        says=("已回盘",),
    ),
    Stop(
        "batch-lines",
        "facc",
        "payouts:batch_lines",
        "支付明细",
        (PaymentBatch, {"state": "RETURNED"}),
    ),
    Stop(
        "batch-release",
        "fcash",
        "payouts:batch_release",
        "确认支付",
        (PaymentBatch, {"state": "CONFIRMED"}),
    ),
    Stop("returns", "facc", "payouts:returns", "银行回盘", says=("已入账",)),
    Stop("return-import", "plan510402", "payouts:return_import", "导入回盘"),
    Stop("return-applied", "facc", "payouts:return", "", (BankReturn, {"state": "APPLIED"})),
    Stop(
        "return-quarantined", "facc", "payouts:return", "", (BankReturn, {"state": "QUARANTINED"})
    ),
    Stop("reissues", "rev2510402", "payouts:reissues", "退票重发"),
    Stop(
        "reissue-new",
        "plan510402",
        "payouts:reissue_new",
        "申请重发",
        own(
            PaymentInstruction,
            path="batch__organisation__code",
            state="FAILED",
            reissuerequest__isnull=True,
        ),
    ),
    Stop(
        "reissue-review",
        "rev2510400",
        "payouts:reissue",
        "退票重发",
        (ReissueRequest, {"state": "REVIEW"}),
    ),
)

RECONCILIATION = (
    Stop("month", "plan510402", "reconciliation:month", "月度对账"),
    Stop("month-city", "facc", "reconciliation:month", "月度对账"),
    Stop("summary", "facc", "reconciliation:summary", "支付汇总"),
    Stop(
        "statement-prepare",
        "plan510402",
        "reconciliation:statement_prepare",
        "对账",
        (Organisation, {"code": EAST}),
        more=("202611",),
    ),
    Stop(
        "statement-signing",
        "offh510422",
        "reconciliation:statement",
        "对账明细表",
        own(OfficeStatement, YANBIAN, state="SIGNING"),
    ),
    Stop(
        "statement-signed",
        "facc",
        "reconciliation:statement",
        "对账明细表",
        (OfficeStatement, {"state": "SIGNED"}),
    ),
    Stop(
        "statement-confirmed",
        "audx",
        "reconciliation:statement",
        "对账明细表",
        (OfficeStatement, {"state": "CONFIRMED"}),
    ),
    Stop("differences", "facc", "reconciliation:differences", "差异台账"),
    Stop("difference", "facc", "reconciliation:difference", "", (Difference, {})),
    Stop("adjustments", "fchk", "reconciliation:adjustments", "余额调节表"),
    Stop("adjustment", "fchk", "reconciliation:adjustment", "余额调节表", (BalanceAdjustment, {})),
    Stop(
        "adjustment-fiscal",
        "fchk",
        "reconciliation:adjustment",
        "余额调节表",
        (BalanceAdjustment, {"bank_account__kind": "FISCAL"}),
        says=("财政专户存款余额调节表",),
    ),
    Stop("batch-checks", "facc", "reconciliation:batch_checks", "批次与回盘核对"),
)

SUPERVISION = (
    Stop("people", "sec", "accounts:people", "人员"),
    Stop("organisations", "sys", "accounts:organisations", "机构"),
    Stop("parameters", "sys", "accounts:parameters", "政策参数"),
    Stop("parameter-changes", "lead", "parameter_changes", "参数变更", says=("待核准", "已核准")),
    Stop("parameter-change-choose", "dept", "parameter_change_choose", "申请参数变更"),
    Stop(
        "parameter-change-new",
        "dept",
        "parameter_change_new",
        "申请变更：领取期限",
        more=("duration",),
        says=("现行取值",),
    ),
    Stop(
        "parameter-change",
        "lead",
        "parameter_change",
        "参数变更：最低工资标准",
        (ParameterChange, {"state": "WAITING"}),
        says=("核准",),
    ),
    Stop(
        "parameter-change-approved",
        "audx",
        "parameter_change",
        "参数变更：三级审核",
        (ParameterChange, {"state": "APPROVED", "code": "large_case"}),
    ),
    Stop(
        "onboarding-change-new",
        "dept",
        "onboarding_change_new",
        "变更上线状态",
        (Organisation, {"code": MIYI}),
    ),
    Stop("posts", "perm", "accounts:posts", "岗位与不相容表"),
    Stop("grants", "risk510402", "accounts:grants", "岗位授权"),
    Stop("grant-new", "offh510402", "accounts:grant_new", "申请岗位授权"),
    Stop(
        "grant-review", "risk510402", "accounts:grant", "", own(PostGrant, EAST, is_founding=False)
    ),
    Stop("audit", "loga", "accounts:audit", "操作日志"),
    Stop("audit-event", "loga", "accounts:audit_event", "", (AuditEvent, {})),
)

STOPS = (
    *COMMON,
    *CLAIMS,
    *PLANS,
    *PAYMENTS,
    *FUNDS,
    *BUDGETS,
    *SHARING,
    *RECONCILIATION,
    *SUPERVISION,
)
