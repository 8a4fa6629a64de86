-- Read the next links of this pool's audit chain with the stored columns of their events.
--   after  sequence after which to read (0: from the start)
--   rows   how many links at most
-- Returns, in order of sequence: sequence, previous digest, digest, sealed event's id, then the
-- event's own columns (null when the event is gone). Reads only, so it may run at any time.
SELECT s.sequence, s.previous_sha256, s.sha256, s.event_id, e.row_sha256,
       e.id, e.pool_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
       e.person_id, e.post, e.job, e.verb, e.subject_kind, e.subject_id, e.subject_label,
       e.organisation_id, e.before::text, e.after::text
FROM accounts_auditseal AS s
LEFT JOIN accounts_auditevent AS e ON e.pool_id = s.pool_id AND e.id = s.event_id
WHERE s.pool_id = current_pool() AND s.sequence > %(after)s
ORDER BY s.sequence
LIMIT %(rows)s
