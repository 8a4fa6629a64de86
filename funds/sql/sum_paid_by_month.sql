-- What a book's 支出户 paid in each month: the turnover of the accounts of expenditure.
--
-- Parameters: book_id; first and last, first days of months, inclusive; prefixes (text[]), codes
-- of the accounts of expenditure that 支出户 pays. Returns (month, yuan): debits less credits,
-- so money that came back in the same year counts against it; the period-end close does not
-- count. Months without a posting are left out. Reads only.
SELECT p.month, sum(b.debit - b.credit)
FROM funds_accountbalance AS b
JOIN funds_period AS p ON p.pool_id = b.pool_id AND p.id = b.period_id
JOIN funds_ledgeraccount AS a ON a.pool_id = b.pool_id AND a.id = b.account_id
WHERE p.book_id = %(book_id)s AND p.month BETWEEN %(first)s AND %(last)s AND NOT b.is_closing
  AND EXISTS (SELECT FROM unnest(%(prefixes)s::text[]) AS f WHERE starts_with(a.code, f))
GROUP BY p.month
ORDER BY p.month
