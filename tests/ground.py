"""The city that stands under one test of a module after another: founded once, never committed.

A test that asks for `founded`, as most do through `city`, begins in a transaction in which the city
was founded before; its own transaction is a savepoint in that one, as a test of Django's TestCase
begins on what `setUpTestData` made. The city is gone before any test that does not ask for it, or
asks for another ground, or commits: those begin on empty tables.

    LAID = {"cases": three_cases}  # a module's: what `three_cases(city)` does and returns is
                                      # done once for the tests that ask for the fixture `cases`
"""

import pickle
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from tests.city import City, found_city
from tests.standing import check_deferred, undone

Fill = Callable[[City], Any]
_NUMBERS = count(1)


def commits(item: pytest.Item, names: Collection[str] = ()) -> bool:
    """Tell whether a test commits what it does; `names` are the fixtures it got, if known."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or any(
        name in (names or item.fixturenames) for name in ("transactional_db", "live_server")
    )


def reaches_the_database(item: pytest.Item) -> bool:
    """Tell whether a test may ask the database; to all others pytest-django refuses it."""
    if item.get_closest_marker("django_db") or commits(item):
        return True
    return not {"db", "django_db_setup", "django_db_blocker"}.isdisjoint(item.fixturenames)


def fill_of(item: pytest.Item) -> Fill | None:
    """Return what is done in the founded city before a test that asks for it, if anything."""
    grounds = getattr(item.module, "LAID", {})
    return next((grounds[name] for name in grounds if name in item.fixturenames), None)


def _laid(fill: Fill | None) -> tuple[City, Any]:
    city = found_city()
    return city, fill(city) if fill else None


class Ground:
    """The ground of this process, if one is laid, and for which tests."""

    def __init__(self) -> None:
        self.blocker: Any = None  # until the database is set up: who comes first lays his own
        self._laid_for: tuple[Any, Fill | None] | None = None
        self._undoing = ExitStack()
        self._connection: Any = None
        self._left = b""

    def lay(self, module: Any, fill: Fill | None) -> None:
        """Have this ground stand, and no other."""
        if self._laid_for == (module, fill) and self._is_sound():
            return
        self.leave()
        if self.blocker is None or connection.in_atomic_block:  # a module's own ground stands
            return
        with self.blocker.unblock():
            self._undoing.enter_context(undone())
            self._laid_for = module, fill
            self._left = pickle.dumps(_laid(fill))
            check_deferred()  # here, and not again at the end of every test
            self._connection = connection.connection

    def leave(self) -> None:
        """Undo what was laid."""
        if self._laid_for:
            self._laid_for = None
            with self.blocker.unblock():
                self._undoing.close()

    def found(self, fill: Fill | None) -> tuple[City, Any]:
        """Return the city and what `fill` returned, as it was; without a ground, do it now."""
        return pickle.loads(self._left) if self._laid_for else _laid(fill)

    def _is_sound(self) -> bool:
        is_same = connection.connection is self._connection
        return is_same and connection.in_atomic_block and not connection.needs_rollback


@contextmanager
def own_cache() -> Iterator[None]:
    """Keep apart what is kept in Redis: the next test's city has the same numbers."""
    shared = cache.key_prefix
    cache.key_prefix = f"{shared}/test{next(_NUMBERS)}"
    try:
        yield
    finally:
        cache.key_prefix = shared


GROUND = Ground()
