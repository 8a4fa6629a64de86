"""The instructions of a batch: who is paid what, and what the bank said to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from common.columns import Column
from common.lists import Listing, Viewer
from common.workbooks import Kind
from payouts.enums import FailCode, InstructionState
from payouts.models import PaymentInstruction
from payouts.selectors.batches import (
    INSTRUCTION_TONES,
    BatchLine,
    get_batch,
    instructions_of,
)


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """One instruction. Yuan."""

    id: int
    batch_number: str
    position: int
    end_to_end_id: str
    attempt: int
    payee_name: str
    identity_masked: str
    account_masked: str
    bank_name: str
    amount: Decimal
    state: str
    state_label: str
    tone: str
    fail_label: str
    bank_serial: str
    bank_date: date | None

    @property
    def attempt_text(self) -> str:
        """Say that it is no first attempt."""
        return f"第{self.attempt}次" if self.attempt > 1 else ""


INSTRUCTION_FIELDS = (
    *("batch__number", "position", "end_to_end_id", "attempt", "payee_name", "amount", "state"),
    *("payee_account__claimant__identity_masked", "payee_account__number_masked"),
    *("payee_account__bank_name", "fail_code", "bank_serial", "bank_date"),
)


def find_instructions(
    viewer: Viewer, *, batch_id: int, state: str = "", name: str = ""
) -> QuerySet[PaymentInstruction]:
    """Return the instructions of a batch the viewer may see."""
    rows = instructions_of(get_batch(actor=viewer.actor, batch_id=batch_id))
    if state in InstructionState.values:
        rows = rows.filter(state=state)
    return rows.filter(payee_name__prefix=name) if name else rows


def show_instructions(_viewer: Viewer, rows: Sequence[Any]) -> list[InstructionLine]:
    """Return these instructions as screens show them."""
    return [_instruction_line(row) for row in rows]


INSTRUCTIONS = Listing(
    code="payouts.selectors.instructions.INSTRUCTIONS",
    title="支付明细",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column(
            "id",
            "指令号",
            order="id",
            is_indexed=True,
            value="end_to_end_id",
            width=32,
            note="attempt_text",
            is_whole=True,
        ),
        Column("attempt", "发送次数", Kind.COUNT, place="file"),
        Column("name", "户名", order="payee_name", value="payee_name", note="identity_masked"),
        Column("identity", "证件号", value="identity_masked", place="file", width=22),
        Column(
            "account", "账号", value="account_masked", width=22, note="bank_name", is_whole=True
        ),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
        Column(
            "state",
            "状态",
            order="state",
            value="state_label",
            tone="tone",
            note="fail_label",
            is_warning=True,
        ),
        Column("reason", "失败原因", value="fail_label", place="file", width=22),
        Column("day", "记账日期", Kind.DAY, order="bank_date", value="bank_date"),
        Column("serial", "银行流水号", value="bank_serial", width=24),
        Column("bank", "开户银行", value="bank_name", place="file", width=24),
    ),
    query=find_instructions,
    show=show_instructions,
    fields=INSTRUCTION_FIELDS,
    default="id",
    is_written=True,
)


def first_instructions(*, batch: BatchLine, limit: int = 10) -> list[InstructionLine]:
    """Return the first instructions of a batch, for its page."""
    return _lines(instructions_of(batch).order_by("pk")[:limit])


def list_attempts(*, plan_line_id: int) -> list[InstructionLine]:
    """Return every order to the bank for one plan line, the first at the top."""
    return _lines(PaymentInstruction.objects.filter(plan_line_id=plan_line_id).order_by("pk"))


def _lines(rows: QuerySet[PaymentInstruction]) -> list[InstructionLine]:
    found = rows.values_list("pk", *INSTRUCTION_FIELDS, named=True)
    return [_instruction_line(row) for row in found]


def _instruction_line(row: Any) -> InstructionLine:
    """Return the line of one instruction, a tuple of pk and `INSTRUCTION_FIELDS`."""
    return InstructionLine(
        id=row.pk,
        batch_number=row.batch__number,
        position=row.position,
        end_to_end_id=row.end_to_end_id,
        attempt=row.attempt,
        payee_name=row.payee_name,
        identity_masked=row.payee_account__claimant__identity_masked,
        account_masked=row.payee_account__number_masked,
        bank_name=row.payee_account__bank_name,
        amount=row.amount,
        state=row.state,
        state_label=InstructionState(row.state).label,
        tone=INSTRUCTION_TONES[row.state],
        fail_label=FailCode(row.fail_code).label if row.fail_code else "",
        bank_serial=row.bank_serial,
        bank_date=row.bank_date,
    )
