"""Stored codes of funds, with the words screens show."""

from django.db import models


class BookKind(models.TextChoices):
    """The three books a pool may keep (P03); they never share a voucher or an account."""

    UNEMPLOYMENT = "UNEMPLOYMENT", "失业保险基金"
    LANDLESS_FARMERS = "LANDLESS_FARMERS", "失地农民失业保险基金"
    SKILL_ACTION = "SKILL_ACTION", "职业技能提升行动专账资金"


class BankAccountKind(models.TextChoices):
    INCOME = "INCOME", "收入户"
    EXPENDITURE = "EXPENDITURE", "支出户"
    FISCAL = "FISCAL", "财政专户"


class AccountOwner(models.TextChoices):
    CITY_CENTRE = "CITY_CENTRE", "市就业中心"
    FINANCE_BUREAU = "FINANCE_BUREAU", "市财政局"


class BankAccountState(models.TextChoices):
    OPENING = "OPENING", "待核准开户"
    ACTIVE = "ACTIVE", "在用"
    CLOSING = "CLOSING", "待核准销户"
    CLOSED = "CLOSED", "已销户"
    REFUSED = "REFUSED", "未予开户"


class CustodyKind(models.TextChoices):
    """What is kept under a register (C14); each kind has its post of the same code."""

    SEAL = "SEAL", "印章"
    BILL = "BILL", "票据"
    KEY = "KEY", "银行密钥"


class KeyRole(models.TextChoices):
    MAKER = "MAKER", "制单"
    CHECKER = "CHECKER", "复核"


class CustodyState(models.TextChoices):
    REGISTERED = "REGISTERED", "待监交"
    KEPT = "KEPT", "在管"
    RETIRED = "RETIRED", "已停用"
    REFUSED = "REFUSED", "未予登记"


class CustodyTransferKind(models.TextChoices):
    ISSUE = "ISSUE", "领用"
    PASS = "PASS", "移交"
    RETIRE = "RETIRE", "停用上交"


class CustodyTransferState(models.TextChoices):
    TAKING = "TAKING", "待接收"
    WITNESSING = "WITNESSING", "待监交"
    DONE = "DONE", "已交接"
    REFUSED = "REFUSED", "已退回"


class CustodyUseKind(models.TextChoices):
    USE = "USE", "使用"
    VOID = "VOID", "作废"
    RETURN = "RETURN", "缴回"


class InvestmentKind(models.TextChoices):
    """What the surplus in 财政专户 is put into (Z06)."""

    DEPOSIT = "DEPOSIT", "定期存款"
    BOND = "BOND", "国债"


class InterestMode(models.TextChoices):
    """When interest is paid; a deposit pays it with the principal."""

    AT_END = "AT_END", "到期一次付息"
    YEARLY = "YEARLY", "每年付息"
    HALF_YEARLY = "HALF_YEARLY", "每半年付息"


class InvestmentState(models.TextChoices):
    """How far a term deposit or a bond has come; early is before its last day."""

    PROPOSED = "PROPOSED", "待核准"
    APPROVED = "APPROVED", "已核准，待办理"
    HELD = "HELD", "持有中"
    MATURED = "MATURED", "到期收回"
    EARLY = "EARLY", "提前支取"
    REFUSED = "REFUSED", "不予核准"
    DROPPED = "DROPPED", "已撤销"


class NormalSide(models.TextChoices):
    DEBIT = "DEBIT", "借"
    CREDIT = "CREDIT", "贷"


class PeriodState(models.TextChoices):
    OPEN = "OPEN", "未结账"
    CLOSED = "CLOSED", "已结账"


class PeriodRequestKind(models.TextChoices):
    CLOSE = "CLOSE", "结账"
    REOPEN = "REOPEN", "反结账"


class PeriodRequestState(models.TextChoices):
    WAITING = "WAITING", "待办理"
    DONE = "DONE", "已办结"
    REFUSED = "REFUSED", "已退回"


class VoucherState(models.TextChoices):
    """Where a voucher waits; one of receipts or payments passes the cashier too."""

    DRAFT = "DRAFT", "待稽核"
    CASHIER = "CASHIER", "待出纳签章"
    APPROVAL = "APPROVAL", "待会计主管签章"
    BOOKING = "BOOKING", "待过账"
    POSTED = "POSTED", "已过账"
    VOIDED = "VOIDED", "已作废"


