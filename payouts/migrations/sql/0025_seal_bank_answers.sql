-- What became of a batch that the bank left unanswered is decided by two people and a letter.

SELECT seal_tenant_table('payouts_bankanswer');
INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('payouts_bankanswer', 'WAITING', 'APPROVED'),
    ('payouts_bankanswer', 'WAITING', 'REFUSED');
SELECT guard_transitions('payouts_bankanswer');

CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_bankanswer
    FOR EACH ROW WHEN (NEW.state <> 'WAITING')
    EXECUTE FUNCTION payouts_refuse_born_signed('bank_answer_starts_waiting');

-- What was recorded never changes; another person than who recorded it approves it.
CREATE FUNCTION payouts_check_bank_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state' OR OLD.state <> 'WAITING' THEN
        RAISE check_violation USING CONSTRAINT = 'bank_answer_stays_as_recorded',
            MESSAGE = 'a recorded answer changed';
    END IF;
    IF NEW.state = 'APPROVED' AND NOT is_signed('BANK_ANSWER', NEW.id, 1, (
        SELECT content_sha256 FROM accounts_signature
        WHERE pool_id = NEW.pool_id AND subject_kind = 'BANK_ANSWER' AND subject_id = NEW.id
          AND round = 1 AND step = 'APPLY'), ARRAY['APPLY', 'DECIDE']) THEN
        RAISE check_violation USING CONSTRAINT = 'bank_answer_signed_by_two',
            MESSAGE = 'recorded and approved by two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_bank_answer BEFORE UPDATE ON payouts_bankanswer
    FOR EACH ROW EXECUTE FUNCTION payouts_check_bank_answer();

-- Nobody, and no job, may say of an unknown outcome that nothing was paid, but the bank's letter:
-- its plans could be paid a second time.
CREATE FUNCTION payouts_check_unknown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payouts_bankanswer
        WHERE pool_id = NEW.pool_id AND batch_id = NEW.id AND state = 'APPROVED'
          AND NOT was_taken) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_unknown_refused_by_letter',
            MESSAGE = format('batch %s: nobody knows that the bank took nothing', NEW.number);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_unknown BEFORE UPDATE ON payouts_paymentbatch
    FOR EACH ROW WHEN (OLD.state = 'UNKNOWN' AND NEW.state = 'REJECTED')
    EXECUTE FUNCTION payouts_check_unknown();

-- The depth of an item's review is what it was founded with; it changes by a dated value (C04).
CREATE FUNCTION payouts_keep_item_depth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_pool
                   WHERE id = NEW.pool_id AND founded_at = transaction_timestamp()) THEN
        RAISE check_violation USING CONSTRAINT = 'item_depth_changes_by_parameter',
            MESSAGE = format('item %s: ask for review_depth.%s', NEW.code, NEW.code);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_item_depth BEFORE UPDATE ON payouts_benefititem
    FOR EACH ROW WHEN (NEW.review_depth <> OLD.review_depth)
    EXECUTE FUNCTION payouts_keep_item_depth();
