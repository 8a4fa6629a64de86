"""Read reference rows once per page: parameters, offices, calendars, the newest extracts.

Only pages that show remember (`remembering` is opened by the middleware for GET); services, jobs
and tests that call a selector ask the database every time. What is remembered is shared by all
callers of one request and must not be changed by them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Keep what `remembered` functions return until the end of the block."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def is_remembering() -> bool:
    """Tell whether a page is being made that reads only."""
    return _kept.get() is not None


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Let a reading function with hashable arguments run once per page for each of them."""

    @wraps(function)
    def once(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _kept.get()
        if kept is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        found: R = kept[key]
        return found

    return once
