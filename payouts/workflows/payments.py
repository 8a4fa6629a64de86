"""States of payment batches, their instructions, and re-issue requests."""

from collections.abc import Mapping
from types import MappingProxyType

from payouts.enums import AnswerState, BatchState, InstructionState, ReissueState

# Table name -> permitted (from, to).
TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "payouts_paymentbatch": frozenset(
            {
                (BatchState.DRAFT, BatchState.CHECKED),
                (BatchState.DRAFT, BatchState.WITHDRAWN),
                (BatchState.CHECKED, BatchState.CONFIRMED),
                (BatchState.CHECKED, BatchState.WITHDRAWN),
                (BatchState.CONFIRMED, BatchState.RELEASED),
                (BatchState.CONFIRMED, BatchState.WITHDRAWN),
                (BatchState.RELEASED, BatchState.SENDING),
                (BatchState.RELEASED, BatchState.RETURNED),  # a parent: it is never sent itself
                (BatchState.RELEASED, BatchState.REJECTED),
                (BatchState.SENDING, BatchState.SENT),
                (BatchState.SENDING, BatchState.UNKNOWN),
                (BatchState.SENDING, BatchState.REJECTED),
                (BatchState.UNKNOWN, BatchState.SENT),
                (BatchState.UNKNOWN, BatchState.SENDING),
                (BatchState.UNKNOWN, BatchState.REJECTED),
                (BatchState.SENT, BatchState.RETURNED),
            }
        ),
        "payouts_paymentinstruction": frozenset(
            {
                (InstructionState.CREATED, InstructionState.SENT),
                (InstructionState.CREATED, InstructionState.UNKNOWN),
                (InstructionState.CREATED, InstructionState.WITHDRAWN),
                (InstructionState.SENT, InstructionState.SUCCESS),
                (InstructionState.SENT, InstructionState.FAILED),
                (InstructionState.UNKNOWN, InstructionState.SENT),
                (InstructionState.UNKNOWN, InstructionState.CREATED),
                (InstructionState.UNKNOWN, InstructionState.WITHDRAWN),
            }
        ),
        "payouts_bankanswer": frozenset(
            {
                (AnswerState.WAITING, AnswerState.APPROVED),
                (AnswerState.WAITING, AnswerState.REFUSED),
            }
        ),
        "payouts_reissuerequest": frozenset(
            {
                (ReissueState.REVIEW, ReissueState.APPROVAL),
                (ReissueState.REVIEW, ReissueState.REFUSED),
                (ReissueState.APPROVAL, ReissueState.APPROVED),
                (ReissueState.APPROVAL, ReissueState.REFUSED),
                (ReissueState.APPROVED, ReissueState.IN_BATCH),
                (ReissueState.IN_BATCH, ReissueState.APPROVED),
            }
        ),
    }
)

# Where money may still leave, or has left but is not yet in the books.
IN_FLIGHT = (BatchState.RELEASED, BatchState.SENDING, BatchState.UNKNOWN, BatchState.SENT)
WITHDRAWABLE = (BatchState.DRAFT, BatchState.CHECKED, BatchState.CONFIRMED)
FINAL = (BatchState.RETURNED, BatchState.REJECTED, BatchState.WITHDRAWN)


def state_of_parent(children: list[str]) -> BatchState:
    """Return where a released parent stands, from the states of its children.

    Returned once every child has its definite end and the bank took at least one of them;
    refused when it took none; otherwise still on its way.
    """
    if any(state not in FINAL for state in children):
        return BatchState.RELEASED
    if all(state == BatchState.REJECTED for state in children):
        return BatchState.REJECTED
    return BatchState.RETURNED
