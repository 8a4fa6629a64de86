-- Read a person's months in plans, newest first, with the newest order to the bank for each.
--   person_key  the person
--   case_id     only the months of this case's entitlement; null for all
--   rows        how many at most
-- Returns (month, yuan, plan's number, plan's state, order's state, bank's day); the last two are
-- null while no order stands, one that was withdrawn does not. Only reads.
SELECT l.benefit_month, l.amount, p.number, p.state, i.state, i.bank_date
FROM payouts_disbursementplanline AS l
JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
LEFT JOIN LATERAL (
    SELECT state, bank_date FROM payouts_paymentinstruction
    WHERE plan_line_id = l.id AND is_standing
    ORDER BY attempt DESC LIMIT 1
) AS i ON true
WHERE l.person_key = %(person_key)s AND l.is_live
  AND (%(case_id)s IS NULL
       OR l.entitlement_id = (SELECT id FROM payouts_entitlement WHERE case_id = %(case_id)s))
ORDER BY l.benefit_month DESC
LIMIT %(rows)s
