-- Compare every payable person of one office, item and month with one extract of each source.
-- Parameters: run_id; payer_units (text[]: units under which the pool itself pays medical
-- premiums). Office, item, month (first day) and extracts are read from the run.
-- Writes one result per entitlement: PASSED without reasons, else EXCEPTION with all reasons in
-- the order of MismatchReason. Returns nothing.
-- Repeatable: the key (pool_id, run_id, entitlement_id) takes each entitlement once.
INSERT INTO payouts_comparisonresult (
    pool_id, run_id, entitlement_id, enrolment_row_id, medical_row_id, reasons, state,
    clearing_text)
SELECT run.pool_id, run.id, e.id, n.id, m.id, found.reasons,
       CASE WHEN cardinality(found.reasons) = 0 THEN 'PASSED' ELSE 'EXCEPTION' END, ''
FROM payouts_comparisonrun AS run
JOIN payouts_benefititem AS item ON item.id = run.item_id
JOIN payouts_entitlement AS e ON e.organisation_id = run.organisation_id
    AND e.item_id = run.item_id AND e.state = 'PAYING' AND e.first_month <= run.month
LEFT JOIN payouts_sourceextractrow AS n ON n.pool_id = run.pool_id
    AND n.extract_id = run.enrolment_extract_id AND n.person_key = e.person_key
LEFT JOIN payouts_sourceextractrow AS m ON m.pool_id = run.pool_id
    AND m.extract_id = run.medical_extract_id AND m.person_key = e.person_key
LEFT JOIN payouts_disbursementplanline AS drawn ON drawn.person_key = e.person_key
    AND drawn.item_code = item.code AND drawn.benefit_month = run.month AND drawn.is_live
CROSS JOIN LATERAL (SELECT array_remove(ARRAY[
    CASE WHEN n.id IS NULL THEN 'NOT_IN_ENROLMENT' END,
    CASE WHEN n.name <> e.claimant_name THEN 'NAME_DIFFERS' END,
    CASE WHEN n.status = 'ACTIVE' AND n.last_month >= run.month THEN 'RE_EMPLOYED' END,
    CASE WHEN n.status = 'RETIRED' THEN 'RETIRED' END,
    CASE WHEN n.status = 'DECEASED' THEN 'DECEASED' END,
    CASE WHEN m.id IS NULL THEN 'NOT_IN_MEDICAL' END,
    CASE WHEN m.name <> e.claimant_name THEN 'MEDICAL_NAME_DIFFERS' END,
    CASE WHEN m.unit_number <> ALL (%(payer_units)s::text[]) THEN 'MEDICAL_OTHER_UNIT' END,
    CASE WHEN drawn.id IS NOT NULL THEN 'DRAWING_ELSEWHERE' END,
    CASE WHEN e.months_planned >= e.months_granted THEN 'MONTHS_EXHAUSTED' END
]::varchar[], NULL) AS reasons) AS found
WHERE run.id = %(run_id)s AND run.state = 'RUNNING'
  AND drawn.entitlement_id IS DISTINCT FROM e.id
ON CONFLICT (pool_id, run_id, entitlement_id) DO NOTHING;
