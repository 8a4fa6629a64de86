-- The posts a person holds in force today, and what the one he works under may do.
-- Parameters: user_id, chosen_id (grant chosen in this session, or null), zone (time zone name).
-- Returns per grant, in the posts' order: grant id, organisation id, organisation's short name,
-- post code, post name, is_current, for the current one a JSON object of permission id -> ids of
-- organisations (else null), the id of the pool's city centre, and the version of the pool's
-- reference rows. Only reads. The group's name is composed as accounts.models.posts.group_name
-- does.
WITH in_force AS (
    SELECT g.id, g.organisation_id, o.short_name, g.post_id, p.name, p.position, o.code
    FROM accounts_postgrant AS g
    JOIN accounts_post AS p ON p.code = g.post_id
    JOIN accounts_organisation AS o ON o.id = g.organisation_id
    WHERE g.user_id = %(user_id)s AND g.state = 'EFFECTIVE'
      AND g.valid_from <= (now() AT TIME ZONE %(zone)s)::date
      AND (g.valid_until IS NULL OR g.valid_until >= (now() AT TIME ZONE %(zone)s)::date)
), worked_under AS (
    SELECT id, organisation_id || '/' || post_id AS group_name
    FROM in_force
    ORDER BY (id = %(chosen_id)s) IS TRUE DESC, position, code, id
    LIMIT 1
), held AS (
    SELECT permission_id, json_agg(content_object_id) AS organisation_ids
    FROM accounts_dutyholding
    WHERE group_id = (SELECT id FROM auth_group
                      WHERE name = (SELECT group_name FROM worked_under))
    GROUP BY permission_id
)
SELECT f.id, f.organisation_id, f.short_name, f.post_id, f.name,
       f.id = (SELECT id FROM worked_under),
       CASE WHEN f.id = (SELECT id FROM worked_under)
            THEN (SELECT json_object_agg(permission_id, organisation_ids) FROM held) END,
       (SELECT id FROM accounts_organisation WHERE level = 'CITY'),
       (SELECT reference_version FROM accounts_pool WHERE id = current_pool())
FROM in_force AS f
ORDER BY f.position, f.code, f.id;
