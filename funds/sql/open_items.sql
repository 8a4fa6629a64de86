-- The items of 暂付款 (1101) and 暂收款 (2001) that stand open at the end of a day.
--
-- An item is what one document put on one account, less what cleared it: the lines of a register's
-- entry and of the entries that clear it; of one payment batch; else of one voucher. Reversals and
-- corrections belong to the document of the voucher they answer, however long the chain. Every
-- posted line belongs to exactly one item, so the items of an account add up to its balance; one
-- below zero is a clearing that names nothing it clears.
-- Parameters: book_id; until, the last day counted. Returns (line_id, account_code, entry_id,
-- raised, cleared, open_amount, since, clearing vouchers' ids), amounts in yuan on the account's
-- normal side; line_id is the line that began the item, entry_id null where no entry did.
WITH RECURSIVE lines AS (
    SELECT l.id, l.voucher_id, l.batch_number, a.code, v.voucher_date,
           coalesce(v.reverses_id, v.corrects_id) AS answers_id,
           CASE WHEN a.normal_side = 'DEBIT' THEN l.debit - l.credit
                ELSE l.credit - l.debit END AS amount
    FROM funds_ledgeraccount AS a
    JOIN funds_voucherline AS l ON l.pool_id = a.pool_id AND l.account_id = a.id
    JOIN funds_voucher AS v ON v.pool_id = l.pool_id AND v.id = l.voucher_id
    WHERE a.book_id = %(book_id)s AND left(a.code, 4) IN ('1101', '2001')
      AND v.state = 'POSTED' AND v.voucher_date <= %(until)s
), chains AS (
    SELECT DISTINCT voucher_id, voucher_id AS root_id, answers_id FROM lines
    UNION ALL
    SELECT c.voucher_id, o.id, coalesce(o.reverses_id, o.corrects_id)
    FROM chains AS c JOIN funds_voucher AS o ON o.id = c.answers_id
), items AS (
    SELECT l.*, coalesce(e.clears_id, e.id) AS entry_id,
           CASE WHEN e.id IS NOT NULL THEN 'E' || coalesce(e.clears_id, e.id)
                WHEN l.batch_number <> '' THEN 'B' || l.batch_number
                ELSE 'V' || c.root_id END AS item
    FROM lines AS l
    JOIN chains AS c ON c.voucher_id = l.voucher_id AND c.answers_id IS NULL
    JOIN funds_voucher AS r ON r.id = c.root_id
    LEFT JOIN funds_fundsentry AS e
        ON e.pool_id = r.pool_id AND e.id = r.source_id AND r.source_kind = 'FUNDS_ENTRY'
)
SELECT (array_agg(id ORDER BY amount < 0, voucher_date, id))[1] AS line_id,
       code, max(entry_id) AS entry_id,
       coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS raised,
       coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS cleared,
       sum(amount) AS open_amount,
       (array_agg(voucher_date ORDER BY amount < 0, voucher_date, id))[1] AS since,
       array_agg(DISTINCT voucher_id) FILTER (WHERE amount < 0) AS clearing_ids
FROM items
GROUP BY code, item
HAVING sum(amount) <> 0
ORDER BY code, since, line_id
