-- What funds-use plans of a book have asked for, or were approved, that is not booked yet.
--
-- Parameters: book_id; plan_id, a plan to leave out, 0 for none. Returned and withdrawn plans
-- expect nothing; one whose allotment has ended, only what was allotted. What has arrived is what
-- posted vouchers E08 brought to 支出户 (1004) less what their reversals and corrections took
-- back; earlier releases named the plan itself as the voucher's source. Returns one sum in yuan,
-- zero without any. Reads only.
WITH plan AS (
    SELECT id, CASE state WHEN 'CLOSED' THEN allotted_amount
                    ELSE coalesce(approved_amount, total_amount) END AS asked
    FROM funds_fundsuseplan
    WHERE book_id = %(book_id)s AND id <> %(plan_id)s AND state NOT IN ('RETURNED', 'WITHDRAWN')
), booked AS (
    SELECT v.id FROM funds_voucher AS v
    WHERE v.book_id = %(book_id)s AND v.event = 'E08' AND v.corrects_id IS NULL
      AND (v.source_kind = 'FUNDS_ALLOTMENT' AND v.source_id IN (
               SELECT a.id FROM funds_fundsallotment AS a JOIN plan ON plan.id = a.plan_id)
           OR v.source_kind = 'FUNDS_USE_PLAN' AND v.source_id IN (SELECT id FROM plan))
), told AS (
    SELECT id FROM booked
    UNION SELECT c.id FROM funds_voucher AS c JOIN booked ON c.corrects_id = booked.id
), voucher AS (
    SELECT id FROM told
    UNION SELECT r.id FROM funds_voucher AS r JOIN told ON r.reverses_id = told.id
)
SELECT coalesce((SELECT sum(asked) FROM plan), 0) - coalesce((
    SELECT sum(l.debit - l.credit)
    FROM voucher JOIN funds_voucher AS v ON v.id = voucher.id AND v.state = 'POSTED'
    JOIN funds_voucherline AS l ON l.voucher_id = v.id
    JOIN funds_ledgeraccount AS a ON a.id = l.account_id AND left(a.code, 4) = '1004'), 0)
