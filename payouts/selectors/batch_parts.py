"""The parts of a batch: its files, its sums by state, its plans, the talk with the bank."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from common.db import run_sql
from payouts.enums import InstructionState
from payouts.models import BankFile, BatchPlan, PaymentBatch
from payouts.selectors.batches import (
    INSTRUCTION_TONES,
    BatchLine,
    batch_lines,
    instructions_of,
)

MESSAGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file of a batch: what is sent. `document_id` leads to its exact bytes."""

    batch: BatchLine
    file_sha256: str
    document_id: int | None


@dataclass(frozen=True, slots=True)
class StateSum:
    """How many instructions stand in one state, and their yuan."""

    state: str
    label: str
    tone: str
    line_count: int
    total_amount: Decimal


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line of the conversation with the bank."""

    at: datetime
    batch_number: str
    call: str
    outcome: str
    person: str


def list_leaves(*, batch: BatchLine) -> list[Leaf]:
    """Return the files of a batch: itself, or its children, in order."""
    rows = PaymentBatch.objects.filter(Q(pk=batch.id, is_leaf=True) | Q(parent_id=batch.id))
    leaves = batch_lines(rows.order_by("pk"))
    written = BankFile.objects.filter(batch_id__in=[leaf.id for leaf in leaves])
    files = {
        batch_id: (sha256, document_id)
        for batch_id, sha256, document_id in written.values_list(
            "batch_id", "sha256", "document_id"
        )
    }
    return [Leaf(leaf, *files.get(leaf.id, ("", None))) for leaf in leaves]


def sum_states(*, batch: BatchLine) -> list[StateSum]:
    """Return counts and sums of a batch's instructions by state; together they are the batch."""
    sums = (
        instructions_of(batch)
        .values("state")
        .annotate(line_count=Count("pk"), total=Sum("amount"))
        .order_by("state")
    )
    return [
        StateSum(
            row["state"],
            InstructionState(row["state"]).label,
            INSTRUCTION_TONES[row["state"]],
            row["line_count"],
            row["total"],
        )
        for row in sums
    ]


def list_messages(*, batch: BatchLine) -> list[MessageLine]:
    """Return the newest lines of the conversation with the bank about a batch and its files."""
    parameters = {"batch_id": batch.id, "shown": MESSAGES_SHOWN}
    rows = run_sql("payouts", "read_messages", parameters)
    return [
        MessageLine(at, number, call, outcome, person or "系统")
        for at, number, call, outcome, person in rows
    ]


def list_plans_of_batch(*, batch: BatchLine) -> list[tuple[int, str]]:
    """Return id and number of the plans a batch pays or paid."""
    rows = BatchPlan.objects.filter(batch_id=batch.id).order_by("plan_id")
    return list(rows.values_list("plan_id", "plan__number"))
