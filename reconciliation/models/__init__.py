"""Tables of reconciliation, one module per aggregate."""

from reconciliation.models.adjustments import BalanceAdjustment, OutstandingItem
from reconciliation.models.runs import Difference, ReconciliationRun
from reconciliation.models.statements import OfficeStatement, OfficeStatementLine

__all__ = [
    "BalanceAdjustment",
    "Difference",
    "OfficeStatement",
    "OfficeStatementLine",
    "OutstandingItem",
    "ReconciliationRun",
]
