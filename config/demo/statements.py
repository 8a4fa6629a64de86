"""The demo's set-based statements, one file each beside this module."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

_FOLDER = Path(__file__).resolve().parent / "sql"


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def run(name: str, **parameters: Any) -> int:
    """Run one statement of `sql/`; return how many rows it touched."""
    with connection.cursor() as cursor:
        # Without parameters a percent sign would stand for itself.
        cursor.execute(_text(name), parameters)
        return int(cursor.rowcount)


def reserve_ids(table: str, count: int) -> list[int]:
    """Take `count` ids of a table's sequence, so that rows can name each other early."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def fetch(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a short query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
