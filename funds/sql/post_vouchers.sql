-- Post vouchers: give each the next number of its book and month, in the order of date and id.
--
-- Parameters: voucher_ids (bigint[]), posted_at. Returns (voucher_id, number).
-- The caller holds the row locks of the vouchers and of their periods, so numbers have no gap.
-- Repeatable: a voucher that does not wait to be posted is left alone and takes no number.
WITH waiting AS (
    SELECT v.id, v.period_id,
           row_number() OVER (PARTITION BY v.period_id ORDER BY v.voucher_date, v.id) AS place
    FROM funds_voucher AS v
    WHERE v.id = ANY (%(voucher_ids)s::bigint[]) AND v.state = 'BOOKING'
), raised AS (
    UPDATE funds_period AS p SET last_number = p.last_number + w.vouchers
    FROM (SELECT period_id, count(*) AS vouchers FROM waiting GROUP BY period_id) AS w
    WHERE p.id = w.period_id
    RETURNING p.id, p.last_number - w.vouchers AS last_before
)
UPDATE funds_voucher AS v
SET state = 'POSTED', number = r.last_before + w.place, posted_at = %(posted_at)s
FROM waiting AS w JOIN raised AS r ON r.id = w.period_id
WHERE v.id = w.id
RETURNING v.id, v.number
