"""Every page of the site, as somebody sees it who has something to do there.

One line per page, or per state of a page that shows other things to do. `test_every_page.py`
fails when an address of the permission matrix that shows a page is not here.
"""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from accounts.models import AuditEvent, Job, Organisation, PostGrant
from funds.models import (
    BankAccount,
    BankStatement,
    CustodyItem,
    CustodyTransfer,
    FinancialStatement,
    FundsEntry,
    FundsUsePlan,
    Handover,
    Investment,
    TaxIncomeList,
    Voucher,
)
from payouts.models import (
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

EAST, WEST, CENTRE, MIYI, YANBIAN = "510402", "510403", "510400", "510421", "510422"


@dataclass(frozen=True)
class Stop:
    """A page: its name among the pictures, who opens it, its address, what its heading says.

    `of` names the object it shows (model, how to find one); `says` are words that must stand on it.
    """

    name: str
    user: str
    address: str
    title: str
    of: tuple = ()
    says: tuple[str, ...] = ()
    more: tuple[str, ...] = ()  # parts of the address behind the id
    query: str = ""
    ticked: tuple = ()  # an object whose id stands in the query, as if ticked in a list
    fill: tuple[tuple[str, str], ...] = ()  # name of a field, what is typed
    press: str = ""  # words of a button pressed then; it must change nothing; `says` follow

    def prepare(self, page):
        """Type and press what the stop asks for."""
        for name, value in self.fill:
            page.fill(f"main [name='{name}']", value)
        if self.press:
            page.locator("main").get_by_role("button", name=self.press).first.click()
            page.locator("main").get_by_text(self.says[0]).first.wait_for()

    def path(self):
        """Return where the page is. Call inside the tenant's transaction."""
        ticked = "".join(f"?ids={number}" for number in self._ids(self.ticked))
        address = reverse(self.address, args=(*self._ids(self.of), *self.more))
        return address + (ticked or self.query)

    def _ids(self, of):
        if not of:
            return ()
        model, wanted = of
        found = model.objects.filter(**wanted).order_by("pk").values_list("pk", flat=True).first()
        assert found, f"{self.name}: the standing city has no {model.__name__} with {wanted}"
        return (found,)


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

FUNDS = (
    Stop("vouchers", "facc", "funds:vouchers", "记账凭证"),
    Stop("voucher-new", "facc", "funds:voucher_new", "填制凭证"),
    Stop(
        "voucher-draft",
        "fchk",
        "funds:voucher",
        "",
        (Voucher, {"state": "DRAFT"}),
        says=("稽核通过",),
    ),
    Stop(
        "voucher-approval",
        "fhead",
        "funds:voucher",
        "",
        (Voucher, {"state": "APPROVAL"}),
        says=("会计主管签章",),
    ),
    Stop(
        "voucher-correct",
        "facc",
        "funds:voucher_correct",
        "订正",
        (Voucher, {"state": "POSTED"}),
        says=("直接填差额",),
    ),
    Stop(
        "voucher-posted",
        "facc",
        "funds:voucher",
        "",
        (Voucher, {"state": "POSTED"}),
        says=("冲销",),
    ),
    Stop(
        "voucher-new-refused",
        "facc",
        "funds:voucher_new",
        "填制凭证",
        press="保存",
        says=("需要更正",),
    ),
    Stop("entries", "facc", "funds:entries", "收支登记"),
    Stop("entry-new", "facc", "funds:entry_new", "登记收支", says=("请先选择业务种类",)),
    Stop(
        "entry-interest",
        "facc",
        "funds:entry_new_of",
        "登记收支",
        more=("BANK_INTEREST",),
        says=("登记并生成凭证",),
    ),
    Stop(
        "entry-recovery",
        "facc",
        "funds:entry_new_of",
        "登记收支",
        more=("RECOVERY",),
        query="?find=待遇",
        says=("原凭证分录",),
    ),
    Stop(
        "entry-refused",
        "facc",
        "funds:entry_new_of",
        "登记收支",
        more=("PREMIUM_DIRECT",),
        press="登记并生成凭证",
        says=("需要更正",),
    ),
    Stop("entry", "facc", "funds:entry", "不明来款", (FundsEntry, {"kind": "UNKNOWN_RECEIPT"})),
    Stop(
        "entry-to-approve",
        "fhead",
        "funds:entry",
        "核销暂付款",
        (FundsEntry, {"state": "SIGNING"}),
        says=("核准",),
    ),
    Stop(
        "entry-to-correct",
        "facc",
        "funds:entry_correct",
        "更正",
        (FundsEntry, {"state": "RETURNED"}),
    ),
    Stop(
        "entry-returned",
        "facc",
        "funds:entry",
        "核销暂付款",
        (FundsEntry, {"state": "RETURNED"}),
        says=("撤回登记单",),
    ),
    Stop(
        "investments",
        "facc",
        "funds:investments",
        "定期存款和国债登记簿",
        says=("活期余额", "登记簿与账面核对", "相符"),
    ),
    Stop("investment-new", "facc", "funds:investment_new", "申请存款或国债"),
    Stop(
        "investment-refused",
        "facc",
        "funds:investment_new",
        "申请存款或国债",
        press="提交申请",
        says=("需要更正",),
    ),
    Stop(
        "investment-to-approve",
        "fhead",
        "funds:investment",
        "定期存款",
        (Investment, {"state": "PROPOSED"}),
        says=("核准",),
    ),
    Stop(
        "investment-held",
        "facc",
        "funds:investment",
        "定期存款",
        (Investment, {"state": "HELD"}),
        says=("登记收回",),
    ),
    Stop(
        "investment-matured",
        "audx",
        "funds:investment",
        "定期存款",
        (Investment, {"state": "MATURED"}),
        says=("到期收回", "应收利息"),
    ),
    Stop("ledger", "facc", "funds:ledger", "总账"),
    Stop("ledger-account", "facc", "funds:ledger", "明细账", query="?account=1004"),
    Stop(
        "ledger-side",
        "facc",
        "funds:ledger",
        "明细账",
        query="?account=1004&side=credit",
        says=("只列贷方分录", "显示全部分录和余额"),
    ),
    Stop(
        "general-ledger",
        "facc",
        "funds:general_ledger",
        "总账",
        query="?account=1004",
        says=("上年结转", "本月合计", "本年累计"),
    ),
    Stop("prints", "facc", "funds:prints", "打印账簿", says=("承前页", "生成打印文件")),
    Stop("day-book", "fcash", "funds:day_book", "银行存款日记账"),
    Stop("trial-balance", "facc", "funds:trial_balance", "试算平衡表"),
    Stop("tax-lists", "facc", "funds:tax_lists", "征收收入明细"),
    Stop("tax-list", "facc", "funds:tax_list", "征收收入", (TaxIncomeList, {})),
    Stop("funds-plans", "fhead", "funds:funds_plans", "用款计划"),
    Stop("funds-plan", "fhead", "funds:funds_plan", "用款计划", (FundsUsePlan, {})),
    Stop("bank-accounts", "facc", "funds:bank_accounts", "银行账户", says=("支出户",)),
    Stop("bank-account-new", "facc", "funds:bank_account_new", "申请开户"),
    Stop(
        "bank-account-opening",
        "fhead",
        "funds:bank_account",
        "收入户",
        (BankAccount, {"state": "OPENING"}),
        says=("核准开户",),
    ),
    Stop(
        "bank-account",
        "facc",
        "funds:bank_account",
        "支出户",
        (BankAccount, {"kind": "EXPENDITURE", "book__kind": "UNEMPLOYMENT"}),
        says=("登记年审", "申请销户"),
    ),
    Stop("bank-reviews", "facc", "funds:bank_reviews", "年审", says=("逾期未核查",)),
    Stop(
        "bank-review",
        "facc",
        "funds:bank_review",
        "年审",
        (BankAccount, {"kind": "EXPENDITURE", "book__kind": "UNEMPLOYMENT"}),
    ),
    Stop("custody", "seal", "funds:custody", "保管登记", says=("财务专用章",)),
    Stop("custody-new-seal", "seal", "funds:custody_new", "登记"),
    Stop("custody-new-bills", "bill", "funds:custody_new", "登记"),
    Stop("custody-new-key", "key", "funds:custody_new", "登记"),
    Stop(
        "custody-seal",
        "seal",
        "funds:custody_item",
        "财务专用章",
        (CustodyItem, {"name": "财务专用章"}),
        says=("使用登记簿",),
    ),
    Stop(
        "custody-bills",
        "bill",
        "funds:custody_item",
        "转账支票",
        (CustodyItem, {"kind": "BILL"}),
        says=("填写错误", "停用"),
    ),
    Stop(
        "custody-take",
        "seal2",
        "funds:custody_transfer",
        "",
        (CustodyTransfer, {"state": "TAKING"}),
        says=("接收签字",),
    ),
    Stop(
        "custody-witness",
        "fhead",
        "funds:custody_transfer",
        "",
        (CustodyTransfer, {"state": "WITNESSING"}),
        says=("监交签字",),
    ),
    Stop("bank-statements", "fcash", "funds:bank_statements", "银行对账单"),
    Stop("bank-statement", "fcash", "funds:bank_statement", "对账单", (BankStatement, {})),
    Stop("periods", "fhead", "funds:periods", "会计期间"),
    Stop("capacity", "facc", "capacity", "基金支付能力", says=("年末预测", "政策实施条件")),
    Stop("analysis", "facc", "analysis", "2026年10月基金运行分析", says=("分析结论",)),
    Stop("disclosures", "facc", "disclosures", "基金信息披露", says=("季度",)),
    Stop(
        "disclosure-new",
        "facc",
        "disclosure_new",
        "2026年上半年基金信息披露",
        says=("基金收支情况",),
    ),
    Stop(
        "disclosure",
        "fchk",
        "disclosure",
        "基金信息披露",
        (FinancialStatement, {"form": "DISCLOSURE"}),
        says=("失业保险金领取情况",),
    ),
    Stop(
        "financial-statements",
        "facc",
        "funds:financial_statements",
        "财务报表",
        says=("待复核",),
    ),
    Stop(
        "financial-statement-new",
        "facc",
        "funds:financial_statement_new",
        "2026年11月财务报表",
        query="?month=202611",
        says=("未结账", "资产总计"),
    ),
    Stop(
        "financial-statement-prepare",
        "facc",
        "funds:financial_statement_new",
        "2026年10月财务报表",
        says=("编制并送复核",),
    ),
    Stop(
        "financial-statement",
        "fchk",
        "funds:financial_statement",
        "财务报表",
        (FinancialStatement, {"state": "CHECKING", "form": "ACCOUNTS"}),
        says=("复核通过", "勾稽关系"),
    ),
    Stop("handovers", "facc", "funds:handovers", "基金移交", says=("已交接合计",)),
    Stop(
        "handover",
        "supv",
        "funds:handover",
        "基金移交书",
        (Handover, {"state": "COMPLETE"}),
        says=("银行余额确认",),
    ),
    Stop(
        "handover-draft",
        "facc",
        "funds:handover",
        "基金移交书",
        (Handover, {"state": "DRAFT"}),
        says=("送移交人签字",),
    ),
    Stop(
        "handover-sign",
        "offh510403",
        "funds:handover",
        "基金移交书",
        (Handover, {"state": "TRANSFER"}),
        says=("退回更正",),
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
    Stop("batch-checks", "facc", "reconciliation:batch_checks", "批次与回盘核对"),
)

SUPERVISION = (
    Stop("people", "sec", "accounts:people", "人员"),
    Stop("organisations", "sys", "accounts:organisations", "机构"),
    Stop("parameters", "sys", "accounts:parameters", "政策参数"),
    Stop("posts", "perm", "accounts:posts", "岗位与不相容表"),
    Stop("grants", "risk510402", "accounts:grants", "岗位授权"),
    Stop("grant-new", "offh510402", "accounts:grant_new", "申请岗位授权"),
    Stop(
        "grant-review", "risk510402", "accounts:grant", "", own(PostGrant, EAST, is_founding=False)
    ),
    Stop("audit", "loga", "accounts:audit", "操作日志"),
    Stop("audit-event", "loga", "accounts:audit_event", "", (AuditEvent, {})),
)

STOPS = (*COMMON, *CLAIMS, *PLANS, *PAYMENTS, *FUNDS, *RECONCILIATION, *SUPERVISION)
