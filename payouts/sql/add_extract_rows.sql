-- Move the staged rows of one extract from the session's temporary table into the tenant's table.
-- Parameters: pool_id, extract_id. Amounts in yuan, months as their first day.
-- Returns nothing. Repeatable: the key (pool_id, extract_id, person_key) takes each person once.
INSERT INTO payouts_sourceextractrow (
    pool_id, extract_id, line_number, person_key, identity_masked, name, place, status,
    last_month, contributed_months, unit_number, unit_name, amount)
SELECT %(pool_id)s, %(extract_id)s, line_number, person_key, identity_masked, name, place, status,
       last_month, contributed_months, unit_number, unit_name, amount
FROM staged_extract_rows
ORDER BY line_number
ON CONFLICT (pool_id, extract_id, person_key) DO NOTHING;
