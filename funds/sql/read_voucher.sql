-- Read one voucher with what its page and its print show of the rows beside it.
--   voucher_id  funds_voucher.id
-- Returns one row or none, with columns as common.db.read_objects takes them; what the voucher
-- reverses or corrects, its movement and its preparer are null where there is none. Beside the
-- fields reversal_id and correction_id: the live vouchers that do so to it. Only reads.
SELECT v.id, v.pool_id, v.book_id, v.number, v.voucher_date, v.event, v.summary, v.source_kind,
       v.source_id, v.attachment_count, v.reverses_id, v.corrects_id, v.edge_id, v.is_cash,
       v.state, v.round, v.content_sha256, v.prepared_by_id, v.prepared_at, v.posted_at,
       (SELECT max(id) FROM funds_voucher
        WHERE reverses_id = v.id AND state <> 'VOIDED') AS reversal_id,
       (SELECT max(id) FROM funds_voucher
        WHERE corrects_id = v.id AND reverses_id IS DISTINCT FROM v.id
          AND state <> 'VOIDED') AS correction_id,
       b.id AS book__id, b.name AS book__name,
       r.id AS reverses__id, r.number AS reverses__number,
       r.voucher_date AS reverses__voucher_date,
       c.id AS corrects__id, c.number AS corrects__number,
       c.voucher_date AS corrects__voucher_date,
       e.id AS edge__id, e.from_place AS edge__from_place, e.to_place AS edge__to_place,
       u.id AS prepared_by__id, u.name AS prepared_by__name
FROM funds_voucher AS v
JOIN funds_book AS b ON b.id = v.book_id
LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
LEFT JOIN funds_voucher AS c ON c.id = v.corrects_id
LEFT JOIN funds_flowedge AS e ON e.id = v.edge_id
LEFT JOIN accounts_user AS u ON u.id = v.prepared_by_id
WHERE v.id = %(voucher_id)s