class FlowPlace(models.TextChoices):
    """Where the fund's money can lie, and everywhere else."""

    OUTSIDE = "OUTSIDE", "外部"
    TREASURY = "TREASURY", "国库"
    INCOME = "INCOME", "收入户"
    FISCAL = "FISCAL", "财政专户"
    EXPENDITURE = "EXPENDITURE", "支出户"


class BusinessEvent(models.TextChoices):
    """Events of the posting rules (财会〔2017〕28号); each names its debit and credit side."""

    TAX_COLLECTED = "E01", "税务征收入库"
    TREASURY_TO_FISCAL = "E02", "国库划转财政专户"
    TREASURY_INTEREST = "E03", "国库存款利息"
    PREMIUM_DIRECT = "E04", "保险费直接缴入"
    PREMIUM_REFUND = "E05", "退还本年度保险费"
    PREMIUM_REFUND_EARLIER = "E06", "退还以前年度保险费"
    INCOME_TO_FISCAL = "E07", "收入户划转财政专户"
    ALLOTMENT = "E08", "财政专户拨付支出户"
    BENEFIT_PAID = "E09", "待遇支付"
    BENEFIT_PAID_GROSS = "E10", "待遇支付（银行按总额扣款）"
    FAILED_CREDIT_BACK = "E10B", "支付失败资金退回"
    LATE_RETURN = "E11", "本年度退票冲减支出"
    EARLIER_YEAR_RETURN = "E12", "以前年度退回追回待遇"
    RECOVERY = "E13", "本年度追回待遇"
    REISSUE = "E14", "退回款项重新支付"
    MEDICAL_PREMIUM = "E15", "代缴基本医疗保险费"
    STABILITY_SUBSIDY = "E16", "稳定岗位补贴支付"
    SKILL_SUBSIDY = "E17", "技能提升补贴支付"
    TRANSFER_IN = "E18", "关系转入资金"
    TRANSFER_IN_RETURNED = "E18B", "退回关系转入资金"
    TRANSFER_OUT = "E19", "关系转出资金"
    TRANSFER_OUT_RETURNED = "E19B", "关系转出资金退回"
    BANK_INTEREST = "E20", "账户存款利息"
    INTEREST_TO_FISCAL = "E21", "支出户利息划转财政专户"
    FISCAL_SUBSIDY = "E22", "财政补贴收入"
    HIGHER_SUBSIDY = "E23", "上级补助收入"
    TO_HIGHER_LEVEL = "E24", "上解上级支出"
    DEPOSIT_PLACED = "E25", "活期转存定期"
    DEPOSIT_MATURED = "E26", "定期存款到期"
    BOND_BOUGHT = "E27", "购买国债"
    BOND_REDEEMED = "E27B", "国债兑付"
    UNKNOWN_RECEIPT = "E28", "收到不明来款"
    RECEIPT_IDENTIFIED = "E29", "不明来款查明"
    LOAN_RECEIVED = "E30", "借入款项"
    LOAN_REPAID = "E30B", "归还借款本息"
    LOAN_REPAID_BY_FINANCE = "E30C", "财政代为归还借款"
    ADVANCE_PAID = "E31", "支付暂付款"
    ADVANCE_RECOVERED = "E31B", "收回暂付款"
    ADVANCE_WRITTEN_OFF = "E32", "核销暂付款"
    PAYABLE_WRITTEN_OFF = "E33", "核销暂收款"
    PERIOD_CLOSE = "E34", "期末结转"
    OPENING = "E35", "期初余额"
    RECLASSIFICATION = "RECLASS", "科目调整"
    SPECIAL_BUSINESS = "SPECIAL", "特殊业务"
    REVERSAL = "REVERSAL", "红字冲销"


class SourceKind(models.TextChoices):
    """What a voucher was drafted from; one live voucher per source."""

    NONE = "NONE", "无"
    TAX_INCOME_LIST = "TAX_INCOME_LIST", "征收收入明细表"
    TREASURY_TRANSFER = "TREASURY_TRANSFER", "国库划转"
    FUNDS_USE_PLAN = "FUNDS_USE_PLAN", "用款计划"
    FUNDS_ALLOTMENT = "FUNDS_ALLOTMENT", "财政拨款"
    BANK_RETURN = "BANK_RETURN", "银行回盘"
    VOUCHER = "VOUCHER", "记账凭证"
    FUNDS_ENTRY = "FUNDS_ENTRY", "收支登记单"
    TERM_DEPOSIT = "TERM_DEPOSIT", "定期存款单"
    TREASURY_BOND = "TREASURY_BOND", "国债投资单"
    HANDOVER = "HANDOVER", "基金移交书"
    PERIOD = "PERIOD", "会计期间"
    SPECIAL_BUSINESS = "SPECIAL_BUSINESS", "特殊业务审批单"


