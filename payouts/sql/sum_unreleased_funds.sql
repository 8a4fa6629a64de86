-- What funds-use plans of a book have taken up for payment and no batch has released yet.
--
-- Parameters: book_id; plan_id, a plan to leave out, 0 for none. A returned plan has taken up
-- nothing until it goes round again. A batch the bank rejected has released nothing. Returns one
-- sum in yuan, zero without any. Reads only.
SELECT coalesce(sum(l.amount), 0)
FROM funds_fundsuseplanline AS l
JOIN funds_fundsuseplan AS p ON p.id = l.plan_id
WHERE p.book_id = %(book_id)s AND p.id <> %(plan_id)s AND l.is_live AND p.state <> 'RETURNED'
  AND NOT EXISTS (
      SELECT FROM payouts_batchplan AS held
      JOIN payouts_paymentbatch AS b ON b.id = held.batch_id
      WHERE held.plan_id = l.source_id AND held.is_live
        AND b.released_at IS NOT NULL AND b.state NOT IN ('REJECTED', 'WITHDRAWN'))
