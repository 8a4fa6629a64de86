-- A signed statement of a closed month stays: a new version is made before the month closes.
-- Locks the month, so that it does not close while a statement of it is set aside.
CREATE FUNCTION reconciliation_check_superseding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE month_state text;
BEGIN
    SELECT p.state INTO month_state FROM funds_period AS p
    WHERE p.book_id = NEW.book_id AND p.month = NEW.month FOR SHARE;
    IF month_state = 'CLOSED' THEN
        RAISE check_violation USING CONSTRAINT = 'statement_of_closed_month_stays',
            MESSAGE = 'the month is closed on this signature';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_superseding BEFORE UPDATE ON reconciliation_officestatement
    FOR EACH ROW WHEN (NEW.state = 'SUPERSEDED' AND OLD.state IN ('SIGNED', 'CONFIRMED'))
    EXECUTE FUNCTION reconciliation_check_superseding();
