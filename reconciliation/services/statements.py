"""The office's monthly statement (对账明细表): the way in for screens, tasks and tests.

Drawing it up stands in `statement_preparing`, signing and after in `statement_signing`.
"""

from reconciliation.services.statement_preparing import (
    FiguresMoved,
    NotReconciled,
    StatementExists,
    prepare_statement,
)
from reconciliation.services.statement_signing import (
    DifferenceOpen,
    ReasonMissing,
    SignedByPreparer,
    StatementNotWaiting,
    confirm_statement,
    sign_statement,
    supersede_statement,
)

__all__ = [
    "DifferenceOpen",
    "FiguresMoved",
    "NotReconciled",
    "ReasonMissing",
    "SignedByPreparer",
    "StatementExists",
    "StatementNotWaiting",
    "confirm_statement",
    "prepare_statement",
    "sign_statement",
    "supersede_statement",
]
