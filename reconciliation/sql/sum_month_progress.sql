-- How far every office has come with one benefit month, step by step, counted in plans.
-- Parameters: organisation_ids (array), month (first day), last_month (the month
-- before, to tell who is expected to pay this month).
-- Returns per office: organisation id, plans of last month, comparisons done, comparisons,
-- plans, and of these: approved, form received, funds allotted, paid (released to the bank),
-- returned, booked; then 1 if the statement of the month is signed, 1 if there is one at all.
-- A plan is booked when every return of its batch has its voucher posted. Reads plans, batches
-- and returns, never their lines.
WITH plans AS (
    SELECT p.organisation_id, p.state = 'APPROVED' AS is_approved,
           EXISTS (SELECT FROM payouts_paymentapplication AS a WHERE a.plan_id = p.id) AS has_form,
           EXISTS (SELECT FROM funds_fundsuseplanline AS l
                   JOIN funds_fundsuseplan AS f ON f.id = l.plan_id
                   WHERE l.source_id = p.id AND l.is_live
                     AND f.state IN ('ALLOTTED', 'CLOSED', 'COVERED')) AS is_funded,
           b.id AS batch_id,
           coalesce(b.released_at IS NOT NULL AND b.state NOT IN ('REJECTED', 'WITHDRAWN'), false)
               AS is_paid,
           coalesce(b.state = 'RETURNED', false) AS is_returned
    FROM payouts_disbursementplan AS p
    LEFT JOIN payouts_batchplan AS bp ON bp.plan_id = p.id AND bp.is_live
    LEFT JOIN payouts_paymentbatch AS b ON b.id = bp.batch_id
    WHERE p.organisation_id = ANY (%(organisation_ids)s) AND p.month = %(month)s
      AND p.state <> 'WITHDRAWN'
), booked AS (
    SELECT plans.*, is_returned AND NOT EXISTS (
        SELECT FROM payouts_paymentbatch AS leaf
        JOIN payouts_bankreturn AS r ON r.batch_id = leaf.id AND r.state = 'APPLIED'
        LEFT JOIN funds_voucher AS v ON v.source_kind = 'BANK_RETURN' AND v.source_id = r.id
              AND v.state <> 'VOIDED'
        WHERE (leaf.id = plans.batch_id OR leaf.parent_id = plans.batch_id)
          AND v.state IS DISTINCT FROM 'POSTED') AS is_booked
    FROM plans
), steps AS (
    SELECT organisation_id, count(*) AS plans, count(*) FILTER (WHERE is_approved) AS approved,
           count(*) FILTER (WHERE has_form) AS received,
           count(*) FILTER (WHERE is_funded) AS funded, count(*) FILTER (WHERE is_paid) AS paid,
           count(*) FILTER (WHERE is_returned) AS returned,
           count(*) FILTER (WHERE is_booked) AS booked
    FROM booked GROUP BY organisation_id
), compared AS (
    SELECT organisation_id, count(*) FILTER (WHERE state = 'DONE') AS done, count(*) AS runs
    FROM payouts_comparisonrun
    WHERE organisation_id = ANY (%(organisation_ids)s) AND month = %(month)s AND is_current
    GROUP BY organisation_id
), earlier AS (
    SELECT organisation_id, count(*) AS plans
    FROM payouts_disbursementplan
    WHERE organisation_id = ANY (%(organisation_ids)s) AND month = %(last_month)s
      AND state <> 'WITHDRAWN'
    GROUP BY organisation_id
), statements AS (
    SELECT organisation_id, count(*) FILTER (WHERE state IN ('SIGNED', 'CONFIRMED')) AS signed,
           count(*) AS statements
    FROM reconciliation_officestatement
    WHERE organisation_id = ANY (%(organisation_ids)s) AND month = %(month)s
      AND state <> 'SUPERSEDED'
    GROUP BY organisation_id
)
SELECT o.id, coalesce(e.plans, 0), coalesce(c.done, 0), coalesce(c.runs, 0),
       coalesce(s.plans, 0), coalesce(s.approved, 0), coalesce(s.received, 0),
       coalesce(s.funded, 0), coalesce(s.paid, 0), coalesce(s.returned, 0),
       coalesce(s.booked, 0), coalesce(t.signed, 0), coalesce(t.statements, 0)
FROM accounts_organisation AS o
LEFT JOIN earlier AS e ON e.organisation_id = o.id
LEFT JOIN compared AS c ON c.organisation_id = o.id
LEFT JOIN steps AS s ON s.organisation_id = o.id
LEFT JOIN statements AS t ON t.organisation_id = o.id
WHERE o.id = ANY (%(organisation_ids)s) AND o.level <> 'TOWN'
ORDER BY o.code;
