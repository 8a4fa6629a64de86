-- R7: what was sent to the bank for some offices in a month, against what the bank answered.
-- Parameters: organisation_ids, book_id; starts_at (inclusive), ends_at (exclusive): instants that
-- bound the month in the city's time.
-- Returns one row per file sent, by the instant it was sent (released, while the sending is not
-- over): batch id, office id, number, item code, state, instant sent, lines and amount sent (yuan),
-- whether an answer was applied, success count and amount, failure count and amount, number of
-- instructions whose state disagrees with the answer. Reads only.
WITH sent AS (
    SELECT b.id, b.organisation_id, b.number, i.code AS item_code, b.state, b.line_count,
           b.total_amount, coalesce(b.sent_at, b.released_at) AS sent_at
    FROM payouts_paymentbatch AS b
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    WHERE b.organisation_id = ANY(%(organisation_ids)s) AND b.book_id = %(book_id)s AND b.is_leaf
      AND b.state IN ('SENDING', 'UNKNOWN', 'SENT', 'RETURNED')
      AND coalesce(b.sent_at, b.released_at) >= %(starts_at)s
      AND coalesce(b.sent_at, b.released_at) < %(ends_at)s
), wrong AS (
    SELECT r.batch_id, count(*) AS wrong_count
    FROM sent AS s
    JOIN payouts_bankreturn AS r ON r.batch_id = s.id AND r.state = 'APPLIED'
    JOIN payouts_bankreturnline AS l ON l.bank_return_id = r.id
    JOIN payouts_paymentinstruction AS p ON p.id = l.instruction_id
    WHERE l.is_success <> (p.state = 'SUCCESS')
    GROUP BY r.batch_id
)
SELECT s.id, s.organisation_id, s.number, s.item_code, s.state, s.sent_at, s.line_count,
       s.total_amount, r.id IS NOT NULL, coalesce(r.success_count, 0),
       coalesce(r.success_total, 0.00), coalesce(r.fail_count, 0), coalesce(r.fail_total, 0.00),
       coalesce(w.wrong_count, 0)
FROM sent AS s
LEFT JOIN payouts_bankreturn AS r ON r.batch_id = s.id AND r.state = 'APPLIED'
LEFT JOIN wrong AS w ON w.batch_id = s.id
ORDER BY s.sent_at, s.id;
