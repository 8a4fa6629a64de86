-- An item is paid and booked in its own book (P03, L10).

-- A batch is of its item's book, and pays from a bank account of that book.
CREATE FUNCTION payouts_check_batch_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payouts_benefititem AS i JOIN funds_book AS b ON b.kind = i.book_kind
        WHERE i.id = NEW.item_id AND b.id = NEW.book_id) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_in_its_items_book',
            MESSAGE = 'the item belongs to another book';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_batch_book BEFORE INSERT OR UPDATE OF book_id, item_id ON payouts_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION payouts_check_batch_book();
ALTER TABLE payouts_paymentbatch ADD CONSTRAINT batch_account_same_book
    FOREIGN KEY (pool_id, book_id, bank_account_id)
    REFERENCES funds_bankaccount (pool_id, book_id, id);

-- A funds-use plan asks for items of its book only.
CREATE FUNCTION payouts_check_funds_line_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added AS a
        JOIN funds_fundsuseplan AS p ON p.id = a.plan_id
        JOIN funds_book AS b ON b.id = p.book_id
        JOIN payouts_benefititem AS i ON i.pool_id = a.pool_id AND i.code = a.item_code
        WHERE i.book_kind <> b.kind) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_line_same_book',
            MESSAGE = 'an item of another book';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_line_book AFTER INSERT ON funds_fundsuseplanline
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_check_funds_line_book();

-- What the bank answered is booked in the batch's book.
CREATE FUNCTION payouts_check_return_voucher_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payouts_bankreturn AS r JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
        WHERE r.id = NEW.source_id AND b.book_id <> NEW.book_id) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_source_same_book',
            MESSAGE = 'the batch is of another book';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_return_book BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.source_kind = 'BANK_RETURN')
    EXECUTE FUNCTION payouts_check_return_voucher_book();
