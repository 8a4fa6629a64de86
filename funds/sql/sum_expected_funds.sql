-- What funds-use plans of a book have asked for, or were approved, that is not booked yet.
--
-- Parameters: book_id; plan_id, a plan to leave out, 0 for none. Returned and withdrawn plans
-- expect nothing. An allotment has arrived when its voucher E08 is posted; earlier releases named
-- the plan itself as the voucher's source. Returns one sum in yuan, zero without any. Reads only.
WITH plan AS (
    SELECT id, coalesce(approved_amount, total_amount) AS asked FROM funds_fundsuseplan
    WHERE book_id = %(book_id)s AND id <> %(plan_id)s AND state NOT IN ('RETURNED', 'WITHDRAWN')
)
SELECT coalesce((SELECT sum(asked) FROM plan), 0) - coalesce((
    SELECT sum(a.amount) FROM funds_fundsallotment AS a JOIN plan ON plan.id = a.plan_id
    WHERE EXISTS (
        SELECT FROM funds_voucher AS v
        WHERE v.event = 'E08' AND v.state = 'POSTED' AND v.corrects_id IS NULL
          AND (v.source_kind, v.source_id)
              IN (('FUNDS_ALLOTMENT', a.id), ('FUNDS_USE_PLAN', a.plan_id)))), 0)
