-- Read the newest acts upon one object, in the order they were done.
--   subject_kind, subject_id  the object
--   verbs                     text[]: the acts that pages name
--   shown                     how many at most
-- Returns (act, person or null, post or null, organisation or null, what it changed to as json,
-- instant). Only reads.
WITH newest AS (
    SELECT id, verb, person_id, post, organisation_id, after, at
    FROM accounts_auditevent
    WHERE subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s AND verb = ANY(%(verbs)s)
    ORDER BY id DESC
    LIMIT %(shown)s
)
SELECT n.verb, u.name, p.name, o.short_name, n.after, n.at
FROM newest AS n
LEFT JOIN accounts_user AS u ON u.id = n.person_id
LEFT JOIN accounts_post AS p ON p.code = n.post
LEFT JOIN accounts_organisation AS o ON o.id = n.organisation_id
ORDER BY n.id
