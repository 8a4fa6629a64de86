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
