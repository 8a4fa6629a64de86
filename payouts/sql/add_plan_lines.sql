-- Put every person whom the plan's comparison passed or cleared into the plan, once, and raise
-- the entitlement's planned months in the same statement.
-- Parameters: plan_id, run_id (its comparison), item_code, month (first day); standards (JSON
-- text: [{"years", "month_number", "amount"}], the monthly standard in yuan as text per full years
-- of contributions and number of the month drawn).
-- Returns how many lines were added.
-- A month already taken, also in another pool, is left out by the installation-wide key; rows go
-- in by person_key, so that two pools that meet wait for each other instead of deadlocking.
-- Repeatable: the same key leaves out what an earlier run has put in.
-- Entitlements are locked before they are read: who is stopped meanwhile waits for the plan, and is
-- then found in it; whose stop came first is not in the plan.
WITH ready AS MATERIALIZED (
    SELECT e.id, e.claimant_id, e.claimant_name, e.person_key, e.payee_account_id,
           e.contributed_months, e.months_planned, r.id AS result_id
    FROM payouts_comparisonresult AS r
    JOIN payouts_entitlement AS e ON e.id = r.entitlement_id
    WHERE r.run_id = %(run_id)s AND r.state IN ('PASSED', 'CLEARED')
      AND e.state = 'PAYING' AND e.months_planned < e.months_granted
    FOR NO KEY UPDATE OF e
), added AS (
    INSERT INTO payouts_disbursementplanline (
        pool_id, plan_id, position, entitlement_id, claimant_id, person_key, item_code,
        benefit_month, month_number, amount, payee_account_id, comparison_result_id, is_live)
    SELECT (SELECT current_pool()), %(plan_id)s,
           row_number() OVER (ORDER BY e.claimant_name COLLATE "C", e.id), e.id,
           e.claimant_id, e.person_key, %(item_code)s, %(month)s, standard.month_number,
           standard.amount, e.payee_account_id, e.result_id, true
    FROM ready AS e
    JOIN jsonb_to_recordset(%(standards)s::jsonb)
        AS standard (years integer, month_number integer, amount numeric)
        ON standard.years = e.contributed_months / 12
        AND standard.month_number = e.months_planned + 1
    ORDER BY e.person_key COLLATE "C"
    ON CONFLICT (person_key, item_code, benefit_month) WHERE is_live DO NOTHING
    RETURNING entitlement_id
), raised AS (
    UPDATE payouts_entitlement AS e SET months_planned = months_planned + 1
    FROM added WHERE e.id = added.entitlement_id
    RETURNING e.id
)
SELECT count(*) FROM raised;
