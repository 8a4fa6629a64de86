-- List what was posted to the ledger account of a bank account in some days, as movements.
--   book_id, account_id   funds_book.id, funds_ledgeraccount.id
--   first_date, until     days, both inclusive
--   as_of                 vouchers posted later do not count
--   opening               event of the voucher that opens the books
-- Returns (line id, debit, credit, line's text, line's batch, day, voucher's number and text, batch
-- of the return it was drafted from or null) by day and line. The opening voucher is none, nor is
-- a voucher with its reversal: together they move nothing. Yuan. Only reads.
WITH posted AS (
    SELECT id, book_id, event, voucher_date, number, summary, source_kind, source_id, reverses_id
    FROM funds_voucher
    WHERE state = 'POSTED' AND posted_at <= %(as_of)s
      AND voucher_date BETWEEN %(first_date)s AND %(until)s
)
SELECT l.id, l.debit, l.credit, l.summary, l.batch_number, v.voucher_date, v.number, v.summary,
       b.number
FROM funds_voucherline AS l
JOIN posted AS v ON v.id = l.voucher_id
LEFT JOIN payouts_bankreturn AS r ON v.source_kind = 'BANK_RETURN' AND r.id = v.source_id
LEFT JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
WHERE l.account_id = %(account_id)s AND v.book_id = %(book_id)s AND v.event <> %(opening)s
  AND NOT EXISTS (SELECT FROM posted AS p WHERE p.reverses_id = v.id)
  AND NOT EXISTS (SELECT FROM posted AS p WHERE p.id = v.reverses_id)
ORDER BY v.voucher_date, l.id
