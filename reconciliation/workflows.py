"""State tables of reconciliation: pure, no database, no clock.

`TRANSITIONS` maps a table name to its permitted (from, to) pairs; the database holds the same
pairs (accounts_statetransition) and refuses all others.
"""

from collections.abc import Mapping
from types import MappingProxyType

from reconciliation.enums import AdjustmentState, DifferenceState, StatementState

TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "reconciliation_difference": frozenset(
            {
                (DifferenceState.OPEN, DifferenceState.EXPLAINED),
                (DifferenceState.EXPLAINED, DifferenceState.OPEN),
                (DifferenceState.EXPLAINED, DifferenceState.CLOSED),
            }
        ),
        "reconciliation_officestatement": frozenset(
            {
                (StatementState.DRAFT, StatementState.SIGNING),
                (StatementState.DRAFT, StatementState.SUPERSEDED),
                (StatementState.SIGNING, StatementState.SIGNED),
                (StatementState.SIGNING, StatementState.SUPERSEDED),
                (StatementState.SIGNED, StatementState.CONFIRMED),
                (StatementState.SIGNED, StatementState.SUPERSEDED),
                (StatementState.CONFIRMED, StatementState.SUPERSEDED),
            }
        ),
        "reconciliation_balanceadjustment": frozenset(
            {(AdjustmentState.CHECKING, AdjustmentState.CHECKED)}
        ),
    }
)
