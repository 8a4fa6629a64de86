CREATE OR REPLACE FUNCTION funds_check_allotment_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM funds_fundsallotment AS a WHERE a.id = NEW.source_id AND a.amount <> (
            SELECT sum(debit) FROM funds_voucherline WHERE voucher_id = NEW.id)) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_equals_its_allotment',
            MESSAGE = 'the voucher books another sum than was allotted';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER check_allotment_voucher ON funds_voucher;
CREATE TRIGGER check_allotment_voucher BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (NEW.state = 'POSTED' AND OLD.state <> 'POSTED'
                       AND NEW.source_kind = 'FUNDS_ALLOTMENT' AND NEW.corrects_id IS NULL)
    EXECUTE FUNCTION funds_check_allotment_voucher();
