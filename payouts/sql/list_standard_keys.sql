-- List what the monthly standards of a plan depend on, so that each is computed once.
-- Parameters: run_id (the plan's comparison).
-- Returns (full years of contributions, number of the month drawn, 1 first).
-- Repeatable: reads only.
SELECT DISTINCT e.contributed_months / 12 AS years, e.months_planned + 1 AS month_number
FROM payouts_comparisonresult AS r
JOIN payouts_entitlement AS e ON e.id = r.entitlement_id AND e.state = 'PAYING'
    AND e.months_planned < e.months_granted
WHERE r.run_id = %(run_id)s AND r.state IN ('PASSED', 'CLEARED')
ORDER BY years, month_number;
