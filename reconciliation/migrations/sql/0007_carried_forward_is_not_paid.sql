-- An office was paid for in a month by what was booked in it, not by the year's carry-forward,
-- which moves every office's accounts to zero. Otherwise as 0004.
CREATE OR REPLACE FUNCTION reconciliation_check_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM reconciliation_officestatement
    WHERE book_id = NEW.book_id AND month = NEW.month AND state IN ('SIGNED', 'CONFIRMED')
    FOR SHARE;
    IF EXISTS (
        SELECT FROM funds_accountbalance AS paid
        WHERE paid.period_id = NEW.id AND paid.organisation_id IS NOT NULL
          AND paid.item_code <> '' AND NOT paid.is_closing
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
