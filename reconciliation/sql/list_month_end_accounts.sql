-- Every bank account of a book at the end of one month: the books, the bank, the sheet.
-- Parameters: book_id, month (first day), last_day.
-- Returns per account in the order of its ledger account: kind, masked number, ledger balance at
-- the month's end, whether it ever moved, the bank's balance at that day (null: no statement
-- covers it), whether a checked adjustment sheet of the month stands. Amounts in yuan. An account
-- without movement that was closed counts as one that never moved. Reads only.
SELECT k.kind, k.number_masked, coalesce(moved.net, 0), moved.net IS NOT NULL,
       (SELECT coalesce((SELECT l.balance FROM funds_bankstatementline AS l
                         WHERE l.statement_id = s.id AND l.value_date <= %(last_day)s
                         ORDER BY l.position DESC LIMIT 1), s.opening_balance)
        FROM funds_bankstatement AS s
        WHERE s.bank_account_id = k.id AND %(last_day)s BETWEEN s.from_date AND s.until_date),
       EXISTS (SELECT FROM reconciliation_balanceadjustment AS j
               JOIN reconciliation_reconciliationrun AS n ON n.id = j.run_id
               WHERE j.bank_account_id = k.id AND j.month = %(month)s
                 AND j.state = 'CHECKED' AND n.is_current)
FROM funds_bankaccount AS k
JOIN funds_ledgeraccount AS own ON own.id = k.ledger_account_id
LEFT JOIN LATERAL (
    SELECT sum(b.debit - b.credit) AS net
    FROM funds_accountbalance AS b
    JOIN funds_period AS p ON p.pool_id = b.pool_id AND p.id = b.period_id
    JOIN funds_ledgeraccount AS a ON a.pool_id = b.pool_id AND a.id = b.account_id
    WHERE p.book_id = k.book_id AND p.month <= %(month)s AND starts_with(a.code, own.code)
) AS moved ON true
WHERE k.book_id = %(book_id)s AND k.is_active
ORDER BY own.code, k.id
