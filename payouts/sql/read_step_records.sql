-- Read the recorded intake steps of one round of a case with their points, in order.
--   case_id, round  which steps
-- Returns (step, who recorded it, instant, findings as JSON text, then per point of the case's
-- check-list at this step: its text, the answer's code and note; nulls where not answered, and for
-- a step without points). Only reads.
SELECT s.step, u.name, s.recorded_at, s.findings, q.text, a.said ->> 'answer', a.said ->> 'note'
FROM payouts_intakestep AS s
JOIN payouts_benefitcase AS c ON c.id = s.case_id
JOIN accounts_user AS u ON u.id = s.recorded_by_id
LEFT JOIN payouts_checkquestion AS q
    ON q.check_list_id = c.check_list_id AND q.step = s.step
CROSS JOIN LATERAL (SELECT s.answers -> q.id::text) AS a (said)
WHERE s.case_id = %(case_id)s AND s.round = %(round)s
ORDER BY s.position, q.position
