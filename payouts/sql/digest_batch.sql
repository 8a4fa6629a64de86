-- What a batch's instructions say now, to be compared with what was signed.
-- Parameters: batch_id (a batch that is sent itself, or a parent).
-- Returns: line_count, total_amount (yuan), sha256 (hex) as digest_new_instructions computed it.
-- Reads only.
SELECT count(*), sum(n.amount),
       encode(sha256(string_agg(sha256(convert_to(concat_ws('|', n.payee_name, a.number_key,
           a.bank_number, n.amount, i.name || to_char(l.benefit_month, 'YYYYMM'),
           to_char(l.benefit_month, 'YYYYMM')), 'UTF8')), ''::bytea
           ORDER BY n.batch_id, n.position)), 'hex')
FROM payouts_paymentinstruction AS n
JOIN payouts_paymentbatch AS b ON b.id = n.batch_id
JOIN payouts_benefititem AS i ON i.id = b.item_id
JOIN payouts_disbursementplanline AS l ON l.id = n.plan_line_id
JOIN payouts_payeeaccount AS a ON a.id = n.payee_account_id
WHERE b.id = %(batch_id)s OR b.parent_id = %(batch_id)s;
