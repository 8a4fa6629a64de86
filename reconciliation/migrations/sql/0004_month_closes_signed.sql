-- A month closes when every office that was paid for in it has signed its statement, with no
-- difference left open. Stands here because this app knows both the statements and the months.
--
-- Locks the statements it counts, so that none is superseded while the month closes.

CREATE FUNCTION reconciliation_check_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM reconciliation_officestatement
    WHERE book_id = NEW.book_id AND month = NEW.month AND state IN ('SIGNED', 'CONFIRMED')
    FOR SHARE;
    IF EXISTS (
        SELECT FROM funds_accountbalance AS paid
        WHERE paid.period_id = NEW.id AND paid.organisation_id IS NOT NULL
          AND paid.item_code <> ''
          AND NOT EXISTS (
              SELECT FROM reconciliation_officestatement AS s
              WHERE s.organisation_id = paid.organisation_id AND s.book_id = NEW.book_id
                AND s.month = NEW.month AND s.state IN ('SIGNED', 'CONFIRMED'))) THEN
        RAISE check_violation USING CONSTRAINT = 'period_statements_signed',
            MESSAGE = 'an office that was paid for has not signed its statement';
    END IF;
    IF EXISTS (
        SELECT FROM reconciliation_difference AS d
        JOIN reconciliation_reconciliationrun AS n ON n.id = d.run_id
        WHERE n.book_id = NEW.book_id AND n.month = NEW.month AND n.is_current
          AND n.organisation_id IS NOT NULL AND d.state <> 'CLOSED') THEN
        RAISE check_violation USING CONSTRAINT = 'period_statements_signed',
            MESSAGE = 'a difference of an office is open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_statements BEFORE UPDATE ON funds_period
    FOR EACH ROW WHEN (NEW.state = 'CLOSED' AND OLD.state <> 'CLOSED')
    EXECUTE FUNCTION reconciliation_check_closing();
