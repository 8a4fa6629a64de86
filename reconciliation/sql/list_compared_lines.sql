-- Detail of R1, down to the line: every payment of one office in a month with its batch and the
-- vouchers that book it, then every booking without a payment.
-- Parameters: organisation_id, book_id; month (its first day), next_month (first day after it).
-- Returns item code, batch number, position in the batch (null: booking without payment),
-- instruction id, payee name, masked account, amount (yuan), bank day, bank serial, voucher
-- numbers, amount booked for the whole batch (yuan). Reads only.
WITH ledger AS (
    SELECT l.item_code, l.batch_number, sum(l.debit - l.credit) AS amount,
           string_agg(DISTINCT v.number::text, '、') AS vouchers
    FROM funds_voucherline AS l
    JOIN funds_voucher AS v ON v.id = l.voucher_id
    JOIN funds_ledgeraccount AS a ON a.id = l.account_id
    LEFT JOIN funds_voucher AS reversed ON reversed.id = v.reverses_id
    WHERE v.book_id = %(book_id)s AND v.state = 'POSTED'
      AND 'E34' NOT IN (v.event, coalesce(reversed.event, ''))
      AND v.voucher_date >= %(month)s AND v.voucher_date < %(next_month)s
      AND l.organisation_id = %(organisation_id)s
      AND left(a.code, 4) IN ('5001', '5104', '5105', '5201')
    GROUP BY l.item_code, l.batch_number
    HAVING sum(l.debit - l.credit) <> 0
), business AS (
    SELECT i.code AS item_code, b.number AS batch_number, p.position, p.end_to_end_id,
           p.payee_name, c.number_masked, p.amount, p.bank_date, p.bank_serial
    FROM payouts_paymentinstruction AS p
    JOIN payouts_paymentbatch AS b ON b.id = p.batch_id
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    JOIN payouts_payeeaccount AS c ON c.id = p.payee_account_id
    WHERE b.organisation_id = %(organisation_id)s AND b.book_id = %(book_id)s
      AND (b.returned_at IS NULL OR b.returned_at > %(month)s::date - 2)  -- older ones paid earlier
      AND p.state = 'SUCCESS'
      AND p.bank_date >= %(month)s AND p.bank_date < %(next_month)s
)
SELECT item_code, batch_number, b.position, coalesce(b.end_to_end_id, ''),
       coalesce(b.payee_name, ''), coalesce(b.number_masked, ''), b.amount, b.bank_date,
       coalesce(b.bank_serial, ''), coalesce(l.vouchers, ''), coalesce(l.amount, 0.00)
FROM business AS b FULL JOIN ledger AS l USING (item_code, batch_number)
ORDER BY item_code, batch_number, b.position NULLS LAST;
