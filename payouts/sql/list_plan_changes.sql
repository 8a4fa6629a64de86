-- Compare a plan with the office's plan for the same item one month before.
-- Parameters: plan_id; shown (how many persons of each kind to list).
-- Returns (kind NEW, STOPPED or CHANGED; name; amount before; amount now; persons of that kind;
-- their total before; their total now), amounts in yuan or null, in the plans' order. Reads only.
-- Names are looked up for the listed persons only, so the size of other tables does not matter.
WITH this_plan AS (
    SELECT * FROM payouts_disbursementplan WHERE id = %(plan_id)s
), now_lines AS (
    SELECT l.person_key, l.amount, l.entitlement_id, l.position
    FROM payouts_disbursementplanline AS l
    JOIN this_plan AS p ON p.id = l.plan_id AND p.pool_id = l.pool_id
), earlier_lines AS (
    SELECT l.person_key, l.amount, l.entitlement_id, l.position
    FROM payouts_disbursementplanline AS l
    JOIN payouts_disbursementplan AS earlier ON earlier.id = l.plan_id
        AND earlier.pool_id = l.pool_id AND earlier.state <> 'WITHDRAWN'
    JOIN this_plan AS p ON earlier.organisation_id = p.organisation_id
        AND earlier.item_id = p.item_id AND earlier.month = (p.month - interval '1 month')::date
    WHERE l.is_live
), changes AS (
    SELECT CASE WHEN b.person_key IS NULL THEN 'NEW' WHEN n.person_key IS NULL THEN 'STOPPED'
                ELSE 'CHANGED' END AS kind,
           coalesce(n.entitlement_id, b.entitlement_id) AS entitlement_id,
           coalesce(n.position, b.position) AS position,
           b.amount AS amount_before, n.amount AS amount_now
    FROM now_lines AS n FULL JOIN earlier_lines AS b ON b.person_key = n.person_key
    WHERE n.amount IS DISTINCT FROM b.amount
), ranked AS (
    SELECT kind, entitlement_id, amount_before, amount_now, count(*) OVER same_kind AS persons,
           sum(amount_before) OVER same_kind AS total_before,
           sum(amount_now) OVER same_kind AS total_now,
           row_number() OVER (PARTITION BY kind ORDER BY position) AS place
    FROM changes
    WINDOW same_kind AS (PARTITION BY kind)
), listed AS MATERIALIZED (
    SELECT * FROM ranked WHERE place <= %(shown)s
)
SELECT l.kind, e.claimant_name, l.amount_before, l.amount_now, l.persons, l.total_before,
       l.total_now
FROM listed AS l JOIN payouts_entitlement AS e ON e.id = l.entitlement_id
ORDER BY l.kind, l.place;
