-- Spread a book over ten years up to a month: 2,000 vouchers of two lines in every month that has
-- none, and the balances of all months anew from all posted lines, so that the two tie.
-- Parameters: pool_id, book_id, office_id, period_id (the month that is booked already), month.
-- Run by a superuser with triggers asleep, in pieces at the semicolons.
INSERT INTO funds_period (pool_id, book_id, month, state, last_number)
SELECT %(pool_id)s, %(book_id)s, month::date, 'OPEN', 2000
FROM generate_series(%(month)s::date - interval '119 months', %(month)s::date, interval '1 month')
    AS month
ON CONFLICT (pool_id, book_id, month) DO NOTHING;

INSERT INTO funds_voucher
SELECT r.*
FROM (SELECT id, month, row_number() OVER (ORDER BY month) AS place FROM funds_period
      WHERE book_id = %(book_id)s AND month <= %(month)s AND id <> %(period_id)s) AS p
CROSS JOIN (SELECT v AS row, row_number() OVER (ORDER BY id) AS number
            FROM funds_voucher AS v
            WHERE period_id = %(period_id)s AND event = 'E09' AND state = 'POSTED') AS v
CROSS JOIN LATERAL jsonb_populate_record(v.row, jsonb_build_object(
    'id', p.place * 100000000 + v.number, 'period_id', p.id, 'voucher_date', p.month + 9,
    'number', v.number, 'source_id', p.place * 100000000 + v.number)) AS r;

INSERT INTO funds_voucherline (pool_id, voucher_id, position, account_id, debit, credit, summary,
                               organisation_id, item_code, batch_number, entry_count)
SELECT %(pool_id)s, v.id, side.position,
       (SELECT array_agg(id ORDER BY code) FROM funds_ledgeraccount
        WHERE book_id = %(book_id)s AND is_leaf)[1 + (v.number * side.position) %% 40],
       CASE side.position WHEN 1 THEN 1864 ELSE 0 END,
       CASE side.position WHEN 2 THEN 1864 ELSE 0 END,
       '十年账', %(office_id)s, 'B0' || 1 + v.number %% 6, '', 1
FROM funds_voucher AS v
CROSS JOIN (VALUES (1), (2)) AS side (position)
WHERE v.book_id = %(book_id)s AND v.period_id <> %(period_id)s
  AND NOT EXISTS (SELECT FROM funds_voucherline WHERE voucher_id = v.id);

DELETE FROM funds_accountbalance WHERE pool_id = %(pool_id)s;

INSERT INTO funds_accountbalance (pool_id, period_id, account_id, organisation_id, item_code,
                                  debit, credit, entry_count, is_closing)
SELECT v.pool_id, v.period_id, l.account_id, l.organisation_id, l.item_code,
       sum(l.debit), sum(l.credit), count(*), false
FROM funds_voucher AS v
JOIN funds_voucherline AS l ON l.voucher_id = v.id
WHERE v.book_id = %(book_id)s AND v.state = 'POSTED'
GROUP BY v.pool_id, v.period_id, l.account_id, l.organisation_id, l.item_code
