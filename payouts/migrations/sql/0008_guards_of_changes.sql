-- Guards of changes that cost nothing while nothing forbidden changes.

-- An instruction says for ever what it said first; only its fate is written later.
DROP TRIGGER check_instruction_change ON payouts_paymentinstruction;
DROP TRIGGER keep_references ON payouts_paymentinstruction;
CREATE OR REPLACE FUNCTION payouts_check_instruction_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'instruction_never_changes',
        MESSAGE = format('instruction %s changed', OLD.id);
END $$;
ALTER FUNCTION payouts_check_instruction_change() RESET enable_nestloop;
CREATE TRIGGER check_instruction_change BEFORE UPDATE OF
        id, pool_id, batch_id, plan_line_id, position, attempt, end_to_end_id, payee_name,
        payee_account_id, amount
    ON payouts_paymentinstruction FOR EACH ROW WHEN (
        (OLD.id, OLD.pool_id, OLD.batch_id, OLD.plan_line_id, OLD.position, OLD.attempt,
         OLD.end_to_end_id, OLD.payee_name, OLD.payee_account_id, OLD.amount)
        IS DISTINCT FROM
        (NEW.id, NEW.pool_id, NEW.batch_id, NEW.plan_line_id, NEW.position, NEW.attempt,
         NEW.end_to_end_id, NEW.payee_name, NEW.payee_account_id, NEW.amount))
    EXECUTE FUNCTION payouts_check_instruction_change();

-- Changes of state row by row, looked up only where the state changes. The three changes that
-- every payment goes through are named in the condition itself, as in accounts_statetransition.
CREATE FUNCTION payouts_refuse_unknown_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_statetransition AS t
        WHERE t.table_name = TG_TABLE_NAME AND t.from_state = OLD.state
          AND t.to_state = NEW.state) THEN
        RAISE check_violation USING CONSTRAINT = 'state_transition_known',
            MESSAGE = format('%s %s: %s -> %s is not a permitted change', TG_TABLE_NAME, OLD.id,
                             OLD.state, NEW.state);
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER refuse_unknown_transition ON payouts_entitlement;
CREATE TRIGGER refuse_unknown_transition BEFORE UPDATE OF state ON payouts_entitlement
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION payouts_refuse_unknown_change();
DROP TRIGGER refuse_unknown_transition ON payouts_paymentinstruction;
CREATE TRIGGER refuse_unknown_transition BEFORE UPDATE OF state ON payouts_paymentinstruction
    FOR EACH ROW WHEN (
        OLD.state <> NEW.state AND NOT (
            (OLD.state = 'CREATED' AND NEW.state = 'SENT')
            OR (OLD.state = 'SENT' AND NEW.state IN ('SUCCESS', 'FAILED'))))
    EXECUTE FUNCTION payouts_refuse_unknown_change();
