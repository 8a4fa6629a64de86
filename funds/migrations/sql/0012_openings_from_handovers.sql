-- An opening voucher (E35) comes from a complete handover of its book, on the day after the
-- cut-off, is never reversed or corrected, and posts exactly what was handed over.

UPDATE funds_postingrule SET sources = '{HANDOVER}' WHERE event = 'E35';

CREATE FUNCTION funds_check_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_voucher
               WHERE id IN (NEW.reverses_id, NEW.corrects_id) AND event = 'E35') THEN
        RAISE check_violation USING CONSTRAINT = 'opening_voucher_stays',
            MESSAGE = 'what was handed over and signed is neither reversed nor corrected';
    END IF;
    IF (NEW.event = 'E35') <> (NEW.source_kind = 'HANDOVER') THEN
        RAISE check_violation USING CONSTRAINT = 'opening_only_from_handover',
            MESSAGE = 'an opening voucher comes from a handover, and nothing else does';
    END IF;
    IF NEW.event = 'E35' AND NOT EXISTS (
        SELECT FROM funds_handover
        WHERE id = NEW.source_id AND book_id = NEW.book_id AND state = 'COMPLETE'
          AND cutoff_date + 1 = NEW.voucher_date) THEN
        RAISE check_violation USING CONSTRAINT = 'opening_from_signed_handover',
            MESSAGE = 'an opening voucher is drafted from a signed handover';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_opening BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (
        NEW.event = 'E35' OR NEW.source_kind = 'HANDOVER'
        OR NEW.reverses_id IS NOT NULL OR NEW.corrects_id IS NOT NULL)
    EXECUTE FUNCTION funds_check_opening();

CREATE FUNCTION funds_check_opening_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT account_id, sum(debit) AS debit, sum(credit) AS credit
                     FROM funds_handoverbalance
                     WHERE handover_id = NEW.source_id AND is_live GROUP BY account_id) AS handed
        FULL JOIN (SELECT l.account_id, sum(l.debit) AS debit, sum(l.credit) AS credit,
                          bool_and(l.organisation_id = h.organisation_id) AS is_own
                   FROM funds_voucherline AS l JOIN funds_handover AS h ON h.id = NEW.source_id
                   WHERE l.voucher_id = NEW.id GROUP BY l.account_id) AS booked
            USING (account_id)
        WHERE (handed.debit, handed.credit) IS DISTINCT FROM (booked.debit, booked.credit)
           OR booked.is_own IS NOT TRUE) THEN
        RAISE check_violation USING CONSTRAINT = 'opening_equals_handover',
            MESSAGE = 'the opening voucher differs from what was handed over';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_opening_lines BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (NEW.state = 'POSTED' AND OLD.state <> 'POSTED' AND NEW.event = 'E35')
    EXECUTE FUNCTION funds_check_opening_lines();
