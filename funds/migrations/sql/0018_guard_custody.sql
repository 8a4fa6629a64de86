-- Seals, bills and keys: kept by a holder of the post, handed over signed, never in wrong hands.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'funds_custodyitem', 'funds_custodytransfer', 'funds_custodyuse']) AS t;
SELECT make_insert_only('funds_custodyuse');

-- An item is registered with nobody; it changes hands by a finished transfer only (C14).
CREATE FUNCTION funds_guard_custody() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rule text; left_over bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'REGISTERED' THEN
            RAISE check_violation USING CONSTRAINT = 'custody_starts_registered',
                MESSAGE = 'an item is first taken by a transfer';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.kind, NEW.name, NEW.number, NEW.bank_account_id, NEW.key_role, NEW.first_number,
        NEW.last_number, NEW.registered_at)
       IS DISTINCT FROM
       (OLD.kind, OLD.name, OLD.number, OLD.bank_account_id, OLD.key_role, OLD.first_number,
        OLD.last_number, OLD.registered_at) OR OLD.state IN ('RETIRED', 'REFUSED') THEN
        RAISE check_violation USING CONSTRAINT = 'custody_item_never_changes',
            MESSAGE = 'give it back and register another';
    END IF;
    IF NEW.state IN ('KEPT', 'RETIRED')
       AND (NEW.keeper_id, NEW.state) IS DISTINCT FROM (OLD.keeper_id, OLD.state) THEN
        SELECT sum(last_number - first_number + 1) INTO left_over
        FROM funds_custodyuse WHERE item_id = NEW.id;
        IF NEW.keeper_id IS NOT NULL THEN  -- two acts that give one person both wait here
            PERFORM pg_advisory_xact_lock(hashtext('custody of ' || NEW.keeper_id));
        END IF;
        rule := CASE
            WHEN NOT EXISTS (
                SELECT FROM (SELECT * FROM funds_custodytransfer WHERE item_id = NEW.id
                             ORDER BY id DESC LIMIT 1) AS last
                WHERE last.state = 'DONE' AND last.taker_id IS NOT DISTINCT FROM NEW.keeper_id)
                THEN 'custody_changes_hands_by_transfer'
            WHEN NEW.state = 'RETIRED' AND NEW.kind = 'BILL'
                 AND coalesce(left_over, 0) <> NEW.last_number - NEW.first_number + 1
                THEN 'bill_book_returned_whole'
            WHEN NEW.state = 'KEPT' AND NOT EXISTS (
                SELECT FROM accounts_postgrant
                WHERE user_id = NEW.keeper_id AND post_id = NEW.kind AND state = 'EFFECTIVE'
                  AND (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
                      BETWEEN valid_from AND coalesce(valid_until, 'infinity'::date))
                THEN 'custody_keeper_holds_the_post'
            WHEN NEW.kind IN ('SEAL', 'BILL') AND EXISTS (
                SELECT FROM funds_custodyitem AS other
                WHERE other.keeper_id = NEW.keeper_id AND other.state = 'KEPT'
                  AND other.kind = CASE NEW.kind WHEN 'SEAL' THEN 'BILL' ELSE 'SEAL' END)
                THEN 'seal_and_bill_never_with_one'
        END;
        IF rule IS NOT NULL THEN
            RAISE check_violation USING CONSTRAINT = rule,
                MESSAGE = format('%s %s with user %s', NEW.kind, NEW.number, NEW.keeper_id);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_custody BEFORE INSERT OR UPDATE ON funds_custodyitem
    FOR EACH ROW EXECUTE FUNCTION funds_guard_custody();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_custodyitem', 'REGISTERED', 'KEPT'),
    ('funds_custodyitem', 'REGISTERED', 'REFUSED'),
    ('funds_custodyitem', 'KEPT', 'RETIRED'),
    ('funds_custodytransfer', 'TAKING', 'WITNESSING'),
    ('funds_custodytransfer', 'TAKING', 'REFUSED'),
    ('funds_custodytransfer', 'WITNESSING', 'DONE'),
    ('funds_custodytransfer', 'WITNESSING', 'REFUSED');
SELECT guard_transitions(t::regclass) FROM unnest(ARRAY[
    'funds_custodyitem', 'funds_custodytransfer']) AS t;
