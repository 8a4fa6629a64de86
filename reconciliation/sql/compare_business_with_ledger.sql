-- R1: what the bank paid for one office in a month, against what the books hold of it.
-- Parameters: organisation_id, book_id; month (its first day), next_month (first day after it).
-- Business side: instructions the bank answered as paid, by its booking day. Ledger side: posted
-- lines on the expenditure accounts (5001xx, 5104, 5105, 5201) by voucher date, debits less
-- credits. Returns one row per item and batch: item code, batch number, count and amount (yuan)
-- of either side, numbers of the vouchers, kind of the difference (empty: equal, tolerance 0.00).
-- Reads only, so it may run any number of times.
WITH business AS (
    SELECT i.code AS item_code, b.number AS batch_number,
           count(*) AS line_count, sum(p.amount) AS amount
    FROM payouts_paymentinstruction AS p
    JOIN payouts_paymentbatch AS b ON b.id = p.batch_id
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    WHERE b.organisation_id = %(organisation_id)s AND b.book_id = %(book_id)s
      AND (b.returned_at IS NULL OR b.returned_at > %(month)s::date - 2)  -- older ones paid earlier
      AND p.state = 'SUCCESS'
      AND p.bank_date >= %(month)s AND p.bank_date < %(next_month)s
    GROUP BY i.code, b.number
), posted AS (
    SELECT l.organisation_id, l.item_code, l.batch_number, v.id AS voucher_id, v.number,
           v.voucher_date >= %(month)s AND v.voucher_date < %(next_month)s AS in_month,
           l.debit - l.credit AS amount,
           CASE WHEN l.debit > 0 THEN l.entry_count ELSE -l.entry_count END AS entry_count
    FROM funds_voucherline AS l
    JOIN funds_voucher AS v ON v.id = l.voucher_id
    JOIN funds_ledgeraccount AS a ON a.id = l.account_id
    WHERE v.book_id = %(book_id)s AND v.state = 'POSTED'
      AND left(a.code, 4) IN ('5001', '5104', '5105', '5201')
), ledger AS (
    SELECT item_code, batch_number, sum(entry_count) AS entry_count, sum(amount) AS amount,
           count(DISTINCT voucher_id) FILTER (WHERE amount > 0)
           - count(DISTINCT voucher_id) FILTER (WHERE amount < 0) AS live_vouchers,
           string_agg(DISTINCT number::text, '、') AS vouchers
    FROM posted
    WHERE in_month AND organisation_id = %(organisation_id)s
    GROUP BY item_code, batch_number
    HAVING sum(amount) <> 0 OR sum(entry_count) <> 0
), outcome AS (  -- the return file says one thing, the instruction another
    SELECT i.code AS item_code, b.number AS batch_number, count(*) AS wrong_count
    FROM payouts_bankreturn AS r
    JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    JOIN payouts_bankreturnline AS l ON l.bank_return_id = r.id
    JOIN payouts_paymentinstruction AS p ON p.id = l.instruction_id
    WHERE r.state = 'APPLIED' AND r.bank_date >= %(month)s AND r.bank_date < %(next_month)s
      AND b.organisation_id = %(organisation_id)s AND b.book_id = %(book_id)s
      AND l.is_success <> (p.state = 'SUCCESS')
    GROUP BY i.code, b.number
), booked AS (  -- where else the books hold a batch, net of reversals
    SELECT batch_number,
           bool_or(organisation_id = %(organisation_id)s AND NOT in_month) AS in_other_month,
           bool_or(organisation_id IS DISTINCT FROM %(organisation_id)s) AS at_other_office
    FROM (SELECT organisation_id, item_code, batch_number, in_month FROM posted
          GROUP BY organisation_id, item_code, batch_number, in_month
          HAVING sum(amount) <> 0) AS net
    GROUP BY batch_number
), items AS (  -- under how many items the books hold a batch of this office
    SELECT batch_number, count(*) AS item_count FROM ledger GROUP BY batch_number
), paid AS (  -- which office, item and months the business records of a batch belong to
    SELECT b.number AS batch_number, b.organisation_id, i.code AS paid_item,
           bool_or(p.bank_date < %(month)s OR p.bank_date >= %(next_month)s) AS in_other_month
    FROM ledger AS l
    JOIN payouts_paymentbatch AS b ON b.number = l.batch_number
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    JOIN payouts_paymentinstruction AS p ON p.batch_id = b.id AND p.state = 'SUCCESS'
    GROUP BY b.number, b.organisation_id, i.code
)
SELECT item_code, batch_number,
       coalesce(business.line_count, 0), coalesce(business.amount, 0.00),
       coalesce(ledger.entry_count, 0), coalesce(ledger.amount, 0.00),
       coalesce(ledger.vouchers, ''),
       CASE
           WHEN outcome.wrong_count > 0 THEN 'D7'
           WHEN business.line_count = ledger.entry_count
                AND business.amount = ledger.amount THEN ''
           WHEN business.amount IS NULL AND ledger.amount < 0 THEN 'D2'
           WHEN business.amount IS NULL AND paid.organisation_id = %(organisation_id)s
                AND paid.paid_item = item_code AND paid.in_other_month
                THEN CASE WHEN booked.in_other_month THEN 'D5' ELSE 'D1' END
           WHEN business.amount IS NULL AND paid.batch_number IS NOT NULL THEN 'D6'
           WHEN business.amount IS NULL THEN 'D4'
           WHEN ledger.amount IS NULL AND (booked.at_other_office
                OR items.item_count > 0) THEN 'D6'
           WHEN ledger.amount IS NULL AND booked.in_other_month THEN 'D1'
           WHEN ledger.amount IS NULL THEN 'D3'
           WHEN booked.at_other_office OR items.item_count > 1 THEN 'D6'
           WHEN ledger.amount > business.amount AND ledger.live_vouchers > 1 THEN 'D5'
           ELSE 'D2'
       END
FROM business
FULL JOIN ledger USING (item_code, batch_number)
FULL JOIN outcome USING (item_code, batch_number)
LEFT JOIN booked USING (batch_number)
LEFT JOIN items USING (batch_number)
LEFT JOIN paid USING (batch_number)
ORDER BY item_code, batch_number;
