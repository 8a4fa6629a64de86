"""Ground that stands for a whole module, founded once a run.

One transaction is opened for the module and rolled back at its end; what a test does is undone
by a savepoint. Requests run in it as they do elsewhere: as the app role, under row-level
security, each in its own tenant transaction (here a savepoint). Founding the cities once and never
committing after that is what makes thousands of requests affordable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.db import connection, transaction
from django.test import Client

from common.tenancy import SET_TENANT
from tests.city import NOW, City
from tests.databases import standing_as

BACKEND = "django.contrib.auth.backends.ModelBackend"


@contextmanager
def undone() -> Iterator[None]:
    """Undo at the end what happens inside; requests may open their own transactions in it."""
    with _holding():
        yield
        transaction.set_rollback(True)


def _holding() -> transaction.Atomic:
    block = transaction.atomic()
    block._from_testcase = True  # as Django's TestCase marks its own: durable blocks may nest
    return block


def leave_tenant() -> None:
    """Take the pool's identity from the transaction, so that a request begins as elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(SET_TENANT, ["", ""])


@contextmanager
def standing(blocker, name: str, fill: Callable[[], Any]) -> Iterator[Any]:
    """Open the module's transaction on what `fill` made in one of its own; yield what it returned.

    It is the second of November 2026, 09:00; the clock stands.
    """

    def filled() -> Any:
        with _holding():
            return fill()

    with (
        blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        standing_as(name, filled) as found,
        undone(),
    ):
        yield found


class Desks:
    """Browsers in which the holders of posts are signed in, one for each, made when asked for."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._clients: dict[tuple[str, str], Client] = {}

    def __call__(self, post: str, office: str = "510400") -> Client:
        """Return the browser of this post's holder at this office."""
        if (post, office) not in self._clients:
            self.city.enter()
            client = Client(raise_request_exception=False)
            client.force_login(self.city.user(post, office), backend=BACKEND)
            client.get("/accounts/me/")  # the first request writes the session; later ones do not
            self._clients[post, office] = client
        return self._clients[post, office]


def check_deferred() -> None:
    """Let the constraints speak that otherwise would at COMMIT."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def fingerprint() -> dict[str, tuple[int, int]]:
    """Return count and versions of the rows of every table, so that any write shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_prepared_statements WHERE name = 'fingerprint'")
        if not cursor.rowcount:
            cursor.execute(f"PREPARE fingerprint AS {_fingerprint_query()}")
        cursor.execute("EXECUTE fingerprint")
        return {table: (count, versions) for table, count, versions in cursor.fetchall()}


# What a refused request may write: who is here, not what was asked.
_BESIDE_THE_MATTER = ("django_session", "axes_accessattempt", "axes_accessfailurelog")


def _fingerprint_query() -> str:
    """Return one statement over all tables; row versions show changed rows as well as new.

    Planning it takes five times as long as running it, so a connection plans it once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall() if row[0] not in _BESIDE_THE_MATTER]
    return " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(xmin::text::bigint), 0) FROM {table}"
        for table in sorted(tables)
    )
