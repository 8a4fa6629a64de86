"""Asking the bank again and again: what is unknown, what was lost, and which returns are ready."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.models import Notice, Pool
from accounts.selectors.parameters import value_in_force
from accounts.services import notices
from common.actor import Job
from common.errors import DomainError
from common.tenancy import tenant_transaction
from payouts.enums import BatchState, ReturnState, ReturnVia
from payouts.models import PaymentBatch
from payouts.services import bank_gateway
from payouts.services.batch_releasing import log_message
from payouts.services.returns import receive_return
from payouts.services.sending import Clock, lease, resolve_batch, send_batch

ACTOR = "payouts.poll_bank"
ROUND_LIMIT = 500  # batches of each kind per pool and round
logger = logging.getLogger(__name__)


def poll_bank(*, clock: Clock = timezone.now) -> int:
    """Move every pool's batches on as far as the bank's answers allow; return how many moved.

    Resolves what is unknown, sends what was released and whose message got lost, and takes in
    the returns of what was sent. One batch in trouble does not hold up the others.
    """
    moved = 0
    for pool_id in Pool.objects.order_by("pk").values_list("pk", flat=True):
        for act, batch_ids in _work_of(pool_id, clock()):
            for batch_id in batch_ids:
                moved += _attempt(act, pool_id, batch_id, clock)
    return moved


Act = Callable[..., bool]


def _work_of(pool_id: int, now: datetime) -> list[tuple[Act, list[int]]]:
    """Return what is to be done and for which batches."""
    unknown = Q(state=BatchState.UNKNOWN) & (Q(lease_until__isnull=True) | Q(lease_until__lt=now))
    stale = Q(state=BatchState.SENDING, lease_until__lt=now)
    lost = Q(state=BatchState.RELEASED, released_at__lt=now - lease())
    kinds: tuple[tuple[Act, Q], ...] = (
        (resolve_batch, unknown | stale),
        (send_batch, lost),
        (take_return, Q(state=BatchState.SENT)),
    )
    with tenant_transaction(Job(pool_id, ACTOR)):
        leaves = PaymentBatch.objects.filter(is_leaf=True).order_by("pk")
        return [
            (act, list(leaves.filter(where).values_list("pk", flat=True)[:ROUND_LIMIT]))
            for act, where in kinds
        ]


def _attempt(act: Act, pool_id: int, batch_id: int, clock: Clock) -> bool:
    try:
        return act(pool_id=pool_id, batch_id=batch_id, clock=clock)
    except DomainError as error:
        logger.warning("batch %s: %s", batch_id, error)
    except Exception:
        logger.exception("batch %s: %s failed", batch_id, act.__name__)
    return False


def take_return(*, pool_id: int, batch_id: int, clock: Clock = timezone.now) -> bool:
    """Fetch the return of a sent batch and take it in; return whether it was applied.

    A return that was quarantined before is asked after: the query makes the bank look again.
    """
    actor = Job(pool_id, ACTOR)
    with tenant_transaction(actor):
        batch = PaymentBatch.objects.get(pk=batch_id)
    content = bank_gateway.fetch_return(batch.number)
    if content is None:
        return False
    with tenant_transaction(actor):
        received = receive_return(
            actor=actor,
            content=content,
            file_name=f"{batch.number}.return.txt",
            via=ReturnVia.GATEWAY,
            at=clock(),
            asked_batch_id=batch_id,
        )
        if not received.is_repeat:
            words = "回盘已入账" if received.state == ReturnState.APPLIED else "异常回盘，已隔离"
            log_message(batch, "GET /files/return", words, clock())
    if received.state == ReturnState.QUARANTINED:
        bank_gateway.ask_batch(batch.number)
    return received.state == ReturnState.APPLIED and not received.is_repeat


def notify_late_returns(*, now: datetime) -> int:
    """Tell offices and finance, once, of sent batches without a return in time (P26)."""
    return sum(
        _notify_pool(pool_id, now)
        for pool_id in Pool.objects.order_by("pk").values_list("pk", flat=True)
    )


def _notify_pool(pool_id: int, now: datetime) -> int:
    with tenant_transaction(Job(pool_id, "payouts.notify_late_returns")):
        if not PaymentBatch.objects.filter(state=BatchState.SENT).exists():
            return 0
        late = PaymentBatch.objects.filter(
            state=BatchState.SENT, is_leaf=True, sent_at__lt=late_before(now)
        )
        told = 0
        for batch in late.order_by("pk"):
            key = f"return-late:{batch.number}"
            if not Notice.objects.filter(key=key).exists():
                told += _notify_late(batch, key, now)
        return told


def late_before(now: datetime) -> datetime:
    """Return the instant before which a batch must have been sent for its return to be late."""
    hours = int(value_in_force(code="return_hours", on=timezone.localdate(now)))
    return now - timedelta(hours=hours)


def _notify_late(batch: PaymentBatch, key: str, now: datetime) -> int:
    message = notices.Message(
        NoticeKind.OVERDUE,
        f"支付批次{batch.number}发送后超过时限仍未回盘，请与银行联系",
        reverse("payouts:batch", args=[batch.parent_id or batch.pk]),
        key,
    )
    notices.notify_duty(
        pool_id=batch.pool_id,
        duty=Duty.RETURN_IMPORT,
        over=batch.organisation_id,
        message=message,
        at=now,
    )
    return 1
