"""Step 2: a return file of N lines parsed, matched and settled."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from common.actor import Person
from common.tenancy import tenant_transaction
from payouts.enums import InstructionState, ReturnState, ReturnVia
from payouts.models import BankReturnLine, PaymentBatch, PaymentInstruction
from payouts.services.returns import receive_return
from tools.bench.ground import NOW, Ground
from tools.bench.measuring import Step, require_count

FAILURE = 50  # every 50th payment fails
COLUMNS = "letter, seq, end_to_end_id, account, amount, status, reason, bank_serial, paid_at"


def settle_batches(ground: Ground, batches: list[PaymentBatch], step: Step) -> int:
    """Measure the return files of a month against COPY of the same lines; return what was paid."""
    files = [_return_file(ground, batch) for batch in batches]
    actor = ground.people["FACC"]
    with step.ours.measure():
        for batch, file in zip(batches, files, strict=True):
            _receive(actor, batch, file)
    lines = sum(batch.line_count for batch in batches)
    with tenant_transaction(actor):
        written = BankReturnLine.objects.filter(bank_return__batch__in=batches).count()
        settled = PaymentInstruction.objects.filter(batch__in=batches)
        paid = settled.filter(state=InstructionState.SUCCESS).count()
        failed = settled.filter(state=InstructionState.FAILED).count()
    require_count("return lines", written, lines)
    require_count("payments failed", failed, sum(b.line_count // FAILURE for b in batches))
    require_count("payments settled", paid + failed, lines)
    with step.raw.measure(), tenant_transaction(actor):
        require_count("bare return lines", sum(_copy(file.details) for file in files), lines)
    return paid


def _receive(actor: Person, batch: PaymentBatch, file: "_File") -> None:
    with tenant_transaction(actor):
        outcome = receive_return(
            actor=actor,
            content=file.content,
            file_name=f"{batch.number}.return.txt",
            via=ReturnVia.UPLOAD,
            at=NOW,
        )
    if outcome.state != ReturnState.APPLIED:
        raise RuntimeError(f"return not applied: {outcome.problem}")


def _copy(details: bytes) -> int:
    with connection.cursor() as cursor:
        statement = f"COPY bare.return_line ({COLUMNS}) FROM STDIN (DELIMITER '|')"
        with cursor.cursor.copy(statement) as copy:
            copy.write(details)
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class _File:
    """The bank's answer to a batch, whole, and its D records."""

    content: bytes
    details: bytes


def _return_file(ground: Ground, batch: PaymentBatch) -> _File:
    with tenant_transaction(ground.people["FACC"]):
        rows = list(
            PaymentInstruction.objects.filter(batch=batch)
            .order_by("position")
            .values_list("position", "end_to_end_id", "payee_account__number_key", "amount")
        )
    details = "".join(_details(ground, batch, rows)).encode()
    failed = sum((row[3] for row in rows if row[0] % FAILURE == 0), Decimal("0.00"))
    total, failures = sum((row[3] for row in rows), Decimal("0.00")), len(rows) // FAILURE
    head = (
        f"H|{batch.number}|{batch.month:%Y-%m}-10|{len(rows)}|{len(rows) - failures}"
        f"|{total - failed:.2f}|{failures}|{failed:.2f}\n"
    )
    tail = f"T|{len(rows)}|{total:.2f}\n"
    return _File(b"".join((head.encode(), details, tail.encode())), details)


def _details(
    ground: Ground, batch: PaymentBatch, rows: list[tuple[int, str, str, Decimal]]
) -> Iterator[str]:
    for position, end_to_end_id, key, amount in rows:
        fate = "99|03" if position % FAILURE == 0 else "00|"
        yield (
            f"D|{position}|{end_to_end_id}|{ground.cards[key]}|{amount:.2f}|{fate}"
            f"|S{batch.pk}-{position}|{batch.month:%Y-%m}-10T10:00:00+08:00\n"
        )
