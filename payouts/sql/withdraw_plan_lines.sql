-- Take a withdrawn plan's lines out of force and give the entitlements their months back.
-- Parameters: plan_id. Returns how many lines were withdrawn.
-- Repeatable: lines already out of force are not touched again.
WITH withdrawn AS (
    UPDATE payouts_disbursementplanline SET is_live = false
    WHERE plan_id = %(plan_id)s AND is_live
    RETURNING entitlement_id
), lowered AS (
    UPDATE payouts_entitlement AS e SET months_planned = months_planned - 1
    FROM withdrawn WHERE e.id = withdrawn.entitlement_id
    RETURNING e.id
)
SELECT count(*) FROM lowered;
