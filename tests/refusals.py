"""What the database answers to what must never be."""

from collections.abc import Callable

from django.db import DatabaseError, connection, transaction

from common.db import violated_constraint


def refused_by(act: str | Callable[[], object], *values: object) -> str | None:
    """Return the rule that refuses a statement, or whatever else is done; None if none does.

    Tried in a savepoint, as the application. Where no rule has a name, as where a right is
    missing, the first line of what the database says.
    """
    try:
        with transaction.atomic():
            if callable(act):
                act()
            else:
                with connection.cursor() as cursor:
                    cursor.execute(act, values)
    except DatabaseError as error:
        return violated_constraint(error) or str(error).splitlines()[0]
    return None
