"""What the supervisor and the reverse proxy ask. No log-in, no personal data."""

from collections.abc import Callable
from typing import TypeVar

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.middleware import outside_tenant
from accounts.selectors.work import oldest_unsent_age
from common.http import TenantRequest

T = TypeVar("T")
REDIS_TIMEOUT = 2  # seconds


@login_not_required
@outside_tenant
def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process serves at all; touches neither database nor broker."""
    return JsonResponse({"alive": True})


@login_not_required
@outside_tenant
def ready(request: TenantRequest) -> HttpResponse:
    """Tell whether this process can do its work: 200, or 503 naming what is missing.

    A late outbox is reported, not refused: the web process works on without the relay, and
    taking it out of service would help nobody.
    """
    database, database_error = _attempt(_ask_database, DatabaseError)
    _, redis_error = _attempt(_ask_redis, redis.RedisError)
    pending, age = database or (None, None)
    is_ready = not database_error and not redis_error and pending == 0
    answer = {
        "ready": is_ready,
        "database": database_error or "ok",
        "redis": redis_error or "ok",
        "unapplied_migrations": pending,
        "oldest_unsent_outbox_seconds": age,
    }
    return JsonResponse(answer, status=200 if is_ready else 503)


def _attempt(ask: Callable[[], T], refusal: type[Exception]) -> tuple[T | None, str]:
    try:
        return ask(), ""
    except refusal as error:
        return None, type(error).__name__


def _ask_database() -> tuple[int, int | None]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(plan), oldest_unsent_age(now=timezone.now())


def _ask_redis() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT
    )
    try:
        client.ping()
    finally:
        client.close()
