"""Sending released batches in three phases: commit the claim, call the bank, commit the answer.

A batch whose outcome is unknown is never sent again before the bank has definitely said that it
never saw it. Every write after the claim names the claim's epoch, so that a worker that was
overtaken changes nothing (D12).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.services import audit, notices
from common.actor import Job
from common.documents import sha256_hex
from common.errors import DomainError
from common.failpoints import failpoint
from common.tenancy import tenant_transaction
from payouts.enums import BatchState, InstructionState, ReissueState
from payouts.models import BankFile, PaymentBatch, PaymentInstruction, ReissueRequest
from payouts.selectors.bank_answers import SEND_CALL, has_conflict
from payouts.services import bank_gateway
from payouts.services.batch_preparing import free_plans
from payouts.services.batch_releasing import log_message
from payouts.workflows.payments import state_of_parent

Clock = Callable[[], datetime]
ACTOR = "payouts.send_batch"
SEND, ASK = SEND_CALL, "GET /files"
logger = logging.getLogger(__name__)


class FileAltered(DomainError):
    code = "BANK_FILE_ALTERED"
    message = "报盘文件与复核时的摘要不一致，已停止发送，请报告系统管理员"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one batch: whoever holds the newest epoch."""

    pool_id: int
    batch_id: int
    number: str
    epoch: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: where the batch stands now, the bank's receipt, and words for the log."""

    state: BatchState
    text: str
    receipt: str = ""


def lease() -> timedelta:
    """Return how long a claim holds: above the longest call to the bank.

    At twenty seconds a call, a batch whose sender died is taken up within a minute.
    """
    return timedelta(seconds=settings.BANK_GATEWAY_TIMEOUT * 2)


def send_batch(*, pool_id: int, batch_id: int, clock: Clock = timezone.now) -> bool:
    """Send one released batch; return whether this call did it.

    Delivered twice, or after another worker took it, it does nothing. Bytes that are not those
    that were checked are never sent: people are told instead.
    """
    actor = Job(pool_id, ACTOR)
    try:
        with tenant_transaction(actor):
            claim = _claim(actor, batch_id, (BatchState.RELEASED,), clock())
    except FileAltered as error:
        with tenant_transaction(actor):
            _stop(batch_id, error, clock())
        return False
    return claim is not None and _send(actor, claim, clock)


def _stop(batch_id: int, error: FileAltered, now: datetime) -> None:
    batch = PaymentBatch.objects.get(pk=batch_id)
    log_message(batch, SEND, error.message, now)
    _notify(batch, f"支付批次{batch.number}：{error.message}", "altered", now)


def _send(actor: Job, claim: Claim, clock: Clock) -> bool:
    failpoint("sending.claimed")
    outcome = _call(claim)
    failpoint("sending.answered")
    with tenant_transaction(actor):
        return _write_outcome(actor, claim, outcome, clock())


def _claim(
    actor: Job, batch_id: int, states: tuple[BatchState, ...], now: datetime
) -> Claim | None:
    """Take a leaf that stands in one of `states` and whose lease is over; None if there is none."""
    batch = (
        PaymentBatch.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=batch_id, is_leaf=True, state__in=states)
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
        .first()
    )
    if batch is None:
        return None
    file = BankFile.objects.select_related("document").get(batch=batch)
    content = bytes(file.document.content)
    if sha256_hex(content) != file.sha256:
        raise FileAltered
    PaymentInstruction.objects.filter(batch=batch, state=InstructionState.UNKNOWN).update(
        state=InstructionState.CREATED
    )
    batch.state, batch.epoch, batch.lease_until = BatchState.SENDING, batch.epoch + 1, now + lease()
    batch.save(update_fields=["state", "epoch", "lease_until"])
    log_message(batch, SEND, f"开始发送（第{batch.epoch}次认领）", now)
    return Claim(actor.pool_id, batch.pk, batch.number, batch.epoch, content)


def _call(claim: Claim) -> Outcome:
    if connection.in_atomic_block:
        raise RuntimeError("the bank is never called inside a database transaction")
    try:
        receipt = bank_gateway.send_file(claim.content)
    except bank_gateway.BankRefused as error:
        return Outcome(BatchState.REJECTED, f"银行拒收：{error.message}")
    except bank_gateway.BankUnreachable as error:
        return Outcome(BatchState.UNKNOWN, f"结果未明：{error.message}")
    return Outcome(BatchState.SENT, f"银行已受理，回执{receipt}", receipt)


