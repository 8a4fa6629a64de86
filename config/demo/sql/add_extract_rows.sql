-- Write one extract's rows from the entitlements that draw by the month; one person in 250 has
-- another payer, one in 90 works again. Parameters: pool_id, extract_id, month (first day),
-- is_enrolment, payer_unit, other_unit.
INSERT INTO payouts_sourceextractrow (
    pool_id, extract_id, line_number, person_key, identity_masked, name, place, status,
    last_month, contributed_months, unit_number, unit_name, amount)
SELECT %(pool_id)s, %(extract_id)s, row_number() OVER (ORDER BY e.id), e.person_key,
       c.identity_masked, e.claimant_name, CASE WHEN %(is_enrolment)s THEN o.short_name ELSE '' END,
       CASE WHEN NOT %(is_enrolment)s THEN '' WHEN e.id %% 90 = 7 THEN 'ACTIVE' ELSE 'STOPPED' END,
       CASE WHEN %(is_enrolment)s AND e.id %% 90 = 7 THEN %(month)s
            WHEN %(is_enrolment)s THEN e.first_month - interval '1 month' END,
       CASE WHEN %(is_enrolment)s THEN e.contributed_months END,
       CASE WHEN %(is_enrolment)s THEN '' WHEN e.id %% 250 = 3 THEN %(other_unit)s
            ELSE %(payer_unit)s END,
       '', CASE WHEN NOT %(is_enrolment)s THEN 339.68 END
FROM payouts_entitlement AS e
JOIN payouts_claimant AS c ON c.id = e.claimant_id
JOIN accounts_organisation AS o ON o.id = e.organisation_id
WHERE e.first_month <= %(month)s
