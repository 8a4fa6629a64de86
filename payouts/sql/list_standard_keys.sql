-- List what the monthly standards of a plan depend on, so that each is computed once.
-- Parameters: plan_id. Returns (full years of contributions, number of the month drawn, 1 first).
-- Repeatable: reads only.
SELECT DISTINCT e.contributed_months / 12 AS years, e.months_planned + 1 AS month_number
FROM payouts_disbursementplan AS p
JOIN payouts_comparisonresult AS r ON r.run_id = p.comparison_run_id
    AND r.pool_id = p.pool_id AND r.state IN ('PASSED', 'CLEARED')
JOIN payouts_entitlement AS e ON e.id = r.entitlement_id AND e.state = 'PAYING'
    AND e.months_planned < e.months_granted
WHERE p.id = %(plan_id)s
ORDER BY years, month_number;
