-- A balance adjustment compares one bank account with its own book and its own statement (L10).
CREATE OR REPLACE FUNCTION reconciliation_check_adjustment_book()
RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM funds_bankaccount AS a
        JOIN reconciliation_reconciliationrun AS r ON r.id = NEW.run_id AND r.book_id = a.book_id
        JOIN funds_bankstatement AS s ON s.id = NEW.statement_id AND s.bank_account_id = a.id
        WHERE a.id = NEW.bank_account_id) THEN
        RAISE check_violation USING CONSTRAINT = 'adjustment_same_book',
            MESSAGE = 'run, bank account and bank statement are not of one book';
    END IF;
    RETURN NEW;
END $$;
