-- Compare every payable person of one office, item and month with one extract of each source.
-- Parameters: of the run, run_id, organisation_id, item_id, month (first day),
-- enrolment_extract_id, medical_extract_id; item_code; plan_ids (bigint[]: the month's plans of
-- the item that stand in this pool); payer_units (text[]: units under which the pool itself pays
-- medical premiums).
-- Writes one result per entitlement: PASSED without reasons, else EXCEPTION with all reasons in
-- the order of MismatchReason. Returns how many passed and how many did not.
-- Repeatable: writes nothing for a run that has results already, and the key
-- (pool_id, run_id, entitlement_id) takes each entitlement once.
WITH compared AS (
    SELECT e.id, n.id AS enrolment_row_id, m.id AS medical_row_id,
           CASE WHEN n.name = e.claimant_name AND n.status NOT IN ('ACTIVE', 'RETIRED', 'DECEASED')
                     AND m.name = e.claimant_name
                     AND m.unit_number = ANY (%(payer_units)s::text[])
                     AND drawn.person_key IS NULL AND e.months_planned < e.months_granted
                THEN '{}'::varchar[]
                ELSE array_remove(ARRAY[
    CASE WHEN n.id IS NULL THEN 'NOT_IN_ENROLMENT' END,
    CASE WHEN n.name <> e.claimant_name THEN 'NAME_DIFFERS' END,
    CASE WHEN n.status = 'ACTIVE' AND n.last_month >= %(month)s THEN 'RE_EMPLOYED' END,
    CASE WHEN n.status = 'RETIRED' THEN 'RETIRED' END,
    CASE WHEN n.status = 'DECEASED' THEN 'DECEASED' END,
    CASE WHEN m.id IS NULL THEN 'NOT_IN_MEDICAL' END,
    CASE WHEN m.name <> e.claimant_name THEN 'MEDICAL_NAME_DIFFERS' END,
    CASE WHEN m.unit_number <> ALL (%(payer_units)s::text[]) THEN 'MEDICAL_OTHER_UNIT' END,
    CASE WHEN drawn.person_key IS NOT NULL THEN 'DRAWING_ELSEWHERE' END,
    CASE WHEN e.months_planned >= e.months_granted THEN 'MONTHS_EXHAUSTED' END
                ]::varchar[], NULL) END AS reasons
    FROM payouts_entitlement AS e
    LEFT JOIN payouts_sourceextractrow AS n
        ON n.extract_id = %(enrolment_extract_id)s AND n.person_key = e.person_key
    LEFT JOIN payouts_sourceextractrow AS m
        ON m.extract_id = %(medical_extract_id)s AND m.person_key = e.person_key
    LEFT JOIN payouts_disbursementplanline AS drawn
        ON drawn.plan_id = ANY (%(plan_ids)s::bigint[]) AND drawn.person_key = e.person_key
        AND drawn.item_code = %(item_code)s AND drawn.benefit_month = %(month)s AND drawn.is_live
    WHERE e.organisation_id = %(organisation_id)s AND e.item_id = %(item_id)s
      AND e.state = 'PAYING' AND e.first_month <= %(month)s
      AND drawn.entitlement_id IS DISTINCT FROM e.id
      AND NOT EXISTS (SELECT FROM payouts_comparisonresult WHERE run_id = %(run_id)s)
), written AS (
    INSERT INTO payouts_comparisonresult (
        pool_id, run_id, entitlement_id, enrolment_row_id, medical_row_id, reasons, state,
        clearing_text)
    SELECT (SELECT current_pool()), %(run_id)s, id, enrolment_row_id, medical_row_id, reasons,
           CASE WHEN reasons = '{}' THEN 'PASSED' ELSE 'EXCEPTION' END, ''
    FROM compared
    RETURNING state
)
SELECT count(*) FILTER (WHERE state = 'PASSED'), count(*) FILTER (WHERE state <> 'PASSED')
FROM written;
