-- Seal the tables of reconciliation; a signed statement never changes.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'reconciliation_reconciliationrun', 'reconciliation_difference',
    'reconciliation_officestatement', 'reconciliation_officestatementline',
    'reconciliation_balanceadjustment', 'reconciliation_outstandingitem']) AS t;

SELECT make_insert_only(t::regclass) FROM unnest(ARRAY[
    'reconciliation_officestatementline', 'reconciliation_outstandingitem']) AS t;

CREATE FUNCTION reconciliation_check_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.business_count, NEW.business_amount, NEW.ledger_count, NEW.ledger_amount,
        NEW.content_sha256, NEW.version, NEW.run_id, NEW.month, NEW.organisation_id)
       IS DISTINCT FROM
       (OLD.business_count, OLD.business_amount, OLD.ledger_count, OLD.ledger_amount,
        OLD.content_sha256, OLD.version, OLD.run_id, OLD.month, OLD.organisation_id) THEN
        RAISE check_violation USING CONSTRAINT = 'statement_never_changes',
            MESSAGE = 'make a new version';
    END IF;
    IF NEW.state = 'SIGNED' AND OLD.state <> 'SIGNED' AND NOT is_signed(
        'STATEMENT', NEW.id, NEW.round, NEW.content_sha256, ARRAY['PREPARE', 'SIGN']) THEN
        RAISE check_violation USING CONSTRAINT = 'statement_signed_by_the_office_head',
            MESSAGE = 'preparer and office head are two people';
    END IF;
    IF NEW.state = 'CONFIRMED' AND OLD.state <> 'CONFIRMED' AND NOT is_signed(
        'STATEMENT', NEW.id, NEW.round, NEW.content_sha256,
        ARRAY['PREPARE', 'SIGN', 'CONFIRM']) THEN
        RAISE check_violation USING CONSTRAINT = 'statement_confirmed_by_finance',
            MESSAGE = 'finance confirms after the office head';
    END IF;
    IF NEW.state IN ('SIGNED', 'CONFIRMED') AND EXISTS (
        SELECT FROM reconciliation_difference WHERE run_id = NEW.run_id AND state <> 'CLOSED') THEN
        RAISE check_violation USING CONSTRAINT = 'statement_without_open_difference',
            MESSAGE = 'a difference is still open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_statement BEFORE UPDATE ON reconciliation_officestatement
    FOR EACH ROW EXECUTE FUNCTION reconciliation_check_statement();

CREATE FUNCTION reconciliation_check_adjustment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_signed('BALANCE_ADJUSTMENT', NEW.id, NEW.round, NEW.content_sha256,
                     ARRAY['PREPARE', 'CHECK']) THEN
        RAISE check_violation USING CONSTRAINT = 'adjustment_checked_by_a_second_person',
            MESSAGE = 'preparer and checker are two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_adjustment BEFORE UPDATE ON reconciliation_balanceadjustment
    FOR EACH ROW WHEN (NEW.state = 'CHECKED' AND OLD.state <> 'CHECKED')
    EXECUTE FUNCTION reconciliation_check_adjustment();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('reconciliation_difference', 'OPEN', 'EXPLAINED'),
    ('reconciliation_difference', 'EXPLAINED', 'OPEN'),
    ('reconciliation_difference', 'EXPLAINED', 'CLOSED'),
    ('reconciliation_officestatement', 'DRAFT', 'SIGNING'),
    ('reconciliation_officestatement', 'DRAFT', 'SUPERSEDED'),
    ('reconciliation_officestatement', 'SIGNING', 'SIGNED'),
    ('reconciliation_officestatement', 'SIGNING', 'SUPERSEDED'),
    ('reconciliation_officestatement', 'SIGNED', 'CONFIRMED'),
    ('reconciliation_officestatement', 'SIGNED', 'SUPERSEDED'),
    ('reconciliation_officestatement', 'CONFIRMED', 'SUPERSEDED'),
    ('reconciliation_balanceadjustment', 'CHECKING', 'CHECKED');
SELECT guard_transitions(t::regclass) FROM unnest(ARRAY[
    'reconciliation_difference', 'reconciliation_officestatement',
    'reconciliation_balanceadjustment']) AS t;
