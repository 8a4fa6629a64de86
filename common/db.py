"""Named SQL files, readable integrity errors, and the constraints every table shares."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Count, Q

from common.errors import DomainError
from common.money import AMOUNT_CAP

M = TypeVar("M", bound=models.Model)

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@cache
def load_sql(app: str, name: str) -> str:
    """Return the text of `<app>/sql/<name>.sql`."""
    return (PROJECT_ROOT / app / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def run_sql(app: str, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one named statement; return its rows, or an empty list if it returns none."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(app, name), parameters)
        return cursor.fetchall() if cursor.description else []


def read_objects(model: type[M], app: str, name: str, parameters: Mapping[str, Any]) -> list[M]:
    """Run one named statement; return its rows as objects of `model` with related ones filled.

    For a page that shows a little of many joined tables, where the ORM would take longer to
    spell the statement than to run it. A column `claimant__name` fills the claimant's name; a
    related row without an id is None; a column that is no field is kept beside the fields, as an
    annotation is. As with `only`, a column left out is read when asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(load_sql(app, name), parameters)
        columns = [column.name for column in cursor.description]
        return [_object(model, dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]


def _object(model: type[M], values: Mapping[str, Any]) -> M:
    fields = [field for field in model._meta.concrete_fields if field.attname in values]
    names = [field.attname for field in fields]
    row = model.from_db(connection.alias, names, [_python(f, values[f.attname]) for f in fields])
    related: dict[str, dict[str, Any]] = {}
    for column, value in values.items():
        relation, _, rest = column.partition("__")
        if rest:
            related.setdefault(relation, {})[rest] = value
        elif column not in names:
            setattr(row, column, value)
    for relation, found in related.items():
        other: Any = model._meta.get_field(relation).related_model
        setattr(row, relation, None if found["id"] is None else _object(other, found))
    return row


def _python(field: "models.Field[Any, Any]", value: Any) -> Any:
    """Return a column's value as the field gives it; JSON comes from the database as text."""
    for convert in field.get_db_converters(connection):
        value = convert(value, None, connection)
    return value


def count_each(rows: models.QuerySet[Any, Any], conditions: Mapping[str, Q]) -> dict[str, int]:
    """Return how many rows meet each condition, as the tabs of a list say; in one statement."""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    return rows.aggregate(**counts)


@contextmanager
def whole_table_joins() -> Iterator[None]:
    """Join by hashing inside this block, for statements over rows written a moment ago.

    Until the database has counted new rows it takes them for a handful and walks one table
    for each row of the other: minutes instead of seconds at 100,000. A hash table of a large
    city's rows gets the memory to stay in memory. Transaction-local.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL work_mem TO DEFAULT")


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Stream rows into `table` by COPY; return how many were written.

    PostgreSQL refuses COPY FROM into a table under row-level security, so `table` is a
    temporary table or a staging table without it.
    """
    count = 0
    with connection.cursor() as cursor:
        statement = f"COPY {_named(table)} ({', '.join(map(_named, columns))}) FROM STDIN"
        with cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
    return count


def copy_lines(table: str, columns: Sequence[str], chunks: Iterable[str]) -> None:
    """Stream lines of text into `table` by COPY, fields as they are with | between them.

    For whole files, where making each row's text anew would cost as much as everything else;
    no field may hold a | or a line feed. See `copy_rows` about the table.
    """
    statement = f"COPY {_named(table)} ({', '.join(map(_named, columns))}) FROM STDIN"
    with connection.cursor() as cursor, cursor.cursor.copy(f"{statement} (DELIMITER '|')") as copy:
        for chunk in chunks:
            copy.write(chunk.replace("\\", "\\\\").replace("\r", "\\r"))


def insert_row(row: models.Model) -> None:
    """Insert a row that holds a file, its values beside the statement and not written into it.

    Written into the statement, a file's bytes would be spelled in hexadecimal and copied several
    times over: a hundred megabytes for ten. The bytes are not kept in `row` afterwards.
    """
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]
    table, key = _named(row._meta.db_table), _named(str(row._meta.pk.column))
    columns = ", ".join(_named(str(field.column)) for field in fields)
    places = ", ".join("%s" for _ in fields)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {key}"  # noqa: S608
    values = [f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        [[row.pk]] = cursor.fetchall()
    row._state.adding, row._state.db = False, connection.alias
    for field in fields:
        if isinstance(field, models.BinaryField):
            delattr(row, field.attname)  # read again by whoever asks for it


def _named(identifier: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", identifier):
        raise ValueError(f"not an identifier: {identifier!r}")
    return identifier


@contextmanager
def constraint_errors(mapping: Mapping[str, type[DomainError]]) -> Iterator[None]:
    """Turn a violation of a named constraint into its domain error; let others crash.

    Triggers take part too: they raise with the constraint's name.
    """
    try:
        with transaction.atomic():  # savepoint: the outer transaction stays usable
            yield
    except DatabaseError as error:
        name = violated_constraint(error)
        if name is None or name not in mapping:
            raise
        raise mapping[name] from error


def violated_constraint(error: DatabaseError) -> str | None:
    """Return the name of the constraint or trigger rule that refused, if the database said."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


def known_state(name: str, choices: type[models.TextChoices], field: str = "state") -> Any:
    """Return a check constraint: `field` holds one of the known codes."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


def amount_above_zero(name: str, field: str = "amount") -> Any:
    """Return a check constraint: 0 < amount <= cap. NaN is greater than the cap, so refused."""
    condition = Q(**{f"{field}__gt": 0}, **{f"{field}__lte": AMOUNT_CAP})
    return models.CheckConstraint(condition=condition, name=name)


def amount_not_negative(name: str, field: str = "amount") -> Any:
    """Return a check constraint: 0 <= amount <= cap, and not NaN."""
    condition = Q(**{f"{field}__gte": 0}, **{f"{field}__lte": AMOUNT_CAP})
    return models.CheckConstraint(condition=condition, name=name)
