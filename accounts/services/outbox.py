"""Work that starts only after the data it reads has been committed, and is never lost."""

from datetime import datetime
from typing import Any

from celery import current_app

from accounts.models import OutboxEvent, Pool
from common.actor import Job as JobActor
from common.failpoints import failpoint
from common.tenancy import tenant_transaction

RELAY_LIMIT = 200  # events per pool and round


def enqueue(*, pool_id: int, task: str, at: datetime, **arguments: Any) -> OutboxEvent:
    """Write a task to send into the business transaction; the relay sends it after commit.

    By name, so services need not import the tasks that call them; an architecture test checks
    that every name sent is a registered task.
    """
    return OutboxEvent.objects.create(
        pool_id=pool_id, task=task, arguments=arguments, created_at=at
    )


def relay(*, at: datetime) -> int:
    """Send every unsent event of every pool to the broker; return how many.

    Read, send, mark: no transaction is open while the broker is spoken to. A crash between
    sending and marking sends twice, which every task tolerates.
    """
    return sum(_relay_pool(pool_id, at) for pool_id in Pool.objects.values_list("pk", flat=True))


def _relay_pool(pool_id: int, at: datetime) -> int:
    actor = JobActor(pool_id, "relay")
    with tenant_transaction(actor):
        events = list(
            OutboxEvent.objects.filter(sent_at__isnull=True)
            .order_by("id")
            .values_list("pk", "task", "arguments")[:RELAY_LIMIT]
        )
    for pk, task, arguments in events:
        current_app.send_task(task, kwargs={"pool_id": pool_id, **arguments})
        failpoint("relay.sent")
        with tenant_transaction(actor):
            OutboxEvent.objects.filter(pk=pk).update(sent_at=at)
    return len(events)
