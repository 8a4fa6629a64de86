"""What a superuser does to plans whose allotment has ended; see `planted`."""

ALLOTTED = (
    "(SELECT min(id) FROM funds_fundsuseplan WHERE state = 'ALLOTTED' AND pool_id = %(pool)s)"
)
ENDED = "(SELECT min(id) FROM funds_fundsuseplan WHERE state = 'CLOSED' AND pool_id = %(pool)s)"
# The rest of a plan ends as applied for, of 1 yuan more than was allotted; then as two signed it.
END = (
    "ALTER TABLE funds_fundsuseplan DROP CONSTRAINT funds_plan_approved_within_asked;"
    "UPDATE funds_fundsuseplan SET state = 'CLOSED', approved_amount = approved_amount + 1"
    f" WHERE id = {ALLOTTED};"
    "INSERT INTO funds_fundsplanclosing (pool_id, plan_id, reason, document_number, letter_date,"
    " letter_id, approved_amount, allotted_amount, state, content_sha256, requested_by_id,"
    " requested_at, decided_at) SELECT p.pool_id, p.id, '无', '无', '2100-01-01', (SELECT min(id)"
    " FROM accounts_document), p.approved_amount, p.allotted_amount, 'APPROVED', repeat('a', 64),"
    " s.person_id, '2100-01-01', '2100-01-01' FROM funds_fundsuseplan AS p JOIN accounts_signature"
    " AS s ON s.subject_kind = 'FUNDS_PLAN' AND s.subject_id = p.id AND s.round = p.round"
    f" AND s.step = 'PREPARE' WHERE p.id = {ENDED};"
)
SIGNED_END = (
    f"{END}INSERT INTO accounts_signature (pool_id, subject_kind, subject_id, round, step,"
    " person_id, post_id, organisation_id, decision, opinion, content_sha256, signed_at)"
    " SELECT s.pool_id, 'FUNDS_PLAN_CLOSING', c.id, 1, CASE s.step WHEN 'PREPARE' THEN 'APPLY'"
    " ELSE 'DECIDE' END, s.person_id, s.post_id, s.organisation_id, 'APPROVE', '', repeat('a', 64),"
    " s.signed_at FROM funds_fundsplanclosing AS c JOIN funds_fundsuseplan AS p ON p.id = c.plan_id"
    " JOIN accounts_signature AS s ON s.subject_kind = 'FUNDS_PLAN' AND s.subject_id = p.id"
    " AND s.round = p.round AND s.step IN ('PREPARE', 'APPROVE');"
)
OF_CLOSING = "subject_kind = 'FUNDS_PLAN_CLOSING'"
LONG_AGO = "(timestamptz '2000-01-01', timestamptz '2000-01-01')"

OF_CLOSINGS: dict[str, tuple[str, ...]] = {
    "L28": (
        f"{END}UPDATE funds_fundsplanclosing SET allotted_amount = allotted_amount - 1",
        f"{END}UPDATE funds_fundsplanclosing SET (requested_at, decided_at) = {LONG_AGO}",
        f"{END}UPDATE funds_fundsuseplanline SET amount = 999999999 WHERE plan_id = {ENDED}",
        f"{END}UPDATE funds_fundsuseplanline SET is_live = false WHERE plan_id = {ENDED}",
    ),
    "W20": (
        f"{END}SELECT 1",  # nobody signed it
        f"{SIGNED_END}DELETE FROM funds_fundsplanclosing",
        (
            f"{SIGNED_END}UPDATE funds_fundsplanclosing SET requested_by_id = (SELECT person_id"
            f" FROM accounts_signature WHERE {OF_CLOSING} AND step = 'DECIDE')"
        ),
        f"{SIGNED_END}UPDATE funds_fundsplanclosing SET letter_date = '2000-01-01'",
        f"{SIGNED_END}UPDATE funds_fundsuseplan SET state = 'REQUESTED' WHERE id = {ENDED}",
        (
            f"{SIGNED_END}UPDATE accounts_signature SET decision = 'REFUSE', opinion = '无'"
            f" WHERE {OF_CLOSING} AND step = 'DECIDE'"
        ),
        (
            f"{SIGNED_END}UPDATE accounts_signature SET content_sha256 = repeat('b', 64)"
            f" WHERE {OF_CLOSING}"
        ),
    ),
}
