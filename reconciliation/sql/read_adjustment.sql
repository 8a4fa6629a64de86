-- Read one adjustment sheet with what its page and its print show of the rows beside it.
--   adjustment_id  reconciliation_balanceadjustment.id
-- Returns one row or none, with columns as common.db.read_objects takes them; null for the parent
-- of a ledger account that has none. Only reads.
SELECT s.id, s.pool_id, s.run_id, s.bank_account_id, s.month, s.ledger_balance, s.bank_balance,
       s.ledger_adjusted, s.bank_adjusted, s.state, s.round, s.content_sha256, s.prepared_by_id,
       s.print_document_id,
       r.id AS run__id, r.is_current AS run__is_current, r.run_at AS run__run_at,
       b.id AS bank_account__id, b.book_id AS bank_account__book_id, b.kind AS bank_account__kind,
       b.bank_name AS bank_account__bank_name, b.number_masked AS bank_account__number_masked,
       b.ledger_account_id AS bank_account__ledger_account_id,
       k.id AS bank_account__book__id, k.name AS bank_account__book__name,
       a.id AS bank_account__ledger_account__id, a.book_id AS bank_account__ledger_account__book_id,
       a.code AS bank_account__ledger_account__code, a.name AS bank_account__ledger_account__name,
       a.parent_id AS bank_account__ledger_account__parent_id,
       p.id AS bank_account__ledger_account__parent__id,
       p.name AS bank_account__ledger_account__parent__name
FROM reconciliation_balanceadjustment AS s
JOIN reconciliation_reconciliationrun AS r ON r.id = s.run_id
JOIN funds_bankaccount AS b ON b.id = s.bank_account_id
JOIN funds_book AS k ON k.id = b.book_id
JOIN funds_ledgeraccount AS a ON a.id = b.ledger_account_id
LEFT JOIN funds_ledgeraccount AS p ON p.id = a.parent_id
WHERE s.id = %(adjustment_id)s
