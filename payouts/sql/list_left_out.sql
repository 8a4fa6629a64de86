-- List who was compared for a plan and stands in it with no line, by what says why.
--   plan_id  the plan; its comparison's results are looked through
--   shown    how many persons to list over all, by state and then as they were compared
-- Returns per cause (result's state, its reasons, entitlement's state, whether the month is taken
-- in this pool, whether the granted months are used up, how many persons, json list of those
-- shown: [place, name, masked identity number, result id]); exceptions first, then as the first of
-- each was compared. Only reads.
-- "Not in a list" is hashed; "there is no line" would be searched line by line while the database
-- does not know yet how large a new plan is.
WITH this_plan AS (
    SELECT p.id, p.comparison_run_id, p.month, i.code
    FROM payouts_disbursementplan AS p JOIN payouts_benefititem AS i ON i.id = p.item_id
    WHERE p.id = %(plan_id)s
), left_out AS (
    SELECT r.id, r.state, r.reasons, e.claimant_id, e.claimant_name, e.state AS drawing,
           r.state <> 'EXCEPTION' AND EXISTS (
               SELECT FROM payouts_disbursementplanline AS l
               WHERE l.person_key = e.person_key AND l.item_code = p.code
                 AND l.benefit_month = p.month AND l.is_live
           ) AS is_taken,
           e.months_planned >= e.months_granted AS is_used_up,
           row_number() OVER (ORDER BY r.state, r.id) AS place
    FROM this_plan AS p
    JOIN payouts_comparisonresult AS r ON r.run_id = p.comparison_run_id
    JOIN payouts_entitlement AS e ON e.id = r.entitlement_id
    WHERE r.id NOT IN (
        SELECT comparison_result_id FROM payouts_disbursementplanline WHERE plan_id = %(plan_id)s)
)
SELECT o.state, o.reasons, o.drawing, o.is_taken, o.is_used_up, count(*),
       coalesce(
           jsonb_agg(jsonb_build_array(o.place, o.claimant_name, k.identity_masked, o.id))
               FILTER (WHERE o.place <= %(shown)s),
           '[]')
FROM left_out AS o
LEFT JOIN payouts_claimant AS k ON k.id = o.claimant_id AND o.place <= %(shown)s
GROUP BY o.state, o.reasons, o.drawing, o.is_taken, o.is_used_up
ORDER BY o.state <> 'EXCEPTION', min(o.id)
