-- Vouchers of entries: posted as the entry says, and not reversed under what answers them.

-- Returns, refunds and write-offs come from the register alone.
UPDATE funds_postingrule SET sources = ARRAY['FUNDS_ENTRY']
WHERE event IN ('E05', 'E06', 'E11', 'E12', 'E13', 'E32', 'E33');

CREATE FUNCTION funds_check_entry_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE offence record;
BEGIN
    SELECT v.id INTO offence
    FROM new_rows AS v LEFT JOIN funds_fundsentry AS e
        ON e.id = v.source_id AND e.pool_id = v.pool_id
    WHERE v.state = 'POSTED' AND v.source_kind = 'FUNDS_ENTRY'
      AND (e.id IS NULL OR e.state <> 'BOOKED'
           OR (e.book_id, e.event, e.entry_date, e.amount + e.second_amount)
              IS DISTINCT FROM (v.book_id, v.event, v.voucher_date, (
                  SELECT sum(debit) FROM funds_voucherline WHERE voucher_id = v.id)))
    LIMIT 1;
    IF offence.id IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_agrees_with_its_entry',
            MESSAGE = format('voucher %s says something else than its entry', offence.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_posting_of_entries AFTER UPDATE ON funds_voucher
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION funds_check_entry_posting();

CREATE FUNCTION funds_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_fundsentry AS e
               LEFT JOIN funds_voucher AS v ON v.id = NEW.reverses_id
                    AND v.source_kind = 'FUNDS_ENTRY' AND v.source_id = e.clears_id
               WHERE e.state IN ('SIGNING', 'BOOKED')
                 AND (e.original_id = NEW.reverses_id OR v.id IS NOT NULL)) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_answered_not_reversed',
            MESSAGE = 'entries clear or return what this voucher booked';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_reversal BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION funds_check_reversal();
