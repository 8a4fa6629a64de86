-- Keeps movements with the outside that no voucher names as red findings: money that left 收入户,
-- money that came to 支出户. The closed loop (财社〔2017〕144号) lets both pass for a few named
-- kinds of business and nothing else. Lines of other accounts and directions, and lines whose
-- other side is ours or the treasury, are left out, as is what was found before.
-- Parameters: line_ids, left open by the reconciliation of their account; contradicted_ids, matched
-- with a voucher that moves money between our own accounts, kept where the bank names another
-- account; found_at; owner_id, who reconciled. Returns the ids.
INSERT INTO funds_flowfinding (pool_id, book_id, statement_line_id, bank_account_id,
    counter_account_id, kind, from_place, to_place, amount, value_date, found_at, owner_id, state,
    round, reason, content_sha256)
SELECT l.pool_id, k.book_id, l.id, k.id, NULL, 'UNNAMED',
       CASE k.kind WHEN 'INCOME' THEN 'INCOME' ELSE 'OUTSIDE' END,
       CASE k.kind WHEN 'INCOME' THEN 'OUTSIDE' ELSE 'EXPENDITURE' END,
       l.debit + l.credit, l.value_date, %(found_at)s, %(owner_id)s, 'OPEN', 0, '', ''
FROM funds_bankstatementline AS l
JOIN funds_bankstatement AS s ON s.pool_id = l.pool_id AND s.id = l.statement_id
JOIN funds_bankaccount AS k ON k.pool_id = s.pool_id AND k.id = s.bank_account_id
WHERE (l.id = ANY (%(line_ids)s::bigint[])
       OR l.id = ANY (%(contradicted_ids)s::bigint[]) AND l.counter_key <> '')
  AND (k.kind = 'INCOME' AND l.debit > 0 OR k.kind = 'EXPENDITURE' AND l.credit > 0)
  AND NOT starts_with(l.counterparty, '国家金库')
  AND NOT EXISTS (
      SELECT FROM funds_bankaccount AS o
      WHERE o.pool_id = l.pool_id AND l.counter_key <> '' AND o.number_key = l.counter_key
        AND o.state <> 'REFUSED')
ORDER BY l.id
ON CONFLICT (statement_line_id) DO NOTHING
RETURNING id
