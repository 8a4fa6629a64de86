-- Find what each claim's person draws already, or is planned for.
--   case_ids, person_keys, claimant_ids, item_ids, item_codes, months
--            one element per claim; months: the first day of the month applied in
-- Returns per claim found: case id, then of the person's first entitlement to the item that is
-- paying or suspended: office, state, months granted, months paid; and the first month from the
-- month applied in that a plan holds. Parts not found are null. Only reads.
SELECT c.case_id, e.short_name, e.state, e.months_granted, e.months_paid, l.benefit_month
FROM unnest(
    %(case_ids)s::bigint[], %(person_keys)s::text[], %(claimant_ids)s::bigint[],
    %(item_ids)s::bigint[], %(item_codes)s::text[], %(months)s::date[]
) AS c (case_id, person_key, claimant_id, item_id, item_code, month)
LEFT JOIN LATERAL (
    SELECT o.short_name, d.state, d.months_granted, d.months_paid
    FROM payouts_entitlement AS d
    JOIN accounts_organisation AS o ON o.id = d.organisation_id
    WHERE d.person_key = c.person_key AND d.item_id = c.item_id
      AND d.state IN ('PAYING', 'SUSPENDED')
    ORDER BY d.id LIMIT 1
) AS e ON true
LEFT JOIN LATERAL (
    SELECT p.benefit_month
    FROM payouts_disbursementplanline AS p
    WHERE p.person_key = c.person_key AND p.claimant_id = c.claimant_id
      AND p.item_code = c.item_code AND p.benefit_month >= c.month AND p.is_live
    ORDER BY p.benefit_month LIMIT 1
) AS l ON true
WHERE e.state IS NOT NULL OR l.benefit_month IS NOT NULL
