-- Add the lines of vouchers to the balances of their periods, by account, office and item; those
-- of a period-end close (E34) and of its reversal apart from all others.
--
-- Parameters: voucher_ids (bigint[]). Amounts are yuan. Returns nothing.
-- Run once, in the transaction that posts the vouchers and holds their periods' row locks: a
-- posted voucher cannot be posted again, so its lines are never added twice.
-- The lines are summed once and kept, however few vouchers the planner expects.
WITH line AS MATERIALIZED (
    SELECT voucher_id, account_id, organisation_id, item_code, sum(debit) AS debit,
           sum(credit) AS credit, sum(entry_count) AS entry_count
    FROM funds_voucherline WHERE voucher_id = ANY (%(voucher_ids)s::bigint[])
    GROUP BY voucher_id, account_id, organisation_id, item_code
)
INSERT INTO funds_accountbalance AS balance
    (pool_id, period_id, account_id, organisation_id, item_code, is_closing,
     debit, credit, entry_count)
SELECT v.pool_id, v.period_id, l.account_id, l.organisation_id, l.item_code,
       'E34' IN (v.event, coalesce(r.event, '')) AS is_closing,
       sum(l.debit), sum(l.credit), sum(l.entry_count)
FROM funds_voucher AS v
JOIN line AS l ON l.voucher_id = v.id
LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
WHERE v.state = 'POSTED'
GROUP BY v.pool_id, v.period_id, l.account_id, l.organisation_id, l.item_code, is_closing
ORDER BY v.period_id, l.account_id, l.organisation_id, l.item_code
ON CONFLICT (pool_id, period_id, account_id, organisation_id, item_code, is_closing) DO UPDATE
SET debit = balance.debit + excluded.debit,
    credit = balance.credit + excluded.credit,
    entry_count = balance.entry_count + excluded.entry_count
