"""Properties that must hold at every moment, as queries that look for what breaks them.

They read the stored rows only, so they find what a fault, a bug or a superuser did behind the
services' back. Each query returns one row (subject, detail) per violation, under row-level
security: one pool at a time.
"""

from dataclasses import dataclass
from itertools import islice

from django.db import connection

from config.invariants_across import DEADLINES, MONEY_FLOWS
from config.invariants_of_books import BOOKS
from config.invariants_of_budgets import BUDGETS
from config.invariants_of_closing import CLOSINGS, OPENINGS
from config.invariants_of_funds_plans import FUNDS_PLANS
from config.invariants_of_investments import INVESTMENTS
from config.invariants_of_money import LEDGER, PAYMENTS
from config.invariants_of_people import JOBS, TENANCY, WORKFLOW
from config.invariants_of_policies import POLICIES
from config.invariants_of_reconciliation import RECONCILIATION
from config.invariants_of_rights import RIGHTS
from config.invariants_of_sharing import SHARING
from config.invariants_query import Found, Invariant
from config.invariants_recomputed import ACCESS, CONTENT

__all__ = ["INVARIANTS", "Invariant", "Violation", "violations_of"]

INVARIANTS: tuple[Invariant, ...] = (
    *LEDGER, *OPENINGS, *CLOSINGS, *PAYMENTS, *CONTENT, *MONEY_FLOWS, *BOOKS, *INVESTMENTS,
    *FUNDS_PLANS, *BUDGETS, *SHARING, *POLICIES, *WORKFLOW, *TENANCY, *RIGHTS, *ACCESS, *JOBS,
    *RECONCILIATION,
    *DEADLINES,
)  # fmt: skip
LISTED = 20  # violations of one property that are told; a broken table would list every row


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that breaks a property: which property, which row, what is wrong with it."""

    invariant: Invariant
    subject: str
    detail: str


def violations_of(invariant: Invariant) -> list[Violation]:
    """Return what breaks one property in the pool of the open tenant transaction, at most 20."""
    return [Violation(invariant, str(subject), str(detail)) for subject, detail in _rows(invariant)]


def _rows(invariant: Invariant) -> list[Found]:
    if invariant.look is not None:
        return list(islice(invariant.look(), LISTED))
    with connection.cursor() as cursor:
        # Tables loaded a moment ago have no statistics yet, and nested loops would be quadratic.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(f"SELECT subject, detail FROM ({invariant.sql}) AS found LIMIT {LISTED}")  # noqa: S608
        return list(cursor.fetchall())