def _write_outcome(actor: Job, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Write how a claim ended; False if another worker holds the batch meanwhile (X04, P15)."""
    batch = (
        PaymentBatch.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=claim.batch_id, epoch=claim.epoch)
        .filter(state__in=[BatchState.SENDING, BatchState.UNKNOWN])
        .first()
    )
    if batch is None:
        logger.warning("batch %s: epoch %s was overtaken", claim.number, claim.epoch)
        return False
    before = batch.state
    enter_outcome(batch, outcome, now)
    log_message(batch, SEND, outcome.text, now)
    if before != outcome.state:
        _tell(actor, batch, before, outcome, now)
    return True


def enter_outcome(batch: PaymentBatch, outcome: Outcome, now: datetime) -> None:
    """Bring a locked batch, its instructions and what it pays where the outcome leaves them."""
    batch.state, batch.lease_until = outcome.state, None
    if outcome.state == BatchState.SENT:
        batch.sent_at, batch.receipt = now, outcome.receipt
    batch.save(update_fields=["state", "lease_until", "sent_at", "receipt", "epoch"])
    _move_instructions(batch)
    if outcome.state == BatchState.REJECTED:
        _release_what_was_refused(batch)


def _move_instructions(batch: PaymentBatch) -> None:
    """Bring the instructions where their batch now stands."""
    state = {
        BatchState.SENT: InstructionState.SENT,
        BatchState.UNKNOWN: InstructionState.UNKNOWN,
        BatchState.REJECTED: InstructionState.WITHDRAWN,
    }[BatchState(batch.state)]
    PaymentInstruction.objects.filter(
        batch=batch, state__in=[InstructionState.CREATED, InstructionState.UNKNOWN]
    ).exclude(state=state).update(state=state)


def _release_what_was_refused(batch: PaymentBatch) -> None:
    """Let what the bank definitely did not take enter another batch; move the parent on."""
    root = batch.parent or batch
    free_plans(root)
    lines = PaymentInstruction.objects.filter(batch=batch).values("plan_line_id")
    ReissueRequest.objects.filter(
        batch=root, state=ReissueState.IN_BATCH, plan_line_id__in=lines
    ).update(state=ReissueState.APPROVED, batch=None)
    move_parent(batch)


def move_parent(leaf: PaymentBatch) -> None:
    """Bring the parent of a leaf, if it has one, where its children now stand."""
    if leaf.parent_id is None:
        return
    parent = PaymentBatch.objects.select_for_update(of=("self",), no_key=True).get(
        pk=leaf.parent_id
    )
    state = state_of_parent(list(parent.children.values_list("state", flat=True)))
    if state != parent.state:
        parent.state = state
        parent.returned_at = leaf.returned_at
        parent.save(update_fields=["state", "returned_at"])


def _tell(actor: Job, batch: PaymentBatch, before: str, outcome: Outcome, now: datetime) -> None:
    audit.record(
        actor=actor,
        verb="payouts.batch.sent" if outcome.state == BatchState.SENT else "payouts.batch.answered",
        subject=batch,
        at=now,
        label=batch.number,
        organisation_id=batch.organisation_id,
        before={"state": before},
        after={"state": outcome.state, "receipt": outcome.receipt, "answer": outcome.text},
    )
    if outcome.state == BatchState.SENT:
        return
    _notify(batch, f"支付批次{batch.number}{outcome.text}", f"answer-{batch.epoch}", now)


def _notify(batch: PaymentBatch, text: str, occasion: str, now: datetime) -> None:
    message = notices.Message(
        NoticeKind.SYSTEM,
        text[:300],
        reverse("payouts:batch", args=[batch.parent_id or batch.pk]),
        f"batch:{batch.number}:{occasion}",
    )
    for duty in (Duty.BATCH_PREPARE, Duty.BATCH_RELEASE):
        notices.notify_duty(
            pool_id=batch.pool_id, duty=duty, over=batch.organisation_id, message=message, at=now
        )


def resolve_batch(*, pool_id: int, batch_id: int, clock: Clock = timezone.now) -> bool:
    """Find out what became of a batch whose outcome is unknown; return whether it is known now.

    A worker that died while sending leaves a lease that runs out: that too is unknown. The bank
    knows the batch: it was sent. The bank has definitely never seen it: the same bytes go again.
    No answer: it stays unknown.
    """
    actor = Job(pool_id, "payouts.resolve_batch")
    with tenant_transaction(actor):
        number, epoch = _claim_unknown(batch_id, clock())
    if not number:
        return False
    claim = Claim(pool_id, batch_id, number, epoch, b"")
    try:
        found = bank_gateway.ask_batch(number)
    except DomainError as error:
        with tenant_transaction(actor):
            _log_query(batch_id, error.message, clock())
        return False
    if found is not None:
        outcome = Outcome(BatchState.SENT, f"银行查询：已受理，回执{found.receipt}", found.receipt)
        with tenant_transaction(actor):
            return _write_outcome(actor, claim, outcome, clock())
    with tenant_transaction(actor):
        _log_query(batch_id, "银行查询：从未收到该批次，可以重新发送", clock())
        PaymentBatch.objects.filter(pk=batch_id, epoch=epoch).update(lease_until=None)
        again = _claim(actor, batch_id, (BatchState.UNKNOWN,), clock())
    return again is not None and _send(actor, again, clock)


def _claim_unknown(batch_id: int, now: datetime) -> tuple[str, int]:
    """Take an unknown batch, or one whose sender is gone, for asking; ("", 0) if it is not free.

    A conflict (409) is left to people: the bank holds other content under this number.
    """
    batch = (
        PaymentBatch.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=batch_id, is_leaf=True)
        .filter(
            Q(state=BatchState.UNKNOWN, lease_until__isnull=True)
            | Q(state__in=[BatchState.UNKNOWN, BatchState.SENDING], lease_until__lt=now)
        )
        .first()
    )
    if batch is None or has_conflict(batch.pk):
        return "", 0
    if batch.state == BatchState.SENDING:
        batch.state = BatchState.UNKNOWN
        log_message(batch, SEND, "结果未明：发送进程中断", now)
        _move_instructions(batch)
    batch.epoch, batch.lease_until = batch.epoch + 1, now + lease()
    batch.save(update_fields=["state", "epoch", "lease_until"])
    return batch.number, batch.epoch


def _log_query(batch_id: int, outcome: str, now: datetime) -> None:
    batch = PaymentBatch.objects.get(pk=batch_id)
    log_message(batch, ASK, outcome, now)
