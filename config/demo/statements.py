"""The demo's set-based statements, one file each beside this module."""

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


def expect_rows_in_memory() -> None:
    """Let the planner look single rows up early in the rest of this transaction.

    A portion's rows have just been written. Judged by the cost of a disk, a join with them reads
    the whole table for each portion until it has some 250,000 rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 0.5; SET LOCAL seq_page_cost = 0.5")
