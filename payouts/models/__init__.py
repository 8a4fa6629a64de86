"""Tables of payouts, one module per aggregate."""

from payouts.models.batches import (
    BankAnswer,
    BankFile,
    BankMessage,
    BatchPlan,
    PaymentBatch,
    PaymentInstruction,
)
from payouts.models.cases import BenefitCase, Claimant, IntakeStep, PayeeAccount
from payouts.models.comparisons import ComparisonResult, ComparisonRun
from payouts.models.entitlements import Entitlement, EntitlementChange
from payouts.models.items import BenefitItem, CheckList, CheckQuestion
from payouts.models.plans import (
    DisbursementPlan,
    DisbursementPlanLine,
    MonthSignOff,
    PaymentApplication,
    PlanUnlock,
)
from payouts.models.returns import BankReturn, BankReturnLine, ReissueRequest
from payouts.models.sources import SourceExtract, SourceExtractRow

__all__ = [
    "BankAnswer",
    "BankFile",
    "BankMessage",
    "BankReturn",
    "BankReturnLine",
    "BatchPlan",
    "BenefitCase",
    "BenefitItem",
    "CheckList",
    "CheckQuestion",
    "Claimant",
    "ComparisonResult",
    "ComparisonRun",
    "DisbursementPlan",
    "DisbursementPlanLine",
    "Entitlement",
    "EntitlementChange",
    "IntakeStep",
    "MonthSignOff",
    "PayeeAccount",
    "PaymentApplication",
    "PaymentBatch",
    "PaymentInstruction",
    "PlanUnlock",
    "ReissueRequest",
    "SourceExtract",
    "SourceExtractRow",
]
