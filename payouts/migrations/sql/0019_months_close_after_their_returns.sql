-- A month closes when the bank has answered for every payment released in it: a return is booked
-- on the bank's day, and a closed month takes no voucher.
CREATE FUNCTION payouts_check_closing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE waiting text;
BEGIN
    SELECT b.number INTO waiting FROM payouts_paymentbatch AS b
    WHERE b.book_id = NEW.book_id AND b.pool_id = NEW.pool_id AND b.is_leaf
      AND b.state IN ('RELEASED', 'SENDING', 'UNKNOWN', 'SENT')
      AND date_trunc('month', b.released_at AT TIME ZONE 'Asia/Shanghai')::date <= NEW.month
    ORDER BY b.id LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'period_batches_returned',
            MESSAGE = format('batch %s has no answer yet', waiting);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_returns BEFORE UPDATE ON funds_period
    FOR EACH ROW WHEN (NEW.state = 'CLOSED' AND OLD.state <> 'CLOSED')
    EXECUTE FUNCTION payouts_check_closing();
