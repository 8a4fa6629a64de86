-- Entries of term deposits and bonds: as approved, on a purchase that stands, by the register.

UPDATE funds_postingrule SET sources = ARRAY['FUNDS_ENTRY']
WHERE event IN ('E25', 'E26', 'E27', 'E27B');

CREATE FUNCTION funds_check_investment_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one funds_investment; is_purchase boolean; rule text;
BEGIN
    SELECT * INTO one FROM funds_investment WHERE id = NEW.investment_id FOR NO KEY UPDATE;
    is_purchase := NEW.kind IN ('DEPOSIT_PLACED', 'BOND_BOUGHT');
    rule := CASE
        WHEN one.id IS NULL OR (one.kind = 'DEPOSIT') <> (NEW.kind LIKE 'DEPOSIT%')
             OR one.state <> (CASE WHEN is_purchase THEN 'APPROVED' ELSE 'HELD' END)
             OR NEW.kind <> 'BOND_INTEREST' AND NEW.amount <> one.principal + one.fees
             OR is_purchase AND NEW.entry_date <> one.date_from
             OR NOT is_purchase AND NEW.entry_date <= one.date_from
             OR NEW.kind = 'BOND_INTEREST' AND one.interest_mode = 'AT_END'
            THEN 'investment_entry_as_approved'
        WHEN NOT is_purchase AND NOT one.is_taken_over AND NOT EXISTS (
            SELECT FROM funds_fundsentry AS e JOIN funds_voucher AS v
                ON v.source_kind = 'FUNDS_ENTRY' AND v.source_id = e.id AND v.state = 'POSTED'
            WHERE e.investment_id = one.id AND e.kind IN ('DEPOSIT_PLACED', 'BOND_BOUGHT')
              AND e.state = 'BOOKED'
              AND NOT EXISTS (SELECT FROM funds_voucher AS r
                              WHERE r.reverses_id = v.id AND r.state <> 'VOIDED'))
            THEN 'investment_bought_and_posted'
    END;
    IF rule IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = rule,
            MESSAGE = format('%s of investment %s', NEW.kind, one.number);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_investment_entry BEFORE INSERT ON funds_fundsentry
    FOR EACH ROW WHEN (NEW.investment_id IS NOT NULL)
    EXECUTE FUNCTION funds_check_investment_entry();

-- A purchase that interest or redemption rests on is not reversed.
CREATE FUNCTION funds_check_purchase_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM funds_investment WHERE id = (
        SELECT e.investment_id FROM funds_voucher AS v JOIN funds_fundsentry AS e
            ON v.source_kind = 'FUNDS_ENTRY' AND e.id = v.source_id
        WHERE v.id = NEW.reverses_id) FOR NO KEY UPDATE;  -- as an entry locks it
    IF EXISTS (SELECT FROM funds_voucher AS v
               JOIN funds_fundsentry AS e ON v.source_kind = 'FUNDS_ENTRY' AND e.id = v.source_id
                    AND e.kind IN ('DEPOSIT_PLACED', 'BOND_BOUGHT')
               JOIN funds_fundsentry AS later ON later.investment_id = e.investment_id
                    AND later.id <> e.id AND later.state <> 'WITHDRAWN'
               WHERE v.id = NEW.reverses_id) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_answered_not_reversed',
            MESSAGE = 'interest or redemption rests on this purchase';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_purchase_reversal BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION funds_check_purchase_reversal();

-- What is invested changes by entries alone, never by a correcting voucher.
CREATE FUNCTION funds_check_investment_correction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE offence bigint;
BEGIN
    SELECT v.id INTO offence
    FROM new_rows AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
    JOIN funds_ledgeraccount AS a ON a.id = l.account_id
    WHERE v.state = 'POSTED' AND v.corrects_id IS NOT NULL
      AND v.event IN ('E25', 'E26', 'E27', 'E27B') AND left(a.code, 6) IN ('100302', '1201')
    LIMIT 1;
    IF offence IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'investment_corrected_by_the_register',
            MESSAGE = format('voucher %s corrects what is invested', offence);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_investment_correction AFTER UPDATE ON funds_voucher
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION funds_check_investment_correction();
