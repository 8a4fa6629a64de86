-- Seal the tables of funds; the posting gate.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'funds_book', 'funds_ledgeraccount', 'funds_bankaccount', 'funds_period', 'funds_voucher',
    'funds_voucherline', 'funds_accountbalance', 'funds_taxincomelist', 'funds_taxincomeline',
    'funds_bankstatement', 'funds_bankstatementline', 'funds_fundsuseplan',
    'funds_fundsuseplanline']) AS t;

SELECT make_insert_only(t::regclass) FROM unnest(ARRAY[
    'funds_taxincomeline', 'funds_bankstatement', 'funds_bankstatementline',
    'funds_voucherline']) AS t;

-- County offices keep no bank account (P37): the holder is the pool's city centre.
CREATE FUNCTION funds_check_bank_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_organisation
                   WHERE id = NEW.organisation_id AND level = 'CITY') THEN
        RAISE check_violation USING CONSTRAINT = 'bank_account_only_at_the_city',
            MESSAGE = 'a county office keeps no bank account';
    END IF;
    IF NOT EXISTS (SELECT FROM funds_ledgeraccount
                   WHERE id = NEW.ledger_account_id AND book_id = NEW.book_id) THEN
        RAISE check_violation USING CONSTRAINT = 'bank_account_same_book',
            MESSAGE = 'ledger account of another book';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_bank_account BEFORE INSERT OR UPDATE ON funds_bankaccount
    FOR EACH ROW EXECUTE FUNCTION funds_check_bank_account();

-- Posting is the gate: a voucher posts only in balance, signed, in an open period of its own
-- book, with the next number, and nothing changes after it. Balance is summed once per voucher:
-- a per-line trigger would be quadratic in the lines.
CREATE FUNCTION funds_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE debits numeric; credits numeric; lines integer; strangers integer; period funds_period;
        steps text[] := ARRAY['CHECK', 'POST'];
BEGIN
    IF OLD.state = 'POSTED' THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_posted',
            MESSAGE = format('voucher %s is posted', OLD.id);
    END IF;
    IF NEW.state <> 'POSTED' THEN RETURN NEW; END IF;
    SELECT * INTO period FROM funds_period WHERE id = NEW.period_id FOR SHARE;
    IF period.state <> 'OPEN' THEN
        RAISE check_violation USING CONSTRAINT = 'period_closed',
            MESSAGE = format('period %s is closed', period.month);
    END IF;
    IF period.book_id <> NEW.book_id OR date_trunc('month', NEW.voucher_date) <> period.month THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_in_its_period',
            MESSAGE = 'period of another book or month';
    END IF;
    SELECT coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0), count(*),
           count(*) FILTER (WHERE a.book_id <> NEW.book_id OR NOT a.is_leaf OR NOT a.is_enabled)
    INTO debits, credits, lines, strangers
    FROM funds_voucherline AS l JOIN funds_ledgeraccount AS a ON a.id = l.account_id
    WHERE l.voucher_id = NEW.id;
    IF debits <> credits OR debits = 0 OR lines < 2 THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_balanced',
            MESSAGE = format('voucher %s: debits %s, credits %s', NEW.id, debits, credits);
    END IF;
    IF strangers > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_accounts_usable',
            MESSAGE = 'an account is of another book, not a leaf, or disabled';
    END IF;
    IF NEW.prepared_by_id IS NOT NULL THEN steps := steps || 'PREPARE'::text; END IF;
    IF NOT is_signed('VOUCHER', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_signed',
            MESSAGE = 'preparer, checker and poster are different people';
    END IF;
    IF NEW.number <> period.last_number THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_number_next',
            MESSAGE = format('number %s, period stands at %s', NEW.number, period.last_number);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_posting BEFORE UPDATE ON funds_voucher
    FOR EACH ROW EXECUTE FUNCTION funds_check_posting();

CREATE FUNCTION funds_refuse_born_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'voucher_starts_as_draft', MESSAGE = 'not a draft';
END $$;
CREATE TRIGGER refuse_born_posted BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.state <> 'DRAFT') EXECUTE FUNCTION funds_refuse_born_posted();

CREATE FUNCTION funds_refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for a posting in progress; a foreign key's lock would not.
    PERFORM FROM funds_voucher WHERE id IN (SELECT voucher_id FROM added) FOR SHARE;
    IF EXISTS (SELECT FROM funds_voucher AS v JOIN added AS a ON a.voucher_id = v.id
               WHERE v.state <> 'DRAFT') THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_posted',
            MESSAGE = 'lines belong to a draft';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_late_lines AFTER INSERT ON funds_voucherline
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_late_lines();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON funds_voucher
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_voucher', 'DRAFT', 'CHECKED'),
    ('funds_voucher', 'DRAFT', 'VOIDED'),
    ('funds_voucher', 'CHECKED', 'DRAFT'),
    ('funds_voucher', 'CHECKED', 'POSTED'),
    ('funds_voucher', 'CHECKED', 'VOIDED'),
    ('funds_period', 'OPEN', 'CLOSED'),
    ('funds_taxincomelist', 'IMPORTED', 'TRANSFERRED'),
    ('funds_fundsuseplan', 'SIGNING', 'REQUESTED'),
    ('funds_fundsuseplan', 'SIGNING', 'RETURNED'),
    ('funds_fundsuseplan', 'REQUESTED', 'ALLOTTED'),
    ('funds_fundsuseplan', 'REQUESTED', 'RETURNED');
SELECT guard_transitions(t::regclass) FROM unnest(ARRAY[
    'funds_voucher', 'funds_period', 'funds_taxincomelist', 'funds_fundsuseplan']) AS t;
