-- E08 books an allotment that was made, with its sum; there is no other money from 财政专户 to
-- 支出户 (财社〔2017〕144号第四十一条).
CREATE OR REPLACE FUNCTION funds_check_allotment_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE allotted numeric;
BEGIN
    SELECT amount INTO allotted FROM funds_fundsallotment
    WHERE id = NEW.source_id AND NEW.source_kind = 'FUNDS_ALLOTMENT';
    IF NOT FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_of_an_allotment',
            MESSAGE = format('voucher %s names no allotment', NEW.id);
    END IF;
    IF allotted <> (SELECT sum(debit) FROM funds_voucherline WHERE voucher_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_equals_its_allotment',
            MESSAGE = 'the voucher books another sum than was allotted';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER check_allotment_voucher ON funds_voucher;
CREATE TRIGGER check_allotment_voucher BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (NEW.state = 'POSTED' AND OLD.state <> 'POSTED'
                       AND (NEW.event = 'E08' OR NEW.source_kind = 'FUNDS_ALLOTMENT')
                       AND NEW.event <> 'REVERSAL' AND NEW.corrects_id IS NULL)
    EXECUTE FUNCTION funds_check_allotment_voucher();
