-- Debits and credits of every account that each column of a statement takes together.
--
-- Parameters: book_id; first and month, the statement's first and last months; january of its
-- year; since and until, the same months of the year before. Returns (column, account code,
-- debit, credit) in yuan; accounts that never moved are left out. OPENING holds what was posted
-- before the year, and the opening entries of a handover (E35) posted in it; CLOSING everything;
-- the columns of income leave the period-end close out. Reads only; the balances were written
-- with the postings.
WITH moved AS MATERIALIZED (
    SELECT p.month, a.code, b.is_closing, sum(b.debit) AS debit, sum(b.credit) AS credit
    FROM funds_accountbalance AS b
    JOIN funds_period AS p ON p.pool_id = b.pool_id AND p.id = b.period_id
    JOIN funds_ledgeraccount AS a ON a.pool_id = b.pool_id AND a.id = b.account_id
    WHERE p.book_id = %(book_id)s AND p.month <= %(month)s
    GROUP BY p.month, a.code, b.is_closing
)
SELECT c.name, m.code, sum(m.debit) AS debit, sum(m.credit) AS credit
FROM (VALUES
    ('OPENING', NULL, %(january)s::date - 1, true),
    ('CLOSING', NULL, %(month)s::date, true),
    ('CURRENT', %(first)s::date, %(month)s::date, false),
    ('TO_DATE', %(january)s::date, %(month)s::date, false),
    ('LAST_YEAR', %(since)s::date, %(until)s::date, false)
) AS c (name, since, until, takes_closing)
JOIN moved AS m ON m.month <= c.until AND (c.since IS NULL OR m.month >= c.since)
    AND (c.takes_closing OR NOT m.is_closing)
GROUP BY c.name, m.code
UNION ALL
SELECT 'HANDOVER', a.code, sum(l.debit), sum(l.credit)
FROM funds_voucher AS v
JOIN funds_period AS p ON p.id = v.period_id
JOIN funds_voucherline AS l ON l.voucher_id = v.id
JOIN funds_ledgeraccount AS a ON a.id = l.account_id
LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
WHERE v.book_id = %(book_id)s AND v.state = 'POSTED' AND 'E35' IN (v.event, r.event)
  AND p.month BETWEEN %(january)s AND %(month)s
GROUP BY a.code
