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


class NormalSide(models.TextChoices):
    DEBIT = "DEBIT", "借"
    CREDIT = "CREDIT", "贷"


class PeriodState(models.TextChoices):
    OPEN = "OPEN", "未结账"
    CLOSED = "CLOSED", "已结账"


class VoucherState(models.TextChoices):
    DRAFT = "DRAFT", "待稽核"
    CHECKED = "CHECKED", "待过账"
    POSTED = "POSTED", "已过账"
    VOIDED = "VOIDED", "已作废"


class BusinessEvent(models.TextChoices):
    """Events of the posting rules (财会〔2017〕28号); each names its debit and credit side."""

    TAX_COLLECTED = "E01", "税务征收入库"
    TREASURY_TO_FISCAL = "E02", "国库划转财政专户"
    ALLOTMENT = "E08", "财政专户拨付支出户"
    BENEFIT_PAID = "E09", "待遇支付"
    BENEFIT_PAID_GROSS = "E10", "待遇支付（银行按总额扣款）"
    FAILED_CREDIT_BACK = "E10B", "支付失败资金退回"
    OPENING = "E35", "期初余额"
    REVERSAL = "REVERSAL", "红字冲销"
    MANUAL = "MANUAL", "手工凭证"


class SourceKind(models.TextChoices):
    """What a voucher was drafted from; one live voucher per source."""

    NONE = "NONE", "无"
    TAX_INCOME_LIST = "TAX_INCOME_LIST", "征收收入明细表"
    TREASURY_TRANSFER = "TREASURY_TRANSFER", "国库划转"
    FUNDS_USE_PLAN = "FUNDS_USE_PLAN", "用款计划"
    BANK_RETURN = "BANK_RETURN", "银行回盘"
    VOUCHER = "VOUCHER", "记账凭证"


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
    REQUESTED = "REQUESTED", "待财政拨付"
    ALLOTTED = "ALLOTTED", "已拨付"
    RETURNED = "RETURNED", "已退回"
