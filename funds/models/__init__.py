"""Tables of funds, one module per aggregate."""

from funds.models.books import BankAccount, BankAccountReview, Book, LedgerAccount, Period
from funds.models.budgets import (
    Budget,
    BudgetAssumption,
    BudgetConfirmation,
    BudgetLine,
    BudgetTarget,
)
from funds.models.custody import CustodyItem, CustodyTransfer, CustodyUse
from funds.models.entries import FundsEntry
from funds.models.financial_statements import (
    AnalysisRemark,
    FinancialStatement,
    FinancialStatementCell,
    FinancialStatementNote,
)
from funds.models.flow_findings import FlowFinding
from funds.models.gap_sheets import GapShare, GapSheet
from funds.models.handovers import (
    Handover,
    HandoverArchive,
    HandoverBalance,
    HandoverBank,
    HandoverClaim,
)
from funds.models.income import BankStatement, BankStatementLine, TaxIncomeLine, TaxIncomeList
from funds.models.investments import Investment
from funds.models.period_requests import PeriodRequest
from funds.models.plan_closings import FundsPlanClosing
from funds.models.plans import FundsAllotment, FundsUsePlan, FundsUsePlanLine
from funds.models.reserves import ReserveEntry
from funds.models.rules import FlowEdge, PostingAccount, PostingRule
from funds.models.vouchers import AccountBalance, Voucher, VoucherLine

__all__ = [
    "AccountBalance",
    "AnalysisRemark",
    "BankAccount",
    "BankAccountReview",
    "BankStatement",
    "BankStatementLine",
    "Book",
    "Budget",
    "BudgetAssumption",
    "BudgetConfirmation",
    "BudgetLine",
    "BudgetTarget",
    "CustodyItem",
    "CustodyTransfer",
    "CustodyUse",
    "FinancialStatement",
    "FinancialStatementCell",
    "FinancialStatementNote",
    "FlowEdge",
    "FlowFinding",
    "FundsAllotment",
    "FundsEntry",
    "FundsPlanClosing",
    "FundsUsePlan",
    "FundsUsePlanLine",
    "GapShare",
    "GapSheet",
    "Handover",
    "HandoverArchive",
    "HandoverBalance",
    "HandoverBank",
    "HandoverClaim",
    "Investment",
    "LedgerAccount",
    "Period",
    "PeriodRequest",
    "PostingAccount",
    "PostingRule",
    "ReserveEntry",
    "TaxIncomeLine",
    "TaxIncomeList",
    "Voucher",
    "VoucherLine",
]
