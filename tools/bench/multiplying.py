"""Turn a small city into a large one: copy its people, claims and payments set-based.

The copies are written as superuser with triggers and foreign keys asleep, because what is wanted
is many rows like those that passed every check, not the cost of checking them again.
"""

from collections.abc import Mapping
from typing import LiteralString

from psycopg import Connection, sql

# What differs in a copy, by table; everything else is the original's.
SHIFT: LiteralString = "t.{} + copy::bigint * 100000000"
KEY: LiteralString = "encode(sha256((t.{} || '/' || copy)::bytea), 'hex')"
WORD: LiteralString = "t.{} || '-' || copy"
PLACE: LiteralString = "t.{} + copy * 10000"
NAME: LiteralString = (
    "left(t.{0}, 1) || chr((19968 + (t.id * 31 + copy * 17) %% 3000)::int) || right(t.{0}, 1)"
)
COPIED: Mapping[LiteralString, Mapping[LiteralString, LiteralString]] = {
    "payouts_claimant": {"id": SHIFT, "person_key": KEY, "name": NAME},
    "payouts_payeeaccount": {"id": SHIFT, "claimant_id": SHIFT, "number_key": KEY},
    "payouts_benefitcase": {
        "id": SHIFT,
        "claimant_id": SHIFT,
        "payee_account_id": SHIFT,
        "number": WORD,
    },
    "payouts_intakestep": {"id": SHIFT, "case_id": SHIFT},
    "payouts_entitlement": {
        "id": SHIFT,
        "case_id": SHIFT,
        "claimant_id": SHIFT,
        "payee_account_id": SHIFT,
        "person_key": KEY,
    },
    "payouts_disbursementplanline": {
        "id": SHIFT,
        "claimant_id": SHIFT,
        "entitlement_id": SHIFT,
        "payee_account_id": SHIFT,
        "person_key": KEY,
        "position": PLACE,
    },
}


REOPENED: tuple[LiteralString, ...] = (
    "DELETE FROM payouts_entitlement WHERE case_id IN (%(review)s, %(draft)s)",
    (
        "DELETE FROM accounts_signature WHERE subject_kind = 'CASE' AND"
        " (subject_id = %(draft)s OR (subject_id = %(review)s AND step <> 'ACCEPT'))"
    ),
    "DELETE FROM payouts_intakestep WHERE case_id = %(draft)s AND position > 3",
    "UPDATE payouts_benefitcase SET state = 'FIRST_REVIEW' WHERE id = %(review)s",
    (
        "UPDATE payouts_benefitcase SET state = 'DRAFT', content_sha256 = '', feedback = '',"
        " entered_at = '2026-11-09 09:00+08', applied_date = '2026-11-09' WHERE id = %(draft)s"
    ),
)


def multiply(admin: Connection, *, pool_id: int, copies: int) -> int:
    """Copy the pool's people with their claims `copies` times; return how many claims it has.

    `admin` is a superuser's connection in autocommit mode, and is left as it was.
    """
    admin.execute("SET session_replication_role = replica")
    for table, changes in COPIED.items():
        admin.execute(_copy_of(table, changes), {"pool_id": pool_id, "copies": copies})
        admin.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    admin.execute("RESET session_replication_role")
    count: LiteralString = "SELECT count(*) FROM payouts_benefitcase WHERE pool_id = %s"
    row = admin.execute(count, [pool_id]).fetchone()
    return int(row[0]) if row else 0


def reopen(admin: Connection, *, pool_id: int) -> tuple[int, int]:
    """Put two of the pool's cases back to where pages cost most; return their ids.

    The first waits for its first review, the second stands before the fourth step of its intake.
    """
    oldest: LiteralString = (
        "SELECT id FROM payouts_benefitcase WHERE pool_id = %s ORDER BY id LIMIT 2"
    )
    review, draft = (row[0] for row in admin.execute(oldest, [pool_id]))
    admin.execute("SET session_replication_role = replica")
    for statement in REOPENED:
        admin.execute(statement, {"review": review, "draft": draft})
    admin.execute("RESET session_replication_role")
    return review, draft


def _copy_of(table: LiteralString, changes: Mapping[LiteralString, LiteralString]) -> sql.Composed:
    changed = sql.SQL(", ").join(
        sql.SQL("{}, {}").format(sql.Literal(column), _change(column, change))
        for column, change in changes.items()
    )
    text: LiteralString = (
        "INSERT INTO {table} SELECT r.* FROM {table} AS t"
        " CROSS JOIN generate_series(1, %(copies)s) AS copy"
        " CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object({changed})) AS r"
        " WHERE t.pool_id = %(pool_id)s ORDER BY copy, t.id"
    )
    return sql.SQL(text).format(table=sql.Identifier(table), changed=changed)


def _change(column: LiteralString, change: LiteralString) -> sql.Composed:
    field = sql.Identifier(column)
    return sql.SQL(change).format(*[field] * change.count("{"))
