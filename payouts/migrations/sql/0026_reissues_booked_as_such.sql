-- What the bank answers for a batch of re-issues is booked by E14, for any other batch by E09 or
-- E10 (财会〔2017〕28号). A correction keeps the event of what it says right.
CREATE FUNCTION payouts_check_return_voucher_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payouts_bankreturn AS r JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
        WHERE r.id = NEW.source_id AND (b.kind = 'REISSUE') <> (NEW.event = 'E14')) THEN
        RAISE check_violation USING CONSTRAINT = 'return_booked_by_its_kind',
            MESSAGE = format('event %s does not fit the batch of return %s', NEW.event,
                             NEW.source_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_return_event BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.source_kind = 'BANK_RETURN' AND NEW.event <> 'REVERSAL'
                       AND NEW.corrects_id IS NULL)
    EXECUTE FUNCTION payouts_check_return_voucher_event();
