-- Read the lines of a voucher as printed, in order.
--   voucher_id  funds_voucher.id
-- Returns the columns of funds.selectors.vouchers.LineRow; an account's name stands behind its
-- parent's, as funds.selectors.books.full_name writes it. Only reads.
SELECT l.summary, a.code, CASE WHEN p.id IS NULL THEN a.name ELSE p.name || '—' || a.name END,
       coalesce(o.short_name, ''), l.item_code, l.batch_number, l.entry_count, l.debit, l.credit
FROM funds_voucherline AS l
JOIN funds_ledgeraccount AS a ON a.id = l.account_id
LEFT JOIN funds_ledgeraccount AS p ON p.id = a.parent_id
LEFT JOIN accounts_organisation AS o ON o.id = l.organisation_id
WHERE l.voucher_id = %(voucher_id)s
ORDER BY l.position
