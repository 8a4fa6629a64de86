"""Read rows once per page, and reference rows once until they change.

Only pages that show remember (`remembering` is opened by the middleware for GET); services, jobs
and tests that call a selector ask the database every time. What is remembered is shared by all
callers, of other requests too, and must not be changed by them.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")

POOLS_KEPT = 64  # of which a process keeps reference rows at once


@dataclass(frozen=True, slots=True)
class _Memory:
    """What one page remembers, and the shelf of its pool that outlives it."""

    page: dict[Any, Any] = field(default_factory=dict)
    shelf: dict[Any, Any] = field(default_factory=dict)


_memory: ContextVar[_Memory | None] = ContextVar("memory", default=None)
_shelves: OrderedDict[tuple[str, int], tuple[UUID, dict[Any, Any]]] = OrderedDict()


@contextmanager
def remembering(*, pool_id: int = 0, version: UUID | None = None) -> Iterator[None]:
    """Keep what `remembered` functions return until the end of the block.

    `version` is the pool's `reference_version` as this transaction read it: what `kept`
    functions return is kept until a page comes with another. Without it until the end, too.
    """
    shelf = {} if version is None else _shelf(pool_id, version)
    token = _memory.set(_Memory(shelf=shelf))
    try:
        yield
    finally:
        _memory.reset(token)


def is_remembering() -> bool:
    """Tell whether a page is being made that reads only."""
    return _memory.get() is not None


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Let a reading function with hashable arguments run once per page for each of them."""

    @wraps(function)
    def once(*args: P.args, **kwargs: P.kwargs) -> R:
        memory = _memory.get()
        if memory is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in memory.page:
            memory.page[key] = function(*args, **kwargs)
        found: R = memory.page[key]
        return found

    return once


def kept(function: Callable[[], R]) -> Callable[[], R]:
    """Let a function that reads reference rows run once until the pool's rows change.

    Every table it reads has the trigger `renew_reference_version`; a test demands it.
    """

    @wraps(function)
    def once() -> R:
        memory = _memory.get()
        if memory is None:
            return function()
        if function not in memory.shelf:
            memory.shelf[function] = function()
        found: R = memory.shelf[function]
        return found

    KEPT.append(once)
    return once


KEPT: list[Callable[[], Any]] = []  # all kept functions, for the test of their tables


def _shelf(pool_id: int, version: UUID) -> dict[Any, Any]:
    """Return what is kept of a pool at this version; what was kept at another is dropped."""
    place = (str(connection.settings_dict["NAME"]), pool_id)
    version_kept, shelf = _shelves.pop(place, (None, {}))
    if version_kept != version:
        shelf = {}
    _shelves[place] = version, shelf
    while len(_shelves) > POOLS_KEPT:
        _shelves.popitem(last=False)
    return shelf
