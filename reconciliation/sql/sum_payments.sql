-- P25: how many batches were paid, and how much, by office and month of the bank's booking day.
-- Parameters: organisation_ids (array); from_month, after_month (first days; the second one
-- exclusive).
-- A batch that was split for the bank counts once, as its parent. Returns organisation id, month,
-- batches, payments, amount (yuan): per office and month, then per office (month null), then over
-- all (both null; not the sum of the months' batches where one paid in two). Reads only.
WITH paid AS (
    SELECT b.organisation_id, coalesce(b.parent_id, b.id) AS batch_id,
           date_trunc('month', p.bank_date)::date AS month, count(*) AS line_count,
           sum(p.amount) AS amount
    FROM payouts_paymentinstruction AS p
    JOIN payouts_paymentbatch AS b ON b.id = p.batch_id
    WHERE b.organisation_id = ANY (%(organisation_ids)s)
      AND (b.returned_at IS NULL OR b.returned_at > %(from_month)s::date - 2)
      AND p.state = 'SUCCESS'
      AND p.bank_date >= %(from_month)s AND p.bank_date < %(after_month)s
    GROUP BY 1, 2, 3
)
SELECT organisation_id, month, count(DISTINCT batch_id), coalesce(sum(line_count), 0)::bigint,
       coalesce(sum(amount), 0.00)
FROM paid
GROUP BY GROUPING SETS ((organisation_id, month), (organisation_id), ())
ORDER BY month NULLS LAST, organisation_id NULLS LAST;
