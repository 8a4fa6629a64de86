-- Record the five intake steps of the staged claims. Parameters: pool_id; steps (JSON text:
-- [{"step", "position", "answers", "findings"}]).
INSERT INTO payouts_intakestep (
    pool_id, case_id, round, step, position, answers, findings, recorded_by_id, recorded_at)
SELECT %(pool_id)s, case_id, 1, taken.step, taken.position, taken.answers, taken.findings,
       staff.user_id, entered_at + taken.position * interval '3 minutes'
FROM staged_claims
JOIN staged_kinds AS k ON k.number = kind AND k.is_recorded
CROSS JOIN jsonb_to_recordset(%(steps)s::jsonb)
    AS taken (step text, position smallint, answers jsonb, findings jsonb)
JOIN staged_staff AS staff ON staff.organisation_id = k.office_id AND staff.step = 'ACCEPT'
ORDER BY case_id, taken.position
