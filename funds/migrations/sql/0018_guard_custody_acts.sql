-- What is signed at a hand-over, and what is written into the log of uses.

-- The keeper gives; giver, taker and witness sign, each for himself.
CREATE FUNCTION funds_guard_custody_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := CASE NEW.kind WHEN 'ISSUE' THEN ARRAY['TAKE', 'WITNESS']
                                      WHEN 'PASS' THEN ARRAY['GIVE', 'TAKE', 'WITNESS']
                                      ELSE ARRAY['GIVE', 'WITNESS'] END;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> (CASE NEW.kind WHEN 'PASS' THEN 'TAKING' ELSE 'WITNESSING' END)
           OR NOT EXISTS (SELECT FROM funds_custodyitem
                          WHERE id = NEW.item_id AND keeper_id IS NOT DISTINCT FROM NEW.giver_id
                            AND state = CASE NEW.kind WHEN 'ISSUE' THEN 'REGISTERED'
                                                      ELSE 'KEPT' END) THEN
            RAISE check_violation USING CONSTRAINT = 'custody_given_by_its_keeper',
                MESSAGE = format('item %s is not kept by user %s', NEW.item_id, NEW.giver_id);
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.item_id, NEW.kind, NEW.giver_id, NEW.taker_id, NEW.reason, NEW.transfer_date,
        NEW.round, NEW.content_sha256)
       IS DISTINCT FROM
       (OLD.item_id, OLD.kind, OLD.giver_id, OLD.taker_id, OLD.reason, OLD.transfer_date,
        OLD.round, OLD.content_sha256) OR OLD.state IN ('DONE', 'REFUSED') THEN
        RAISE check_violation USING CONSTRAINT = 'custody_transfer_never_changes',
            MESSAGE = 'make another transfer';
    END IF;
    IF NEW.state = 'DONE' AND (
        NOT is_signed('CUSTODY', NEW.id, NEW.round, NEW.content_sha256, steps)
        OR EXISTS (SELECT FROM accounts_signature
                   WHERE subject_kind = 'CUSTODY' AND subject_id = NEW.id
                     AND (step = 'GIVE' AND person_id IS DISTINCT FROM NEW.giver_id
                          OR step = 'TAKE' AND person_id IS DISTINCT FROM NEW.taker_id))) THEN
        RAISE check_violation USING CONSTRAINT = 'custody_transfer_signed',
            MESSAGE = 'giver, taker and witness sign, each for himself';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_custody_transfer BEFORE INSERT OR UPDATE ON funds_custodytransfer
    FOR EACH ROW EXECUTE FUNCTION funds_guard_custody_transfer();

-- The keeper writes the log. A number of a bill book has one fate, so that always
-- issued = used + voided + returned + left.
CREATE FUNCTION funds_guard_custody_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE item funds_custodyitem; rule text;
BEGIN
    SELECT * INTO item FROM funds_custodyitem WHERE id = NEW.item_id FOR UPDATE;
    rule := CASE
        WHEN item.id IS NULL OR item.state <> 'KEPT' OR item.keeper_id <> NEW.recorded_by_id
            THEN 'custody_used_by_its_keeper'
        WHEN item.kind <> 'BILL' AND (NEW.kind <> 'USE' OR NEW.first_number IS NOT NULL
                                      OR NEW.last_number IS NOT NULL)
            THEN 'only_bills_have_numbers'
        WHEN item.kind = 'BILL' AND (NEW.first_number IS NULL OR NEW.last_number IS NULL
             OR NEW.first_number > NEW.last_number OR NEW.first_number < item.first_number
             OR NEW.last_number > item.last_number) THEN 'bill_numbers_of_the_book'
        WHEN item.kind = 'BILL' AND EXISTS (
             SELECT FROM funds_custodyuse AS u
             WHERE u.item_id = NEW.item_id AND u.first_number <= NEW.last_number
               AND u.last_number >= NEW.first_number) THEN 'bill_number_once'
    END;
    IF rule IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = rule,
            MESSAGE = format('%s to %s', NEW.first_number, NEW.last_number);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_custody_use BEFORE INSERT ON funds_custodyuse
    FOR EACH ROW EXECUTE FUNCTION funds_guard_custody_use();
