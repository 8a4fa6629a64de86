"""The D records of a return file on their way into the database."""

from collections.abc import Iterator
from itertools import islice

from django.db import connection

from common.db import copy_lines
from common.encryption import Purpose, lookup_keys_many
from common.identifiers import mask_account
from common.tables import PipedFile

CHUNK = 5000  # records read, hashed and sent at a time
STAGED = (
    "line",
    "seq",
    "end_to_end_id",
    "account_key",
    "account_masked",
    "amount",
    "status",
    "reason",
    "bank_serial",
    "paid_at",
)
ACCOUNT = 2  # its place among the fields of a record


def stage_return(file: PipedFile) -> None:
    """Copy the D records into a temporary table, account numbers as keys and masks only.

    The planner needs to know how many rows there are and that their ids differ; a sample of a
    few hundred tells it.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.return_line")
        columns = ", ".join(f"{name} {'int' if name == 'line' else 'text'}" for name in STAGED)
        cursor.execute(f"CREATE TEMP TABLE return_line ({columns}) ON COMMIT DROP")
    copy_lines("return_line", STAGED, _staged_lines(file))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 1")
        cursor.execute("ANALYZE return_line (line, end_to_end_id, bank_serial)")
        cursor.execute("SET LOCAL default_statistics_target TO DEFAULT")


def _staged_lines(file: PipedFile) -> Iterator[str]:
    """Yield the records a chunk at a time, each on its line with | between, as they came in."""
    records, line = iter(file.details), 2
    while chunk := list(islice(records, CHUNK)):
        accounts = [record[ACCOUNT] for record in chunk]
        keys = lookup_keys_many(accounts, purpose=Purpose.ACCOUNT)
        lines = []
        for record, account, key in zip(chunk, accounts, keys, strict=True):
            seq, end_to_end_id, _, *others = record
            kept = (str(line), seq, end_to_end_id, key, mask_account(account), *others)
            lines.append("|".join(kept))
            line += 1
        yield "\n".join(lines) + "\n"
