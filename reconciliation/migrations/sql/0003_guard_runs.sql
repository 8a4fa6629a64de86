-- What a statement rests on stays: its run, and the differences found in it.

-- A run's findings never change; it is replaced, but not under a signed statement.
CREATE FUNCTION reconciliation_check_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'is_current') <> (to_jsonb(OLD) - 'is_current')
       OR (NEW.is_current AND NOT OLD.is_current) THEN
        RAISE check_violation USING CONSTRAINT = 'run_never_changes', MESSAGE = 'run again';
    END IF;
    IF NOT NEW.is_current AND OLD.is_current AND EXISTS (
        SELECT FROM reconciliation_officestatement
        WHERE run_id = NEW.id AND state IN ('SIGNED', 'CONFIRMED')) THEN
        RAISE check_violation USING CONSTRAINT = 'run_carries_a_signed_statement',
            MESSAGE = 'supersede the statement first';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_run BEFORE UPDATE ON reconciliation_reconciliationrun
    FOR EACH ROW EXECUTE FUNCTION reconciliation_check_run();

-- No difference slips in behind a signature.
CREATE FUNCTION reconciliation_check_difference() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reconciliation_officestatement
               WHERE run_id = NEW.run_id AND state IN ('SIGNED', 'CONFIRMED')) THEN
        RAISE check_violation USING CONSTRAINT = 'difference_before_the_signature',
            MESSAGE = 'the statement of this run is signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_difference BEFORE INSERT OR UPDATE ON reconciliation_difference
    FOR EACH ROW EXECUTE FUNCTION reconciliation_check_difference();
