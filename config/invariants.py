"""Properties that must hold at every moment, as queries that look for what breaks them.

They read the stored rows only, so they find what a fault, a bug or a superuser did behind the
services' back. Each query returns one row (subject, detail) per violation, under row-level
security: one pool at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection

from accounts.services.audit import verify_chain
from common.documents import sha256_hex
from common.encryption import FieldUnreadable
from config.invariants_across import DEADLINES, MONEY_FLOWS, RIGHTS
from config.invariants_of_books import BOOKS
from config.invariants_of_closing import OPENINGS
from config.invariants_of_money import LEDGER, PAYMENTS, RECONCILIATION
from config.invariants_of_people import JOBS, TENANCY, WORKFLOW
from config.invariants_query import Invariant
from payouts.models import BankFile

__all__ = ["INVARIANTS", "Invariant", "Violation", "find_violations", "violations_of"]

# Computed here, not in SQL: the database cannot open what rests encrypted.
AUDIT_CHAIN = Invariant("A01", "操作日志链完整，每条记录与摘要一致", "")
SENT_BYTES = Invariant("P06b", "报盘文件的字节与复核时的摘要一致", "")
INVARIANTS: tuple[Invariant, ...] = (
    *LEDGER, *OPENINGS, *PAYMENTS, SENT_BYTES, *MONEY_FLOWS, *BOOKS, *WORKFLOW, *TENANCY, *RIGHTS,
    *JOBS, *RECONCILIATION, *DEADLINES, AUDIT_CHAIN,
)  # fmt: skip
LISTED = 20  # violations of one property that are told; a broken table would list every row


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that breaks a property: which property, which row, what is wrong with it."""

    invariant: Invariant
    subject: str
    detail: str


def find_violations() -> Iterator[Violation]:
    """Yield what breaks a property in the pool of the open tenant transaction, 20 of each."""
    for invariant in INVARIANTS:
        yield from violations_of(invariant)


def violations_of(invariant: Invariant) -> list[Violation]:
    """Return what breaks one property in the pool of the open tenant transaction, at most 20."""
    return [Violation(invariant, str(subject), str(detail)) for subject, detail in _rows(invariant)]


def _rows(invariant: Invariant) -> list[tuple[object, object]]:
    if invariant is AUDIT_CHAIN:
        return _broken_chain()
    if invariant is SENT_BYTES:
        return list(islice(_altered_files(), LISTED))
    with connection.cursor() as cursor:
        # Tables loaded a moment ago have no statistics yet, and nested loops would be quadratic.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(f"SELECT subject, detail FROM ({invariant.sql}) AS found LIMIT {LISTED}")  # noqa: S608
        return list(cursor.fetchall())


def _broken_chain() -> list[tuple[object, object]]:
    found = verify_chain()
    broken = found.broken_sequence is not None
    return [(f"日志链第{found.broken_sequence}条", found.problem)] if broken else []


def _altered_files() -> Iterator[tuple[object, object]]:
    """Yield the bank files whose bytes do not open, or are not those whose digest was kept."""
    files = BankFile.objects.select_related("document", "batch").order_by("pk")
    for file in files.iterator(chunk_size=1):
        try:
            is_same = sha256_hex(file.document.content) == file.sha256
        except FieldUnreadable:
            is_same = False
        if not is_same:
            yield f"batch {file.batch.number}", "bytes differ from their digest"
