-- Hold the register of deposits and bonds against the ledger, kind by kind.
--   book_id             funds_book.id
--   kinds, codes        text[], one pair for each kind and the code of its ledger account
--   buying, redeeming   kinds (text[]) of the entries that buy, and that take back
-- Returns per kind whose account the book keeps: kind, what the register holds, what was bought
-- less what was taken back with a voucher that is not posted or is reversed, the account's normal
-- side, debits less credits posted to it and its details. Yuan. Only reads.
WITH moved AS (
    SELECT i.kind, CASE WHEN e.kind = ANY(%(buying)s) THEN e.amount ELSE -e.amount END AS amount,
           e.state = 'BOOKED' AND EXISTS (
               SELECT FROM funds_voucher AS v
               WHERE v.source_kind = 'FUNDS_ENTRY' AND v.source_id = e.id AND v.state = 'POSTED'
           ) AND NOT EXISTS (
               SELECT FROM funds_voucher AS v JOIN funds_voucher AS r ON r.reverses_id = v.id
               WHERE v.source_kind = 'FUNDS_ENTRY' AND v.source_id = e.id AND v.state <> 'VOIDED'
                 AND r.state = 'POSTED'
           ) AS is_posted
    FROM funds_fundsentry AS e JOIN funds_investment AS i ON i.id = e.investment_id
    WHERE e.book_id = %(book_id)s AND e.state <> 'WITHDRAWN'
      AND (e.kind = ANY(%(buying)s) OR e.kind = ANY(%(redeeming)s))
)
SELECT k.kind,
       (SELECT coalesce(sum(principal + fees), 0) FROM funds_investment
        WHERE book_id = %(book_id)s AND kind = k.kind AND state = 'HELD'),
       (SELECT coalesce(sum(amount), 0) FROM moved WHERE kind = k.kind AND NOT is_posted),
       a.normal_side,
       (SELECT coalesce(sum(s.debit) - sum(s.credit), 0)
        FROM funds_accountbalance AS s JOIN funds_ledgeraccount AS d ON d.id = s.account_id
        WHERE d.book_id = %(book_id)s AND d.code ^@ k.code)
FROM unnest(%(kinds)s::text[], %(codes)s::text[]) WITH ORDINALITY AS k (kind, code, place)
JOIN funds_ledgeraccount AS a ON a.book_id = %(book_id)s AND a.code = k.code
ORDER BY k.place
