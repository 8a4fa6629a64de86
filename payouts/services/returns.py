"""Return files (回盘): applied whole, or quarantined whole with a report (P27)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.permissions import require_any, require_duty
from accounts.services import audit, documents, notices
from common.actor import Actor, Person
from common.db import constraint_errors, run_sql
from common.documents import Column, detail_workbook, sha256_hex
from common.errors import DomainError
from common.tables import (
    FileUnreadable,
    PipedFile,
    Problem,
    decode_text,
)
from funds.selectors.books import city_centre
from payouts.bank_files import (
    ReturnHeading,
    read_return,
    read_return_heading,
)
from payouts.enums import BatchState, ReturnState, ReturnVia
from payouts.models import BankReturn, PaymentBatch
from payouts.services.return_staging import stage_return
from payouts.services.return_vouchers import draft_return_voucher
from payouts.services.sending import move_parent


class ReturnNotYours(DomainError):
    code = "RETURN_OF_ANOTHER_OFFICE"
    message = "该回盘文件属于其他经办机构的批次，请由该机构或市级财务导入"


class BatchNotAwaiting(DomainError):
    code = "BATCH_NOT_AWAITING_RETURN"
    message = "该批次的发送结果尚未确认，请待系统向银行查询后再导入回盘文件"


class ReturnReceivedMeanwhile(DomainError):
    code = "RETURN_RECEIVED_MEANWHILE"
    message = "同一回盘文件刚刚已经接收，请刷新页面查看"


REFUSALS = {
    "return_once_per_file": ReturnReceivedMeanwhile,
    "return_applied_once_per_batch": ReturnReceivedMeanwhile,
}


@dataclass(frozen=True, slots=True)
class ReceivedReturn:
    """What became of a file. `is_repeat`: the same bytes came before and changed nothing now."""

    id: int
    state: ReturnState
    problem: str = ""
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One file as it came in."""

    content: bytes
    sha256: str
    file_name: str
    via: ReturnVia
    at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of a quarantine report."""

    line: int
    field: str
    value: str
    expected: str
    reason: str


@transaction.atomic
def receive_return(
    *,
    actor: Actor,
    content: bytes,
    file_name: str,
    via: ReturnVia,
    at: datetime,
    asked_batch_id: int | None = None,
) -> ReceivedReturn:
    """Take a return file in: settle its batch and draft the voucher, or quarantine it whole.

    The same bytes again change nothing and say so. A person needs RETURN_IMPORT over the
    batch's office (P11). `asked_batch_id` is the batch whose return the bank was asked for.

    Raises:
        ReturnNotYours: another office's batch; BatchNotAwaiting: outcome of sending not known
        yet, the file may come again later; PeriodMissing, PeriodClosed: of the voucher.
    """
    if isinstance(actor, Person):
        require_any(actor, Duty.RETURN_IMPORT)
    delivery = _Delivery(content, sha256_hex(content), file_name, via, at)
    found = _examine(actor, delivery, asked_batch_id)
    if isinstance(found, ReceivedReturn):
        return found
    if found.count or found.batch is None or found.heading is None:
        return _quarantine(actor, delivery, found.batch, found.faults, found.count)
    return _apply(actor, delivery, found.batch, found.heading)


@dataclass(frozen=True, slots=True)
class _Examined:
    """What a file says: the batch it is about, its heading, its first faults and their number."""

    batch: PaymentBatch | None
    heading: ReturnHeading | None
    faults: list[Fault]
    count: int


def _examine(
    actor: Actor, delivery: _Delivery, asked_batch_id: int | None
) -> ReceivedReturn | _Examined:
    """Read a file and compare it with its batch; what came before is answered as then.

    The file as text lives no longer than this: what follows keeps its bytes, encrypted, and a
    large file should not be in memory twice for that.
    """
    file, heading = _read(delivery.content)
    batch = _find_batch(file, asked_batch_id)
    if isinstance(actor, Person) and batch is not None:
        _require_own(actor, batch)
    earlier = BankReturn.objects.filter(sha256=delivery.sha256).first()
    if earlier is not None:
        return ReceivedReturn(
            earlier.pk, ReturnState(earlier.state), earlier.problem, is_repeat=True
        )
    faults, count = _faults(file, heading, batch)
    return _Examined(batch, heading, faults, count)


def _require_own(actor: Person, batch: PaymentBatch) -> None:
    try:
        require_duty(actor, Duty.RETURN_IMPORT, over=batch.organisation_id)
    except DomainError:
        raise ReturnNotYours from None


def _read(content: bytes) -> tuple[PipedFile, ReturnHeading | None]:
    try:
        file = read_return(decode_text(content))
    except FileUnreadable as error:
        file = PipedFile()
        file.report(0, "文件", "", error.message)
    return file, read_return_heading(file)


def _find_batch(file: PipedFile, asked_batch_id: int | None) -> PaymentBatch | None:
    """Return the leaf the file is about, locked; the one asked for comes before the one named."""
    batches = PaymentBatch.objects.select_for_update(of=("self",), no_key=True).select_related(
        "organisation", "item", "bank_account"
    )
    if asked_batch_id is not None:
        return batches.get(pk=asked_batch_id, is_leaf=True)
    if not file.header:
        return None
    return batches.filter(number=file.header[0][:40], is_leaf=True).first()


def _faults(
    file: PipedFile, heading: ReturnHeading | None, batch: PaymentBatch | None
) -> tuple[list[Fault], int]:
    """Return the first faults of a file and how many there are."""
    if heading is None:
        return [_fault(problem) for problem in file.problems], file.problem_count
    if batch is None or heading.number != batch.number:
        expected = batch.number if batch else ""
        return [Fault(1, "批次号", heading.number, expected, "没有这个支付批次")], 1
    if batch.state == BatchState.RETURNED:
        return [Fault(1, "批次号", heading.number, "", "该批次已有回盘入账，不能再次回盘")], 1
    if batch.state in {BatchState.RELEASED, BatchState.SENDING, BatchState.UNKNOWN}:
        raise BatchNotAwaiting
    if batch.state != BatchState.SENT:
        return [Fault(1, "批次号", heading.number, "", "该批次没有发送给银行")], 1
    stage_return(file)
    return _match(batch, heading)


def _fault(problem: Problem) -> Fault:
    return Fault(problem.line, problem.column, problem.value, "", problem.reason)


def _match(batch: PaymentBatch, heading: ReturnHeading) -> tuple[list[Fault], int]:
    parameters = {
        "batch_id": batch.pk,
        "line_count": heading.line_count,
        "success_count": heading.success_count,
        "success_total": heading.success_total,
        "fail_count": heading.fail_count,
        "fail_total": heading.fail_total,
        "trailer_count": heading.trailer_count,
        "trailer_total": heading.trailer_total,
        "trailer_line": heading.trailer_line,
    }
    rows = run_sql("payouts", "match_return", parameters)
    return [Fault(*row[:5]) for row in rows], rows[0][5] if rows else 0


def _quarantine(
    actor: Actor,
    delivery: _Delivery,
    batch: PaymentBatch | None,
    faults: list[Fault],
    count: int,
) -> ReceivedReturn:
    """Keep the file and the report; apply nothing; tell the office and finance."""
    organisation_id = _office_of(actor, batch)
    problem = f"{faults[0].reason}等{count}处" if count > 1 else faults[0].reason
    report = documents.store_document(
        actor=actor,
        document=documents.NewDocument(
            organisation_id=organisation_id,
            duty=Duty.BATCH_READ,
            title=f"回盘差异报告 {delivery.file_name}"[:150],
            file_name=f"回盘差异报告-{delivery.sha256[:8]}.xlsx",
            media_type=documents.XLSX,
            content=_report(faults),
        ),
        at=delivery.at,
    )
    kept = _keep(
        actor,
        delivery,
        organisation_id,
        batch=batch,
        state=ReturnState.QUARANTINED,
        problem=problem[:300],
        report=report,
    )
    after = {"problem": problem, "problem_count": count, "sha256": delivery.sha256}
    _record(actor, kept, "payouts.return.quarantined", organisation_id, after)
    _notify(kept, organisation_id, f"异常回盘{delivery.file_name}：{problem}，未入账")
    return ReceivedReturn(kept.pk, ReturnState.QUARANTINED, kept.problem)


def _office_of(actor: Actor, batch: PaymentBatch | None) -> int:
    """Return the office whose matter a file is: the batch's, else the importer's, else the city."""
    if batch is not None:
        return batch.organisation_id
    return actor.organisation_id if isinstance(actor, Person) else city_centre().pk


def _report(faults: list[Fault]) -> bytes:
    columns = [
        Column("行号", 8),
        Column("字段", 14),
        Column("文件中的值", 30),
        Column("应为", 30),
        Column("原因", 40),
    ]
    rows = [
        (str(fault.line or "—"), fault.field, fault.value, fault.expected, fault.reason)
        for fault in faults
    ]
    return detail_workbook(columns, rows, title="回盘差异报告")


def _keep(actor: Actor, delivery: _Delivery, organisation_id: int, **values: Any) -> BankReturn:
    """Store the file and its row."""
    document = documents.store_document(
        actor=actor,
        document=documents.NewDocument(
            organisation_id=organisation_id,
            duty=Duty.RETURN_IMPORT,
            title=f"回盘文件 {delivery.file_name}"[:150],
            file_name=delivery.file_name[:150],
            media_type=documents.TEXT,
            content=delivery.content,
        ),
        at=delivery.at,
    )
    with constraint_errors(REFUSALS):
        return BankReturn.objects.create(
            pool_id=actor.pool_id,
            document=document,
            sha256=delivery.sha256,
            via=delivery.via,
            received_by_id=actor.user_id if isinstance(actor, Person) else None,
            received_at=delivery.at,
            **values,
        )


def _apply(
    actor: Actor, delivery: _Delivery, batch: PaymentBatch, heading: ReturnHeading
) -> ReceivedReturn:
    """Settle every line, close the batch and draft its voucher, in one transaction."""
    kept = _keep(
        actor,
        delivery,
        batch.organisation_id,
        batch=batch,
        state=ReturnState.APPLIED,
        bank_date=heading.bank_date,
        success_count=heading.success_count,
        success_total=heading.success_total,
        fail_count=heading.fail_count,
        fail_total=heading.fail_total,
    )
    parameters = {"return_id": kept.pk, "batch_id": batch.pk, "bank_date": heading.bank_date}
    [(settled, written, _)] = run_sql("payouts", "settle_return", parameters)
    if not settled == written == batch.line_count:
        raise RuntimeError(f"batch {batch.number}: {settled} of {batch.line_count} lines settled")
    batch.state, batch.returned_at = BatchState.RETURNED, delivery.at
    batch.save(update_fields=["state", "returned_at"])
    move_parent(batch)
    draft_return_voucher(bank_return=kept, batch=batch, at=delivery.at)
    after = {
        "batch": batch.number,
        "success_count": heading.success_count,
        "success_total": heading.success_total,
        "fail_count": heading.fail_count,
        "fail_total": heading.fail_total,
    }
    _record(actor, kept, "payouts.return.applied", batch.organisation_id, after)
    if heading.fail_count:
        text = (
            f"支付批次{batch.number}回盘：成功{heading.success_count}笔，"
            f"失败{heading.fail_count}笔{heading.fail_total:,.2f}元，请核实后申请重发"
        )
        _notify(kept, batch.organisation_id, text)
    return ReceivedReturn(kept.pk, ReturnState.APPLIED)


def _record(
    actor: Actor, kept: BankReturn, verb: str, organisation_id: int, after: dict[str, Any]
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=kept,
        at=kept.received_at,
        label=kept.document.file_name[:120],
        organisation_id=organisation_id,
        after=after,
    )


def _notify(kept: BankReturn, organisation_id: int, text: str) -> None:
    """Tell who may import returns over the office: its planner and the city's accountant."""
    message = notices.Message(
        NoticeKind.RETURNED,
        text[:300],
        reverse("payouts:return", args=[kept.pk]),
        f"return:{kept.pk}",
    )
    notices.notify_duty(
        pool_id=kept.pool_id,
        duty=Duty.RETURN_IMPORT,
        over=organisation_id,
        message=message,
        at=kept.received_at,
    )
