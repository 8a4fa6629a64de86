-- R1: what the bank paid for one office in a month, against what the books hold of it.
-- Parameters: organisation_id, book_id; month (its first day), next_month (first day after it).
-- Business side: instructions the bank answered as paid, by its booking day. Ledger side: posted
-- lines on the expenditure accounts (5001xx, 5104, 5105, 5201) by voucher date, debits less
-- credits. Returns one row per item and batch: item code, batch number, count and amount (yuan)
-- of either side, numbers of the vouchers, kind of the difference (empty: equal, tolerance 0.00).
-- Money of an earlier month's payment that came back in this one (E11, E13) stands in the books of
-- this month and in the business records of that one: a timing difference (D1).
-- Reads the month's rows once; only where a batch differs it looks at other months and offices, and
-- line by line at the return file, if XORed 64-bit hashes of the paid ids differ. Reads only.
WITH due AS (  -- batches that may have been paid in the month
    SELECT b.id, b.number, i.code AS item_code
    FROM payouts_paymentbatch AS b JOIN payouts_benefititem AS i ON i.id = b.item_id
    WHERE b.organisation_id = %(organisation_id)s AND b.book_id = %(book_id)s
      AND (b.returned_at IS NULL OR b.returned_at > %(month)s::date - 2)  -- older ones paid earlier
), by_day AS (
    SELECT p.batch_id, p.bank_date, count(*) AS line_count, sum(p.amount) AS amount,
           bit_xor(hashint8extended(p.id, 0)) AS fingerprint
    FROM payouts_paymentinstruction AS p
    WHERE p.batch_id IN (SELECT id FROM due) AND p.state = 'SUCCESS'
    GROUP BY p.batch_id, p.bank_date
), payment AS (
    SELECT batch_id, bit_xor(fingerprint) AS fingerprint FROM by_day GROUP BY batch_id
), business AS (
    SELECT d.item_code, d.number AS batch_number, sum(p.line_count)::bigint AS line_count,
           sum(p.amount) AS amount
    FROM by_day AS p JOIN due AS d ON d.id = p.batch_id
    WHERE p.bank_date >= %(month)s AND p.bank_date < %(next_month)s
    GROUP BY d.item_code, d.number
), expenditure AS (
    SELECT id FROM funds_ledgeraccount WHERE left(code, 4) IN ('5001', '5104', '5105', '5201')
), entry AS (  -- what the month's vouchers booked, by voucher and side
    SELECT v.number, l.item_code, l.batch_number, l.debit > 0 AS is_debit,
           coalesce(o.event, v.event) IN ('E11', 'E13') AS is_return,
           sum(l.entry_count) AS entry_count, sum(l.debit) - sum(l.credit) AS amount
    FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
    LEFT JOIN funds_voucher AS o ON o.id = v.reverses_id
    WHERE v.book_id = %(book_id)s AND v.state = 'POSTED'
      AND 'E34' NOT IN (v.event, coalesce(o.event, ''))
      AND v.voucher_date >= %(month)s AND v.voucher_date < %(next_month)s
      AND l.organisation_id = %(organisation_id)s AND l.account_id IN (SELECT id FROM expenditure)
    GROUP BY v.id, o.id, l.item_code, l.batch_number, l.debit > 0
), ledger AS (
    SELECT item_code, batch_number, sum(amount) AS amount,
           sum(amount) FILTER (WHERE is_return) AS returned,
           sum(CASE WHEN is_debit THEN entry_count ELSE -entry_count END)::bigint AS entry_count,
           count(*) FILTER (WHERE is_debit) - count(*) FILTER (WHERE NOT is_debit) AS live_vouchers,
           string_agg(DISTINCT number::text, '、') AS vouchers
    FROM entry GROUP BY item_code, batch_number
    HAVING sum(amount) <> 0 OR sum(CASE WHEN is_debit THEN entry_count ELSE -entry_count END) <> 0
), answered AS (  -- returns of the month, and what their lines call paid
    SELECT r.id, r.batch_id, (SELECT bit_xor(hashint8extended(l.instruction_id, 0))
                              FROM payouts_bankreturnline AS l
                              WHERE l.bank_return_id = r.id AND l.is_success) AS fingerprint
    FROM payouts_bankreturn AS r
    WHERE r.state = 'APPLIED' AND r.bank_date >= %(month)s AND r.bank_date < %(next_month)s
      AND r.batch_id IN (SELECT id FROM payouts_paymentbatch
                         WHERE organisation_id = %(organisation_id)s AND book_id = %(book_id)s)
), outcome AS (  -- the return file says one thing, the instruction another
    SELECT i.code AS item_code, b.number AS batch_number, count(*) AS wrong_count
    FROM answered AS r LEFT JOIN payment ON payment.batch_id = r.batch_id
    JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    JOIN payouts_bankreturnline AS l ON l.bank_return_id = r.id
    JOIN payouts_paymentinstruction AS p ON p.id = l.instruction_id
    WHERE r.fingerprint IS DISTINCT FROM payment.fingerprint
      AND l.is_success <> (p.state = 'SUCCESS')
    GROUP BY i.code, b.number
), unequal AS (
    SELECT batch_number FROM business FULL JOIN ledger USING (item_code, batch_number)
    WHERE business.line_count IS DISTINCT FROM ledger.entry_count
       OR business.amount IS DISTINCT FROM ledger.amount
), booked AS (  -- where else the books hold an unequal batch, net of reversals
    SELECT batch_number,
           bool_or(organisation_id = %(organisation_id)s AND NOT in_month) AS in_other_month,
           bool_or(organisation_id IS DISTINCT FROM %(organisation_id)s) AS at_other_office
    FROM (SELECT l.organisation_id, l.item_code, l.batch_number,
                 v.voucher_date >= %(month)s AND v.voucher_date < %(next_month)s AS in_month
          FROM funds_voucherline AS l JOIN funds_voucher AS v ON v.id = l.voucher_id
          LEFT JOIN funds_voucher AS o ON o.id = v.reverses_id
          WHERE l.batch_number IN (SELECT batch_number FROM unequal)
            AND v.book_id = %(book_id)s AND v.state = 'POSTED'
            AND 'E34' NOT IN (v.event, coalesce(o.event, ''))
            AND l.account_id IN (SELECT id FROM expenditure)
          GROUP BY 1, 2, 3, 4 HAVING sum(l.debit - l.credit) <> 0) AS net
    GROUP BY batch_number
), items AS (  -- under how many items the books hold a batch of this office
    SELECT batch_number, count(*) AS item_count FROM ledger GROUP BY batch_number
), paid AS (  -- which office, item and months the business records of an unequal batch belong to
    SELECT b.number AS batch_number, b.organisation_id, i.code AS paid_item,
           bool_or(p.bank_date < %(month)s OR p.bank_date >= %(next_month)s) AS in_other_month
    FROM payouts_paymentbatch AS b JOIN payouts_benefititem AS i ON i.id = b.item_id
    JOIN payouts_paymentinstruction AS p ON p.batch_id = b.id AND p.state = 'SUCCESS'
    WHERE b.number IN (SELECT batch_number FROM unequal)
    GROUP BY b.number, b.organisation_id, i.code
)
SELECT item_code, batch_number, coalesce(business.line_count, 0), coalesce(business.amount, 0.00),
       coalesce(ledger.entry_count, 0), coalesce(ledger.amount, 0.00),
       coalesce(ledger.vouchers, ''), CASE
           WHEN outcome.wrong_count > 0 THEN 'D7'
           WHEN business.line_count = ledger.entry_count AND business.amount = ledger.amount THEN ''
           WHEN business.amount IS NULL AND ledger.amount = ledger.returned
                AND paid.organisation_id = %(organisation_id)s
                AND paid.paid_item = item_code AND paid.in_other_month THEN 'D1'
           WHEN business.amount IS NULL AND ledger.amount < 0 THEN 'D2'
           WHEN business.amount IS NULL AND paid.organisation_id = %(organisation_id)s
                AND paid.paid_item = item_code AND paid.in_other_month
                THEN CASE WHEN booked.in_other_month THEN 'D5' ELSE 'D1' END
           WHEN business.amount IS NULL AND paid.batch_number IS NOT NULL THEN 'D6'
           WHEN business.amount IS NULL THEN 'D4'
           WHEN ledger.amount IS NULL AND (booked.at_other_office OR items.item_count > 0) THEN 'D6'
           WHEN ledger.amount IS NULL THEN CASE WHEN booked.in_other_month THEN 'D1' ELSE 'D3' END
           WHEN booked.at_other_office OR items.item_count > 1 THEN 'D6'
           WHEN ledger.amount > business.amount AND ledger.live_vouchers > 1 THEN 'D5'
           ELSE 'D2'
       END
FROM business FULL JOIN ledger USING (item_code, batch_number)
FULL JOIN outcome USING (item_code, batch_number) LEFT JOIN paid USING (batch_number)
LEFT JOIN booked USING (batch_number) LEFT JOIN items USING (batch_number)
ORDER BY item_code, batch_number;
