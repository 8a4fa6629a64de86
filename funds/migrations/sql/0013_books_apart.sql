-- No voucher and no bank account mixes two books (P03, L10): references carry the book along.

ALTER TABLE funds_period ADD CONSTRAINT period_in_book UNIQUE (pool_id, book_id, id);
ALTER TABLE funds_ledgeraccount ADD CONSTRAINT account_in_book UNIQUE (pool_id, book_id, id);
ALTER TABLE funds_bankaccount ADD CONSTRAINT bank_account_in_book UNIQUE (pool_id, book_id, id);
ALTER TABLE funds_voucher ADD CONSTRAINT voucher_in_book UNIQUE (pool_id, book_id, id);

ALTER TABLE funds_voucher ADD CONSTRAINT voucher_period_same_book
    FOREIGN KEY (pool_id, book_id, period_id) REFERENCES funds_period (pool_id, book_id, id);
ALTER TABLE funds_voucher ADD CONSTRAINT voucher_reverses_same_book
    FOREIGN KEY (pool_id, book_id, reverses_id) REFERENCES funds_voucher (pool_id, book_id, id);
ALTER TABLE funds_ledgeraccount ADD CONSTRAINT account_parent_same_book
    FOREIGN KEY (pool_id, book_id, parent_id)
    REFERENCES funds_ledgeraccount (pool_id, book_id, id);

-- A voucher is booked where its source belongs.
CREATE FUNCTION funds_check_voucher_source_book() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE source_book bigint;
BEGIN
    SELECT book_id INTO source_book FROM funds_taxincomelist
    WHERE id = NEW.source_id AND NEW.source_kind IN ('TAX_INCOME_LIST', 'TREASURY_TRANSFER')
    UNION ALL
    SELECT book_id FROM funds_fundsuseplan
    WHERE id = NEW.source_id AND NEW.source_kind = 'FUNDS_USE_PLAN';
    IF source_book <> NEW.book_id THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_source_same_book',
            MESSAGE = format('source %s %s is of another book', NEW.source_kind, NEW.source_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_source_book BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.source_id IS NOT NULL)
    EXECUTE FUNCTION funds_check_voucher_source_book();
