-- Read every signature on a matter with the names beside it, oldest first.
--   subject_kind, subject_id  the matter
-- Returns (round, step, person id, person, post, organisation, decision, opinion, content digest,
-- instant). Only reads.
SELECT s.round, s.step, s.person_id, u.name, p.name, o.short_name, s.decision, s.opinion,
       s.content_sha256, s.signed_at
FROM accounts_signature AS s
JOIN accounts_user AS u ON u.id = s.person_id
JOIN accounts_post AS p ON p.code = s.post_id
JOIN accounts_organisation AS o ON o.id = s.organisation_id
WHERE s.subject_kind = %(subject_kind)s AND s.subject_id = %(subject_id)s
ORDER BY s.id
