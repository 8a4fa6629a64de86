"""The planner's knowledge of tables that were filled a moment ago."""

import time

from django.db import connection

STATISTICS_SECONDS = 180  # longest wait for autovacuum to look at new tables


def await_statistics() -> None:
    """Wait until the planner knows every large table; drop the plans made while it did not.

    Autovacuum looks about once a minute. Only the owner may ask for statistics, and the demo is
    loaded as the app; without them a statement over many rows may become quadratic.
    """
    deadline = time.monotonic() + STATISTICS_SECONDS
    while unknown_tables() and time.monotonic() < deadline:
        time.sleep(1)
    connection.close()


def unknown_tables() -> int:
    """Return how many tables of more than 20,000 rows the planner knows nothing about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_user_tables WHERE n_live_tup > 20000"
            " AND last_autoanalyze IS NULL AND last_analyze IS NULL"
        )
        return int(cursor.fetchone()[0])
