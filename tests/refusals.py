"""What the database answers to what must never be."""

from collections.abc import Callable

from django.db import DatabaseError, connection, transaction

from common.db import violated_constraint
from tests.standing import check_deferred

Act = str | Callable[[], object]


def refused_by(act: Act, *values: object) -> str | None:
    """Return the rule that refuses a statement, or whatever else is done; None if none does.

    Tried in a savepoint, as the application. Where no rule has a name, as where a right is
    missing, the first line of what the database says.
    """
    try:
        with transaction.atomic():
            _do(act, values)
    except DatabaseError as error:
        return violated_constraint(error) or str(error).splitlines()[0]
    return None


def refused_in_the_end(act: Act, *values: object) -> str | None:
    """Return the rule that refuses, as `refused_by` does, if need be only at COMMIT."""

    def done() -> None:
        _do(act, values)
        check_deferred()

    return refused_by(done)


def _do(act: Act, values: tuple[object, ...]) -> None:
    if callable(act):
        act()
    else:
        with connection.cursor() as cursor:
            cursor.execute(act, values)
