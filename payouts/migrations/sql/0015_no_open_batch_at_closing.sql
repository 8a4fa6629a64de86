-- An account does not close while a batch that pays from it is under way.
CREATE FUNCTION payouts_check_account_batches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payouts_paymentbatch
               WHERE bank_account_id = NEW.id
                 AND state NOT IN ('RETURNED', 'REJECTED', 'WITHDRAWN')) THEN
        RAISE check_violation USING CONSTRAINT = 'bank_account_without_open_batches',
            MESSAGE = 'a batch of this account is under way';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_closing_with_batches BEFORE UPDATE ON funds_bankaccount
    FOR EACH ROW WHEN (NEW.state IN ('CLOSING', 'CLOSED') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION payouts_check_account_batches();
