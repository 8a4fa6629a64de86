"""Stored codes of reconciliation, with the words screens show."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models

from funds.enums import BankAccountKind


class RunKind(models.TextChoices):
    BUSINESS_LEDGER = "R1", "业务与财务对账"
    LEDGER_BANK = "R2", "支出户银行对账"
    INCOME_BANK = "R3", "收入户银行对账"
    FISCAL_BANK = "R4", "财政专户对账"
    BATCH_RETURN = "R7", "批次与回盘核对"


# Which reconciliation compares a bank account with its bank and what the form of its sheet
# is called (财会〔2017〕28号: 收入户、支出户、财政专户按月编制).
RUN_OF_ACCOUNT: Mapping[str, RunKind] = MappingProxyType(
    {
        BankAccountKind.EXPENDITURE: RunKind.LEDGER_BANK,
        BankAccountKind.INCOME: RunKind.INCOME_BANK,
        BankAccountKind.FISCAL: RunKind.FISCAL_BANK,
    }
)
SHEET_TITLES: Mapping[str, str] = MappingProxyType(
    {
        BankAccountKind.EXPENDITURE: "银行支出户存款余额调节表",
        BankAccountKind.INCOME: "银行收入户存款余额调节表",
        BankAccountKind.FISCAL: "财政专户存款余额调节表",
    }
)
BANK_RUNS = tuple(RUN_OF_ACCOUNT.values())


class RunState(models.TextChoices):
    DIFFERENT = "DIFFERENT", "有差异"
    EQUAL = "EQUAL", "一致"


class DifferenceKind(models.TextChoices):
    TIMING = "D1", "未达账项"
    AMOUNT = "D2", "金额不符"
    MISSING_IN_LEDGER = "D3", "财务缺记"
    MISSING_IN_BUSINESS = "D4", "业务缺记"
    DUPLICATE = "D5", "重复"
    MISCODED = "D6", "机构或项目记错"
    WRONG_OUTCOME = "D7", "成败记反"
    ROUNDING = "D8", "尾差（不允许）"


class DifferenceState(models.TextChoices):
    OPEN = "OPEN", "待处理"
    EXPLAINED = "EXPLAINED", "待销号"
    CLOSED = "CLOSED", "已销号"


class StatementState(models.TextChoices):
    DRAFT = "DRAFT", "待制表"
    SIGNING = "SIGNING", "待负责人签字"
    SIGNED = "SIGNED", "待财务确认"
    CONFIRMED = "CONFIRMED", "已归档"
    SUPERSEDED = "SUPERSEDED", "已被新版替代"


class AdjustmentState(models.TextChoices):
    CHECKING = "CHECKING", "待复核"
    CHECKED = "CHECKED", "已复核"


class OutstandingSide(models.TextChoices):
    """The four groups of a balance adjustment sheet (余额调节表)."""

    BANK_RECEIVED = "BANK_RECEIVED", "银行已收单位未收"
    BANK_PAID = "BANK_PAID", "银行已付单位未付"
    UNIT_RECEIVED = "UNIT_RECEIVED", "单位已收银行未收"
    UNIT_PAID = "UNIT_PAID", "单位已付银行未付"


class MonthEndCheck(models.TextChoices):
    """What must be right before a month closes (月末结账检查), in the order of the board."""

    BATCHES = "BATCHES", "支付批次已回盘"
    SUSPENSE = "SUSPENSE", "代发在途（110101）已清"
    VOUCHERS = "VOUCHERS", "凭证全部过账"
    DAY_BOOKS = "DAY_BOOKS", "日记账与总账一致"
    INCOME_BANK = "INCOME_BANK", "收入户与银行核对一致"
    FISCAL_BANK = "FISCAL_BANK", "财政专户与对账单一致"
    EXPENDITURE_BANK = "EXPENDITURE_BANK", "支出户与银行核对一致"
    FLOW_FINDINGS = "FLOW_FINDINGS", "资金流向异常已办结"
    TAX_LISTS = "TAX_LISTS", "征收收入明细与账簿一致"
    STATEMENTS = "STATEMENTS", "对账明细表已签署"
    DIFFERENCES = "DIFFERENCES", "差异已销号"
    BALANCED = "BALANCED", "试算平衡"
    CARRIED_FORWARD = "CARRIED_FORWARD", "年末结转"
    REPORTS = "REPORTS", "财务报表已编制"


class MonthEndState(models.TextChoices):
    PASSED = "PASSED", "通过"
    FAILED = "FAILED", "未通过"
    EXPLAIN = "EXPLAIN", "待说明"
    IDLE = "IDLE", "不适用"
