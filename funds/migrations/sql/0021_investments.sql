-- Term deposits and bonds: signed by two before money moves, and moved on by their entries alone.

SELECT seal_tenant_table('funds_investment');
SELECT carry_pool_in_keys('funds_fundsentry');
ALTER TABLE funds_investment ADD CONSTRAINT investment_in_book UNIQUE (pool_id, book_id, id);
ALTER TABLE funds_fundsentry ADD CONSTRAINT entry_investment_same_book
    FOREIGN KEY (pool_id, book_id, investment_id)
    REFERENCES funds_investment (pool_id, book_id, id);
ALTER TABLE funds_investment ADD CONSTRAINT investment_lasts_its_term
    CHECK (date_to = (date_from + make_interval(months => term_months::integer))::date);

CREATE FUNCTION funds_guard_investment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rule text; opened numeric; taken numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'PROPOSED' THEN
            RAISE check_violation USING CONSTRAINT = 'investment_starts_proposed',
                MESSAGE = format('an investment cannot start as %s', NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'state' - 'certificate_number'
       IS DISTINCT FROM to_jsonb(OLD) - 'state' - 'certificate_number'
       OR NEW.certificate_number <> OLD.certificate_number
          AND (OLD.state, NEW.state) NOT IN (('APPROVED', 'HELD'), ('HELD', 'APPROVED')) THEN
        RAISE check_violation USING CONSTRAINT = 'investment_never_changes',
            MESSAGE = format('investment %s was signed as it is', OLD.number);
    END IF;
    IF OLD.state = 'PROPOSED' AND NEW.state IN ('APPROVED', 'HELD') THEN
        rule := CASE
            WHEN NOT is_signed(
                CASE NEW.kind WHEN 'DEPOSIT' THEN 'TERM_DEPOSIT' ELSE 'TREASURY_BOND' END,
                NEW.id, NEW.round, NEW.content_sha256, ARRAY['PREPARE', 'APPROVE'])
                THEN 'investment_signed_by_two'
            WHEN NOT EXISTS (
                SELECT FROM accounts_attachment
                WHERE subject_id = NEW.id AND subject_kind = CASE NEW.kind
                    WHEN 'DEPOSIT' THEN 'TERM_DEPOSIT' ELSE 'TREASURY_BOND' END)
                THEN 'investment_has_its_approval_document'
            WHEN NEW.is_taken_over <> (NEW.state = 'HELD')
                THEN 'investment_bought_or_taken_over'
        END;
    END IF;
    IF rule IS NULL AND OLD.state = 'PROPOSED' AND NEW.state = 'HELD' THEN
        PERFORM pg_advisory_xact_lock(hashtext('investments of book ' || NEW.book_id));
        SELECT coalesce(sum(l.debit), 0) INTO opened
        FROM funds_voucherline AS l JOIN funds_voucher AS v ON v.id = l.voucher_id
        JOIN funds_ledgeraccount AS a ON a.id = l.account_id
        WHERE v.book_id = NEW.book_id AND v.event = 'E35' AND v.state = 'POSTED'
          AND a.code = CASE NEW.kind WHEN 'DEPOSIT' THEN '100302' ELSE '1201' END;
        SELECT coalesce(sum(principal + fees), 0) INTO taken FROM funds_investment
        WHERE book_id = NEW.book_id AND kind = NEW.kind AND is_taken_over AND id <> NEW.id
          AND state IN ('HELD', 'MATURED', 'EARLY');
        IF taken + NEW.principal + NEW.fees > opened THEN
            rule := 'investment_taken_over_at_most_the_opening';
        END IF;
    END IF;
    IF rule IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = rule,
            MESSAGE = format('investment %s as %s', NEW.number, NEW.state);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_investment BEFORE INSERT OR UPDATE ON funds_investment
    FOR EACH ROW EXECUTE FUNCTION funds_guard_investment();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_investment', 'PROPOSED', 'APPROVED'),
    ('funds_investment', 'PROPOSED', 'HELD'),
    ('funds_investment', 'PROPOSED', 'REFUSED'),
    ('funds_investment', 'APPROVED', 'HELD'),
    ('funds_investment', 'APPROVED', 'DROPPED'),
    ('funds_investment', 'HELD', 'APPROVED'),
    ('funds_investment', 'HELD', 'MATURED'),
    ('funds_investment', 'HELD', 'EARLY'),
    ('funds_investment', 'MATURED', 'HELD'),
    ('funds_investment', 'EARLY', 'HELD');
SELECT guard_transitions('funds_investment');

-- What the entries say at the end of the transaction is the state.
CREATE FUNCTION funds_check_investment_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint; offence text;
BEGIN
    SELECT i.number INTO offence FROM funds_investment AS i
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind IN ('DEPOSIT_PLACED', 'BOND_BOUGHT')) AS bought,
               count(*) FILTER (WHERE kind IN ('DEPOSIT_MATURED', 'BOND_REDEEMED')) AS redeemed,
               max(entry_date) FILTER (WHERE kind IN ('DEPOSIT_MATURED', 'BOND_REDEEMED')) AS day
        FROM funds_fundsentry WHERE investment_id = i.id AND state <> 'WITHDRAWN') AS e
    WHERE i.id = one AND (i.state, e.bought, e.redeemed) IS DISTINCT FROM (
        CASE WHEN e.redeemed = 1 THEN CASE WHEN e.day < i.date_to THEN 'EARLY' ELSE 'MATURED' END
             WHEN e.bought = 1 OR i.is_taken_over AND i.state NOT IN ('PROPOSED', 'REFUSED')
                  THEN 'HELD'
             WHEN i.state IN ('HELD', 'MATURED', 'EARLY') THEN 'APPROVED'
             ELSE i.state END,
        CASE WHEN i.is_taken_over OR i.state NOT IN ('HELD', 'MATURED', 'EARLY') THEN 0 ELSE 1 END,
        CASE WHEN i.state IN ('MATURED', 'EARLY') THEN 1 ELSE 0 END);
    IF offence IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'investment_state_follows_its_entries',
            MESSAGE = format('investment %s has other entries than its state says', offence);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_investment_state AFTER INSERT OR UPDATE ON funds_investment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION funds_check_investment_state('id');
CREATE CONSTRAINT TRIGGER check_investment_state AFTER INSERT OR UPDATE ON funds_fundsentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.investment_id IS NOT NULL)
    EXECUTE FUNCTION funds_check_investment_state('investment_id');
