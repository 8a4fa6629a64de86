-- Write what one source says of every person of temporary table bench_person; one in 200 has
-- another name there. Parameters: pool_id, extract_id, is_enrolment, payer_unit, last_month.
-- Returns nothing. Run once per extract.
INSERT INTO payouts_sourceextractrow (
    pool_id, extract_id, line_number, person_key, identity_masked, name, place, status,
    last_month, contributed_months, unit_number, unit_name, amount)
SELECT %(pool_id)s, %(extract_id)s, serial, person_key, '510***********0000',
       CASE WHEN serial %% 200 = 0 THEN '另名' ELSE name END, '攀枝花市',
       CASE WHEN %(is_enrolment)s THEN 'STOPPED' ELSE '' END,
       CASE WHEN %(is_enrolment)s THEN %(last_month)s::date END,
       CASE WHEN %(is_enrolment)s THEN 120 END,
       CASE WHEN %(is_enrolment)s THEN '' ELSE %(payer_unit)s END, '',
       CASE WHEN NOT %(is_enrolment)s THEN 339.68 END
FROM bench_person ORDER BY serial;
