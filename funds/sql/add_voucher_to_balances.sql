-- Add one voucher's lines to the balances of its period, by account, office and item.
--
-- Parameters: voucher_id. Amounts are yuan. Returns nothing.
-- Run once, in the transaction that posts the voucher and holds its period's row lock: a
-- posted voucher cannot be posted again, so its lines are never added twice.
INSERT INTO funds_accountbalance AS balance
    (pool_id, period_id, account_id, organisation_id, item_code, debit, credit, entry_count)
SELECT v.pool_id, v.period_id, l.account_id, l.organisation_id, l.item_code,
       sum(l.debit), sum(l.credit), sum(l.entry_count)
FROM funds_voucher AS v
JOIN funds_voucherline AS l ON l.pool_id = v.pool_id AND l.voucher_id = v.id
WHERE v.id = %(voucher_id)s AND v.state = 'POSTED'
GROUP BY v.pool_id, v.period_id, l.account_id, l.organisation_id, l.item_code
ORDER BY l.account_id, l.organisation_id, l.item_code
ON CONFLICT (pool_id, period_id, account_id, organisation_id, item_code) DO UPDATE
SET debit = balance.debit + excluded.debit,
    credit = balance.credit + excluded.credit,
    entry_count = balance.entry_count + excluded.entry_count