class FlowFindingKind(models.TextChoices):
    """Why a movement at the bank has no edge."""

    NO_EDGE = "NO_EDGE", "账户之间不许可的流向"
    OTHER_BOOK = "OTHER_BOOK", "与其他账套的账户往来"
    UNNAMED = "UNNAMED", "没有许可业务的外部收付"


class FlowFindingState(models.TextChoices):
    OPEN = "OPEN", "待申请特殊业务"
    REVIEW = "REVIEW", "待财务负责人审核"
    APPROVAL = "APPROVAL", "待主要领导批准"
    APPROVED = "APPROVED", "已批准"
    RETURNED = "RETURNED", "已退回"
    EXPLAINED = "EXPLAINED", "已有业务凭证"


class TaxIncomeKind(models.TextChoices):
    CURRENT = "CURRENT", "当期"
    ADVANCE = "ADVANCE", "预缴"
    ARREARS = "ARREARS", "清欠"
    SUPPLEMENT = "SUPPLEMENT", "补缴"
    LATE_FEE = "LATE_FEE", "滞纳金"


class ListState(models.TextChoices):
    IMPORTED = "IMPORTED", "已入库"
    TRANSFERRED = "TRANSFERRED", "已划转财政专户"


class FundsPlanState(models.TextChoices):
    SIGNING = "SIGNING", "待财务负责人签发"
    HEAD = "HEAD", "待主要领导签发"
    HR = "HR", "待人社局审核"
    FINANCE = "FINANCE", "待财政局审核"
    REQUESTED = "REQUESTED", "待财政拨付"
    ALLOTTED = "ALLOTTED", "已拨付"
    CLOSED = "CLOSED", "已结束拨付"
    COVERED = "COVERED", "余额支付"
    RETURNED = "RETURNED", "已退回"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class FundsPlanClosingState(models.TextChoices):
    """How far an application to end a plan's allotment has come."""

    WAITING = "WAITING", "待审批"
    APPROVED = "APPROVED", "已批准"
    REFUSED = "REFUSED", "未批准"


class StatementForm(models.TextChoices):
    """What a financial statement is made for."""

    ACCOUNTS = "ACCOUNTS", "财务报表"
    DISCLOSURE = "DISCLOSURE", "信息披露"


class StatementSpan(models.TextChoices):
    MONTH = "MONTH", "月度"
    QUARTER = "QUARTER", "季度"
    HALF_YEAR = "HALF_YEAR", "半年度"
    YEAR = "YEAR", "年度"


class StatementTable(models.TextChoices):
    """The tables whose cells a statement keeps."""

    BALANCE = "BALANCE", "资产负债表"
    INCOME = "INCOME", "收支表"
    RECIPIENTS = "RECIPIENTS", "待遇领取情况"


class StatementColumn(models.TextChoices):
    OPENING = "OPENING", "年初余额"
    CLOSING = "CLOSING", "期末余额"
    CURRENT = "CURRENT", "本期数"
    TO_DATE = "TO_DATE", "本年累计数"
    LAST_YEAR = "LAST_YEAR", "上年数"
    PERSONS = "PERSONS", "领取人数"
    AMOUNT = "AMOUNT", "发放金额"


class FinancialStatementState(models.TextChoices):
    CHECKING = "CHECKING", "待复核"
    APPROVING = "APPROVING", "待财务负责人签发"
    SIGNING = "SIGNING", "待主要领导签发"
    FINAL = "FINAL", "已定稿"
    RETURNED = "RETURNED", "已退回"


class HandoverState(models.TextChoices):
    """How far the handover of a former office's fund has come; nothing changes once complete."""

    DRAFT = "DRAFT", "编制中"
    TRANSFER = "TRANSFER", "待移交人签字"
    RECEIVE = "RECEIVE", "待接收人签字"
    SUPERVISE = "SUPERVISE", "待监交人签字"
    COMPLETE = "COMPLETE", "已交接"


