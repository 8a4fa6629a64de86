-- What a signature on a statement or an adjustment sheet covers cannot come in, go out or change
-- behind it: rows start unsigned, lines come before the first signature, figures tie.

CREATE FUNCTION reconciliation_refuse_born_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'reconciliation_starts_unsigned',
        MESSAGE = format('%s cannot start as %s', TG_TABLE_NAME, NEW.state);
END $$;
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON reconciliation_officestatement
    FOR EACH ROW WHEN (NEW.state <> 'DRAFT')
    EXECUTE FUNCTION reconciliation_refuse_born_signed();
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON reconciliation_balanceadjustment
    FOR EACH ROW WHEN (NEW.state <> 'CHECKING')
    EXECUTE FUNCTION reconciliation_refuse_born_signed();

-- A statement's lines come while it is a draft. FOR SHARE waits for a signing in progress.
CREATE FUNCTION reconciliation_refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM reconciliation_officestatement
    WHERE id IN (SELECT statement_id FROM added) FOR SHARE;
    IF EXISTS (SELECT FROM reconciliation_officestatement AS s
               JOIN added AS a ON a.statement_id = s.id WHERE s.state <> 'DRAFT') THEN
        RAISE check_violation USING CONSTRAINT = 'statement_never_changes',
            MESSAGE = 'lines belong to a draft';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_late_lines AFTER INSERT ON reconciliation_officestatementline
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse_late_lines();

CREATE FUNCTION reconciliation_refuse_late_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_signature AS s JOIN added AS a ON a.adjustment_id = s.subject_id
               WHERE s.subject_kind = 'BALANCE_ADJUSTMENT' AND s.pool_id = a.pool_id) THEN
        RAISE check_violation USING CONSTRAINT = 'adjustment_never_changes',
            MESSAGE = 'items come before the preparer signs';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_late_items AFTER INSERT ON reconciliation_outstandingitem
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse_late_items();

-- Beyond what the first trigger on statements keeps: persons, round, book, predecessor; stored
-- documents are set once; a statement goes to signature as its lines add up and as prepared.
CREATE FUNCTION reconciliation_check_statement_frame() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.book_id, NEW.round, NEW.replaces_id, NEW.prepared_by_id, NEW.prepared_at)
       IS DISTINCT FROM
       (OLD.book_id, OLD.round, OLD.replaces_id, OLD.prepared_by_id, OLD.prepared_at)
       OR (OLD.signed_at IS NOT NULL AND NEW.signed_at IS DISTINCT FROM OLD.signed_at)
       OR (OLD.workbook_id IS NOT NULL AND NEW.workbook_id IS DISTINCT FROM OLD.workbook_id)
       OR (OLD.print_document_id IS NOT NULL
           AND NEW.print_document_id IS DISTINCT FROM OLD.print_document_id) THEN
        RAISE check_violation USING CONSTRAINT = 'statement_never_changes',
            MESSAGE = 'make a new version';
    END IF;
    IF NEW.state = 'SIGNING' AND OLD.state <> 'SIGNING' THEN
        IF NOT is_signed('STATEMENT', NEW.id, NEW.round, NEW.content_sha256,
                         ARRAY['PREPARE']) THEN
            RAISE check_violation USING CONSTRAINT = 'statement_signed_by_its_preparer',
                MESSAGE = 'the preparer signs first';
        END IF;
        IF (NEW.business_count, NEW.business_amount, NEW.ledger_count, NEW.ledger_amount)
           IS DISTINCT FROM (
            SELECT (coalesce(sum(business_count), 0)::integer, coalesce(sum(business_amount), 0),
                    coalesce(sum(ledger_count), 0)::integer, coalesce(sum(ledger_amount), 0))
            FROM reconciliation_officestatementline WHERE statement_id = NEW.id) THEN
            RAISE check_violation USING CONSTRAINT = 'statement_totals_equal_its_lines',
                MESSAGE = 'totals and lines differ';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_statement_frame BEFORE UPDATE ON reconciliation_officestatement
    FOR EACH ROW EXECUTE FUNCTION reconciliation_check_statement_frame();

-- A sheet's figures never change, and it is checked only as its items add up.
CREATE FUNCTION reconciliation_check_adjustment_frame() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ledger numeric; bank numeric;
BEGIN
    IF (to_jsonb(NEW) - 'state' - 'print_document_id')
       <> (to_jsonb(OLD) - 'state' - 'print_document_id')
       OR (OLD.print_document_id IS NOT NULL
           AND NEW.print_document_id IS DISTINCT FROM OLD.print_document_id) THEN
        RAISE check_violation USING CONSTRAINT = 'adjustment_never_changes',
            MESSAGE = 'run the reconciliation again';
    END IF;
    IF NEW.state = 'CHECKED' AND OLD.state <> 'CHECKED' THEN
        SELECT coalesce(sum(amount) FILTER (WHERE side = 'BANK_RECEIVED'), 0)
               - coalesce(sum(amount) FILTER (WHERE side = 'BANK_PAID'), 0),
               coalesce(sum(amount) FILTER (WHERE side = 'UNIT_RECEIVED'), 0)
               - coalesce(sum(amount) FILTER (WHERE side = 'UNIT_PAID'), 0)
        INTO ledger, bank FROM reconciliation_outstandingitem WHERE adjustment_id = NEW.id;
        IF NEW.ledger_adjusted <> NEW.ledger_balance + ledger
           OR NEW.bank_adjusted <> NEW.bank_balance + bank THEN
            RAISE check_violation USING CONSTRAINT = 'adjustment_equals_its_items',
                MESSAGE = 'adjusted balances and items differ';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_adjustment_frame BEFORE UPDATE ON reconciliation_balanceadjustment
    FOR EACH ROW EXECUTE FUNCTION reconciliation_check_adjustment_frame();
