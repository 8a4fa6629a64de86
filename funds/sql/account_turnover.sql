-- Opening balance and turnover of every leaf account over a range of months.
--
-- Parameters: book_id; first and last, first days of months, inclusive; organisation_id and
-- item_code narrow the dimensions, null takes all; with_closing: whether the period-end close of
-- these months counts (the opening always counts that of earlier ones). Returns (account_id,
-- opening, debit, credit) in yuan, opening as debits less credits before `first`; accounts
-- without any posting are left out. Reads only; the balances were written with the postings.
SELECT b.account_id,
       coalesce(sum(b.debit - b.credit) FILTER (WHERE p.month < %(first)s), 0) AS opening,
       coalesce(sum(b.debit) FILTER (WHERE p.month >= %(first)s), 0) AS debit,
       coalesce(sum(b.credit) FILTER (WHERE p.month >= %(first)s), 0) AS credit
FROM funds_accountbalance AS b
JOIN funds_period AS p ON p.pool_id = b.pool_id AND p.id = b.period_id
WHERE p.book_id = %(book_id)s AND p.month <= %(last)s
  AND (%(with_closing)s OR p.month < %(first)s OR NOT b.is_closing)
  AND (%(organisation_id)s::bigint IS NULL OR b.organisation_id = %(organisation_id)s)
  AND (%(item_code)s::text IS NULL OR b.item_code = %(item_code)s)
GROUP BY b.account_id