class ClaimKind(models.TextChoices):
    RECEIVABLE = "RECEIVABLE", "债权"
    PAYABLE = "PAYABLE", "债务"


class ArchiveKind(models.TextChoices):
    VOUCHERS = "VOUCHERS", "会计凭证"
    LEDGERS = "LEDGERS", "会计账簿"
    STATEMENTS = "STATEMENTS", "财务会计报告"
    CONTRACTS = "CONTRACTS", "合同协议"
    OTHER = "OTHER", "其他档案"


class EntryKind(models.TextChoices):
    """What a clerk registers. The event follows from it, for returns also from the years."""

    TREASURY_INTEREST = "TREASURY_INTEREST", "国库存款利息"
    PREMIUM_DIRECT = "PREMIUM_DIRECT", "保险费直接缴入"
    TRANSFER_IN = "TRANSFER_IN", "关系转入资金"
    BANK_INTEREST = "BANK_INTEREST", "账户存款利息"
    FISCAL_SUBSIDY = "FISCAL_SUBSIDY", "财政补贴收入"
    HIGHER_SUBSIDY = "HIGHER_SUBSIDY", "上级补助收入"
    LOAN_RECEIVED = "LOAN_RECEIVED", "借入款项"
    UNKNOWN_RECEIPT = "UNKNOWN_RECEIPT", "不明来款"
    LATE_RETURN = "LATE_RETURN", "退票"
    RECOVERY = "RECOVERY", "追回多付待遇"
    TRANSFER_OUT_RETURNED = "TRANSFER_OUT_RETURNED", "关系转出资金退回"
    ADVANCE_RECOVERED = "ADVANCE_RECOVERED", "收回暂付款"
    PREMIUM_REFUND = "PREMIUM_REFUND", "退还保险费"
    TRANSFER_OUT = "TRANSFER_OUT", "关系转出资金"
    TRANSFER_IN_RETURNED = "TRANSFER_IN_RETURNED", "退回关系转入资金"
    TO_HIGHER_LEVEL = "TO_HIGHER_LEVEL", "上解上级支出"
    ADVANCE_PAID = "ADVANCE_PAID", "支付暂付款"
    LOAN_REPAID = "LOAN_REPAID", "归还借款本息"
    INCOME_TO_FISCAL = "INCOME_TO_FISCAL", "收入户划转财政专户"
    INTEREST_TO_FISCAL = "INTEREST_TO_FISCAL", "支出户利息划转财政专户"
    RECEIPT_IDENTIFIED = "RECEIPT_IDENTIFIED", "不明来款查明"
    RECEIPT_IS_RETURN = "RECEIPT_IS_RETURN", "不明来款查明为退回待遇"
    ADVANCE_EXPENSED = "ADVANCE_EXPENSED", "暂付款转列支出"
    LOAN_REPAID_BY_FINANCE = "LOAN_REPAID_BY_FINANCE", "财政代为归还借款"
    ADVANCE_WRITTEN_OFF = "ADVANCE_WRITTEN_OFF", "核销暂付款"
    PAYABLE_WRITTEN_OFF = "PAYABLE_WRITTEN_OFF", "核销暂收款"
    DEPOSIT_PLACED = "DEPOSIT_PLACED", "转存定期存款"
    DEPOSIT_MATURED = "DEPOSIT_MATURED", "收回定期存款"
    BOND_BOUGHT = "BOND_BOUGHT", "认购国债"
    BOND_INTEREST = "BOND_INTEREST", "国债付息"
    BOND_REDEEMED = "BOND_REDEEMED", "收回国债"


class EntryState(models.TextChoices):
    SIGNING = "SIGNING", "待财务负责人核准"
    BOOKED = "BOOKED", "已生成凭证"
    RETURNED = "RETURNED", "已退回"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class PrintKind(models.TextChoices):
    """What of the books is printed."""

    VOUCHERS = "VOUCHERS", "记账凭证"
    GENERAL = "GENERAL", "总账"
    DETAIL = "DETAIL", "明细账"
    DAY_BOOK = "DAY_BOOK", "银行存款日记账"


class CapacityLevel(models.TextChoices):
    """How long the rolled balance pays, the most serious level first (支付能力预警)."""

    RED = "RED", "红色预警"
    ORANGE = "ORANGE", "橙色预警"
    YELLOW = "YELLOW", "黄色预警"
    NORMAL = "NORMAL", "正常"
    NONE = "NONE", "近期无支出"
