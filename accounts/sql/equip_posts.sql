-- Give the posts at some offices their duties: each duty of a post at each office it reaches.
--   pool_id                     the offices' pool
--   duty_groups, duty_ids       which group has which duty, pair by pair
--   reach_groups, reach_ids     which group reaches which office, pair by pair
-- What is held already stays, so it may run again.
WITH duty AS (
    SELECT * FROM unnest(%(duty_groups)s::text[], %(duty_ids)s::int[]) AS d (name, permission_id)
),
reach AS (
    SELECT *
    FROM unnest(%(reach_groups)s::text[], %(reach_ids)s::bigint[]) AS r (name, organisation_id)
)
INSERT INTO accounts_dutyholding (pool_id, group_id, permission_id, content_object_id)
SELECT %(pool_id)s, g.id, duty.permission_id, reach.organisation_id
FROM duty
JOIN reach USING (name)
JOIN auth_group AS g USING (name)
ON CONFLICT DO NOTHING;
