-- The chain of statements of each bank account of a book: from when to when, and where it breaks.
--
-- Parameters: book_id. Returns per account that has statements (account_id, statements, first day,
-- last day, opening of the first, closing of the last, breaks), where a break is a statement that
-- does not begin on the day after the one before, or not with its closing balance. Reads only.
WITH chained AS (
    SELECT s.*, lag(s.until_date) OVER account AS last_day,
           lag(s.closing_balance) OVER account AS last_balance
    FROM funds_bankstatement AS s
    JOIN funds_bankaccount AS a ON a.pool_id = s.pool_id AND a.id = s.bank_account_id
    WHERE a.book_id = %(book_id)s
    WINDOW account AS (PARTITION BY s.bank_account_id ORDER BY s.from_date)
)
SELECT bank_account_id, count(*), min(from_date), max(until_date),
       (array_agg(opening_balance ORDER BY from_date))[1],
       (array_agg(closing_balance ORDER BY from_date DESC))[1],
       count(*) FILTER (WHERE from_date <> last_day + 1 OR opening_balance <> last_balance)
FROM chained
GROUP BY bank_account_id
