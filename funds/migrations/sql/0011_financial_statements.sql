-- Financial statements: cells come once and equal the books; four people sign; months are closed.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'funds_financialstatement', 'funds_financialstatementcell', 'funds_financialstatementnote',
    'funds_analysisremark']) AS t;
SELECT make_insert_only(t::regclass) FROM unnest(ARRAY[
    'funds_financialstatementcell', 'funds_financialstatementnote', 'funds_analysisremark']) AS t;

-- A new version waits to be checked and names the final one it replaces.
CREATE FUNCTION funds_check_new_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'CHECKING' THEN
        RAISE check_violation USING CONSTRAINT = 'financial_statement_starts_unsigned',
            MESSAGE = format('a statement cannot start as %s', NEW.state);
    END IF;
    IF NEW.replaces_id IS DISTINCT FROM (
        SELECT id FROM funds_financialstatement AS s
        WHERE (s.book_id, s.form, s.span, s.month) = (NEW.book_id, NEW.form, NEW.span, NEW.month)
          AND s.state = 'FINAL' ORDER BY s.version DESC LIMIT 1) THEN
        RAISE check_violation USING CONSTRAINT = 'financial_statement_names_what_it_replaces',
            MESSAGE = 'a later version replaces the final one before it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_new_statement BEFORE INSERT ON funds_financialstatement
    FOR EACH ROW EXECUTE FUNCTION funds_check_new_statement();

CREATE FUNCTION funds_refuse_late_statement_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for a signing in progress.
    PERFORM FROM funds_financialstatement WHERE id IN (SELECT statement_id FROM added) FOR SHARE;
    IF EXISTS (SELECT FROM accounts_signature AS s JOIN added AS a ON a.statement_id = s.subject_id
               WHERE s.subject_kind = 'FINANCIAL_STATEMENT' AND s.pool_id = a.pool_id) THEN
        RAISE check_violation USING CONSTRAINT = 'financial_statement_never_changes',
            MESSAGE = 'cells and notes come before the first signature';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_late_cells AFTER INSERT ON funds_financialstatementcell
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_late_statement_rows();
CREATE TRIGGER refuse_late_notes AFTER INSERT ON funds_financialstatementnote
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_late_statement_rows();

CREATE FUNCTION funds_check_financial_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := CASE NEW.state
    WHEN 'APPROVING' THEN ARRAY['PREPARE', 'CHECK']
    WHEN 'SIGNING' THEN ARRAY['PREPARE', 'CHECK', 'APPROVE']
    WHEN 'FINAL' THEN ARRAY['PREPARE', 'CHECK', 'APPROVE', 'SIGN'] END;
BEGIN
    IF (to_jsonb(NEW) - 'state' - 'finalised_at') <> (to_jsonb(OLD) - 'state' - 'finalised_at')
       OR OLD.state IN ('FINAL', 'RETURNED') THEN
        RAISE check_violation USING CONSTRAINT = 'financial_statement_never_changes',
            MESSAGE = 'prepare a new version';
    END IF;
    IF NEW.state = 'RETURNED' THEN
        RETURN NEW;
    END IF;
    IF NOT is_signed('FINANCIAL_STATEMENT', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
        RAISE check_violation USING CONSTRAINT = 'financial_statement_signed_by_different_people',
            MESSAGE = 'every step is another person';
    END IF;
    IF EXISTS (SELECT FROM funds_differing_cells(ARRAY[NEW.id])) THEN
        RAISE check_violation USING CONSTRAINT = 'financial_statement_equals_the_books',
            MESSAGE = 'the books moved since the statement was prepared';
    END IF;
    IF NEW.state = 'FINAL' THEN
        PERFORM FROM funds_period
        WHERE book_id = NEW.book_id AND month BETWEEN NEW.first_month AND NEW.month FOR SHARE;
        IF NOT EXISTS (SELECT FROM funds_period WHERE book_id = NEW.book_id
                       AND month = NEW.month AND state = 'CLOSED')
           OR EXISTS (SELECT FROM funds_period WHERE book_id = NEW.book_id
                      AND month <= NEW.month AND state <> 'CLOSED') THEN
            RAISE check_violation USING CONSTRAINT = 'financial_statement_of_closed_months',
                MESSAGE = 'business, ledger and bank agree before a statement is final';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_financial_statement BEFORE UPDATE ON funds_financialstatement
    FOR EACH ROW EXECUTE FUNCTION funds_check_financial_statement();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_financialstatement', 'CHECKING', 'APPROVING'),
    ('funds_financialstatement', 'APPROVING', 'SIGNING'),
    ('funds_financialstatement', 'SIGNING', 'FINAL'),
    ('funds_financialstatement', 'CHECKING', 'RETURNED'),
    ('funds_financialstatement', 'APPROVING', 'RETURNED'),
    ('funds_financialstatement', 'SIGNING', 'RETURNED');
SELECT guard_transitions('funds_financialstatement'::regclass);
