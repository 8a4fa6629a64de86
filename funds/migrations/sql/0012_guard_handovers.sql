-- A handover is frozen once prepared, signed in order by different people, complete for ever;
-- an opening voucher comes from nothing else and holds exactly what was handed over.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'funds_handover', 'funds_handoverbalance', 'funds_handoverbank', 'funds_handoverclaim',
    'funds_handoverarchive']) AS t;

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_handover', 'DRAFT', 'TRANSFER'),
    ('funds_handover', 'TRANSFER', 'RECEIVE'),
    ('funds_handover', 'RECEIVE', 'SUPERVISE'),
    ('funds_handover', 'SUPERVISE', 'COMPLETE'),
    ('funds_handover', 'TRANSFER', 'DRAFT'),
    ('funds_handover', 'RECEIVE', 'DRAFT'),
    ('funds_handover', 'SUPERVISE', 'DRAFT');
SELECT guard_transitions('funds_handover');

CREATE FUNCTION funds_refuse_born_handed_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'handover_starts_as_draft', MESSAGE = 'not a draft';
END $$;
CREATE TRIGGER refuse_born_handed_over BEFORE INSERT ON funds_handover
    FOR EACH ROW WHEN (NEW.state <> 'DRAFT') EXECUTE FUNCTION funds_refuse_born_handed_over();

-- Parts change only in a draft, and afterwards only fall away. FOR SHARE waits for a signing.
CREATE FUNCTION funds_check_handover_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text; home bigint;
BEGIN
    SELECT state, book_id INTO stands, home FROM funds_handover
    WHERE id = NEW.handover_id FOR SHARE;
    IF stands IS DISTINCT FROM 'DRAFT' OR (TG_OP = 'UPDATE' AND (NOT OLD.is_live
        OR to_jsonb(NEW) - 'is_live' IS DISTINCT FROM to_jsonb(OLD) - 'is_live')) THEN
        RAISE check_violation USING CONSTRAINT = 'handover_frozen',
            MESSAGE = 'the content is under signature';
    END IF;
    IF to_jsonb(NEW) ? 'account_id' AND NOT EXISTS (
        SELECT FROM funds_ledgeraccount WHERE id = (to_jsonb(NEW) ->> 'account_id')::bigint
            AND book_id = home AND is_leaf AND is_enabled) THEN
        RAISE check_violation USING CONSTRAINT = 'handover_account_usable',
            MESSAGE = 'the account is of another book, not a leaf, or disabled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_part BEFORE INSERT OR UPDATE ON funds_handoverbalance
    FOR EACH ROW EXECUTE FUNCTION funds_check_handover_part();
CREATE TRIGGER check_part BEFORE INSERT OR UPDATE ON funds_handoverbank
    FOR EACH ROW EXECUTE FUNCTION funds_check_handover_part();
CREATE TRIGGER check_part BEFORE INSERT OR UPDATE ON funds_handoverclaim
    FOR EACH ROW EXECUTE FUNCTION funds_check_handover_part();
CREATE TRIGGER check_part BEFORE INSERT OR UPDATE ON funds_handoverarchive
    FOR EACH ROW EXECUTE FUNCTION funds_check_handover_part();

CREATE FUNCTION funds_check_handover() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[]; refusal text;
BEGIN
    IF OLD.state = 'COMPLETE' THEN
        RAISE check_violation USING CONSTRAINT = 'handover_complete_stays',
            MESSAGE = format('handover %s is complete', OLD.number);
    END IF;
    IF (NEW.book_id, NEW.organisation_id, NEW.number, NEW.created_at) IS DISTINCT FROM
       (OLD.book_id, OLD.organisation_id, OLD.number, OLD.created_at)
       OR (OLD.state <> 'DRAFT' AND
           (NEW.cutoff_date, NEW.audit_body, NEW.audit_reference, NEW.audit_amount,
            NEW.audit_conclusion, NEW.audit_document_id) IS DISTINCT FROM
           (OLD.cutoff_date, OLD.audit_body, OLD.audit_reference, OLD.audit_amount,
            OLD.audit_conclusion, OLD.audit_document_id))
       OR (OLD.state <> 'DRAFT' AND NEW.state <> 'DRAFT' AND
           (NEW.round, NEW.content_sha256) IS DISTINCT FROM (OLD.round, OLD.content_sha256))
       OR (OLD.state <> 'DRAFT' AND NEW.state = 'DRAFT' AND NEW.round <> OLD.round + 1)
       OR (OLD.state = 'DRAFT' AND NEW.round <> OLD.round) THEN
        RAISE check_violation USING CONSTRAINT = 'handover_frozen',
            MESSAGE = 'the content is under signature';
    END IF;
    steps := CASE NEW.state WHEN 'TRANSFER' THEN ARRAY['PREPARE']
        WHEN 'RECEIVE' THEN ARRAY['PREPARE', 'TRANSFER']
        WHEN 'SUPERVISE' THEN ARRAY['PREPARE', 'TRANSFER', 'RECEIVE']
        WHEN 'COMPLETE' THEN ARRAY['PREPARE', 'TRANSFER', 'RECEIVE', 'SUPERVISE'] END;
    IF steps IS NULL THEN RETURN NEW; END IF;
    IF NOT is_signed('HANDOVER', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
        RAISE check_violation USING CONSTRAINT = 'handover_signed_in_order',
            MESSAGE = 'transferor, receiver and supervisor are different people, in this order';
    END IF;
    refusal := funds_flaw_of_handover(NEW.id, NEW.audit_amount);
    IF refusal IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = refusal, MESSAGE = 'the parts do not agree';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_handover BEFORE UPDATE ON funds_handover
    FOR EACH ROW EXECUTE FUNCTION funds_check_handover();
