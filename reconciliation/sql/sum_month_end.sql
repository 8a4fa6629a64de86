-- What the month-end board says of one month of one book, in one row.
-- Parameters: book_id, period_id, month (first day); is_year_end: whether income and expenditure
-- must be carried forward.
-- Returns: unposted vouchers; batches released by the month's end that the bank has not answered;
-- balance of 110101 at its end; bank accounts whose day-book and balances differ; debits and
-- credits of the month; offices paid for whose statement is unsigned; open differences of its
-- runs; total of its tax lists and what E01 booked of them (also reversed and corrected); accounts
-- of income and expenditure that are not zero; monthly statements prepared. Amounts in yuan.
-- Reads only; the same conditions as the triggers that refuse a closing.
WITH balance AS MATERIALIZED (
    SELECT b.*, a.code, p.month
    FROM funds_accountbalance AS b
    JOIN funds_period AS p ON p.pool_id = b.pool_id AND p.id = b.period_id
    JOIN funds_ledgeraccount AS a ON a.pool_id = b.pool_id AND a.id = b.account_id
    WHERE p.book_id = %(book_id)s AND p.month <= %(month)s
), posted AS MATERIALIZED (
    SELECT v.id, v.source_kind, v.source_id, 'E01' IN (v.event, coalesce(r.event, '')) AS is_tax
    FROM funds_voucher AS v LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
    WHERE v.period_id = %(period_id)s AND v.state = 'POSTED'
), line AS MATERIALIZED (
    SELECT v.is_tax, a.code, sum(l.debit) AS debit, sum(l.credit) AS credit
    FROM posted AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
    JOIN funds_ledgeraccount AS a ON a.id = l.account_id
    GROUP BY v.is_tax, a.code
), day_book AS (
    SELECT code, sum(debit) AS debit, sum(credit) AS credit FROM line
    WHERE left(code, 4) IN ('1002', '1003', '1004') GROUP BY code
), ledger AS (
    SELECT code, sum(debit) AS debit, sum(credit) AS credit FROM balance
    WHERE period_id = %(period_id)s AND left(code, 4) IN ('1002', '1003', '1004') GROUP BY code
), booked AS (
    SELECT source_id FROM funds_voucher
    WHERE source_kind = 'TAX_INCOME_LIST' AND event = 'E01' AND state = 'POSTED'
)
SELECT
    (SELECT count(*) FROM funds_voucher
     WHERE period_id = %(period_id)s AND state NOT IN ('POSTED', 'VOIDED')) AS unposted,
    (SELECT count(*) FROM payouts_paymentbatch AS b
     WHERE b.book_id = %(book_id)s AND b.is_leaf
       AND b.state IN ('RELEASED', 'SENDING', 'UNKNOWN', 'SENT')
       AND date_trunc('month', b.released_at AT TIME ZONE 'Asia/Shanghai')::date <= %(month)s)
        AS unanswered,
    (SELECT coalesce(sum(debit - credit), 0) FROM balance WHERE code LIKE '110101%%') AS suspense,
    (SELECT count(*) FROM day_book AS d FULL JOIN ledger AS l USING (code)
     WHERE (d.debit, d.credit) IS DISTINCT FROM (l.debit, l.credit)) AS day_books,
    (SELECT coalesce(sum(debit), 0) FROM balance WHERE month = %(month)s) AS debit,
    (SELECT coalesce(sum(credit), 0) FROM balance WHERE month = %(month)s) AS credit,
    (SELECT count(DISTINCT organisation_id) FROM balance AS paid
     WHERE paid.month = %(month)s AND organisation_id IS NOT NULL AND item_code <> ''
       AND NOT is_closing
       AND NOT EXISTS (SELECT FROM reconciliation_officestatement AS s
                       WHERE s.organisation_id = paid.organisation_id
                         AND s.book_id = %(book_id)s AND s.month = %(month)s
                         AND s.state IN ('SIGNED', 'CONFIRMED'))) AS unsigned,
    (SELECT count(*) FROM reconciliation_difference AS d
     JOIN reconciliation_reconciliationrun AS n ON n.id = d.run_id
     WHERE n.book_id = %(book_id)s AND n.month = %(month)s AND n.is_current
       AND n.organisation_id IS NOT NULL AND d.state <> 'CLOSED') AS differences,
    (SELECT coalesce(sum(total_amount), 0) FROM funds_taxincomelist AS t
     WHERE t.book_id = %(book_id)s
       AND (t.id IN (SELECT source_id FROM posted WHERE source_kind = 'TAX_INCOME_LIST' AND is_tax)
            OR (t.month = %(month)s AND t.id NOT IN (SELECT source_id FROM booked)))) AS listed,
    (SELECT coalesce(sum(credit - debit), 0) FROM line
     WHERE is_tax AND left(code, 4) IN ('4001', '4501')) AS booked,
    (SELECT count(*) FROM (
         SELECT code FROM balance WHERE %(is_year_end)s AND left(code, 1) IN ('4', '5')
         GROUP BY code HAVING sum(debit) <> sum(credit)) AS left_over) AS results,
    (SELECT count(*) FROM funds_financialstatement
     WHERE book_id = %(book_id)s AND form = 'ACCOUNTS' AND span = 'MONTH' AND month = %(month)s
       AND state <> 'RETURNED') AS statements
