-- Read this pool's events that are not in the chain yet, with the columns audit_chain gives.
--   rows   how many at most, oldest first
-- Reads only, so it may run at any time.
SELECT e.id, e.row_sha256,
       e.id, e.pool_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
       e.person_id, e.post, e.job, e.verb, e.subject_kind, e.subject_id, e.subject_label,
       e.organisation_id, e.before::text, e.after::text
FROM accounts_auditevent AS e
WHERE e.pool_id = current_pool() AND NOT EXISTS (
    SELECT FROM accounts_auditseal AS s WHERE s.pool_id = e.pool_id AND s.event_id = e.id)
ORDER BY e.id
LIMIT %(rows)s
