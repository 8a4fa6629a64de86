-- Read the points of one intake step with the answers last given to them for a case.
--   check_list_id, step  which points
--   case_id              whose answers: those of the latest round that recorded the step
-- Returns (id, text, is_mandatory, basis, answer's code, note) in order; empty texts where nothing
-- was answered. Only reads.
SELECT q.id, q.text, q.is_mandatory, q.basis,
       coalesce(e.answers -> q.id::text ->> 'answer', ''),
       coalesce(e.answers -> q.id::text ->> 'note', '')
FROM payouts_checkquestion AS q
LEFT JOIN (
    SELECT answers FROM payouts_intakestep
    WHERE case_id = %(case_id)s AND step = %(step)s
    ORDER BY round DESC LIMIT 1
) AS e ON true
WHERE q.check_list_id = %(check_list_id)s AND q.step = %(step)s
ORDER BY q.position
