-- What a payment may never become, added to the sealing of 0002.

-- An instruction says for ever what it said first; only its fate is written later.
-- Transition tables have no statistics: a nested loop over them would be quadratic.
CREATE FUNCTION payouts_check_instruction_change() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id
        WHERE (o.pool_id, o.batch_id, o.plan_line_id, o.position, o.attempt, o.end_to_end_id,
               o.payee_name, o.payee_account_id, o.amount)
              IS DISTINCT FROM
              (n.pool_id, n.batch_id, n.plan_line_id, n.position, n.attempt, n.end_to_end_id,
               n.payee_name, n.payee_account_id, n.amount)) THEN
        RAISE check_violation USING CONSTRAINT = 'instruction_never_changes',
            MESSAGE = 'an instruction changed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_instruction_change AFTER UPDATE ON payouts_paymentinstruction
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_check_instruction_change();

-- Nothing is born signed: a batch starts as a draft, a re-issue with its review.
CREATE FUNCTION payouts_refuse_born_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = TG_ARGV[0], MESSAGE = 'starts at the beginning';
END $$;
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_paymentbatch
    FOR EACH ROW WHEN (NEW.state <> 'DRAFT')
    EXECUTE FUNCTION payouts_refuse_born_signed('batch_starts_as_draft');
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_reissuerequest
    FOR EACH ROW WHEN (NEW.state <> 'REVIEW')
    EXECUTE FUNCTION payouts_refuse_born_signed('reissue_starts_in_review');

-- A parent leaves only with children that add up to it (P28).
CREATE FUNCTION payouts_check_children() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.line_count, NEW.total_amount) IS DISTINCT FROM (
        SELECT (sum(line_count)::integer, sum(total_amount)) FROM payouts_paymentbatch
        WHERE parent_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_children_add_up',
            MESSAGE = 'parent and children differ';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_children BEFORE UPDATE ON payouts_paymentbatch
    FOR EACH ROW WHEN (NEW.state = 'RELEASED' AND OLD.state <> 'RELEASED' AND NOT NEW.is_leaf)
    EXECUTE FUNCTION payouts_check_children();

-- A return file is applied or quarantined once, and stays what it was.
SELECT make_insert_only('payouts_bankreturn');

-- A parent all of whose children the bank refused.
INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('payouts_paymentbatch', 'RELEASED', 'REJECTED');
