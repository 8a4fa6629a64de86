"""What the page frame counts: waiting work, unread messages, banners; kept for some seconds.

Counting is a third of what a page costs, and the same for every page of a person. The figures are
kept in Redis until the person acts, at most `FRAME_SECONDS`; the desk always counts anew. Redis
may be empty or away: then every page counts.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.selectors.work import count_unread_notices
from common.actor import Person
from config.home import waiting_work
from config.menu import count_by_address
from reconciliation.selectors.worklist import list_banners

READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """How much waits at each address, how many messages are unread, and the banners."""

    waiting: dict[str, int]
    notice_count: int
    banners: list[dict[str, str]]


def frame_counts(request: Any) -> FrameCounts:
    """Return the figures of the frame: kept ones, or counted now."""
    kept = None if hasattr(request, "waiting_work") else _read(request.actor)
    if kept is not None:
        return FrameCounts(**json.loads(kept))
    counts = _count(request)
    _write(request.actor, json.dumps(asdict(counts)))
    return counts


def _count(request: Any) -> FrameCounts:
    actor = request.actor
    return FrameCounts(
        waiting=count_by_address(waiting_work(request)),
        notice_count=sum(count_unread_notices(actor=actor).values()),
        banners=[
            asdict(banner) for banner in list_banners(actor=actor, today=timezone.localdate())
        ],
    )


class ForgetFrameMiddleware:
    """Count anew after the person acted: a form was sent, or an opened message led on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        actor = getattr(request, "actor", None)
        if actor is not None and _has_acted(request, response):
            _forget(actor)
        return response


def _has_acted(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether the answer follows an act; a form that is refused has changed nothing."""
    if request.method in READING:
        return response.status_code != HTTPStatus.OK
    return response.status_code < HTTPStatus.BAD_REQUEST


def _key(actor: Person) -> str:
    database = connection.settings_dict["NAME"]
    return (
        f"frame/{database}/{actor.pool_id}/{actor.user_id}/{actor.grant_id}/{timezone.localdate()}"
    )


def _read(actor: Person) -> str | None:
    try:
        kept: str | None = cache.get(_key(actor))
    except RedisError:
        return None
    return kept


def _write(actor: Person, text: str) -> None:
    try:
        cache.set(_key(actor), text, settings.FRAME_SECONDS)
    except RedisError:
        return


def _forget(actor: Person) -> None:
    try:
        cache.delete(_key(actor))
    except RedisError:
        return
