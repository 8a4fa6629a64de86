-- Functions that make tables insert-only and guard changes of state.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'row_never_changes',
        MESSAGE = format('%s is insert-only: %s refused', TG_TABLE_NAME, TG_OP);
END $$;

-- Make a table insert-only: for the application by privilege, for everyone by trigger.
-- Row triggers do not fire on TRUNCATE, so a statement trigger stands beside them.
CREATE FUNCTION make_insert_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION refuse_change()', target);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'fund_app') THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM fund_app', target);
    END IF;
END $$;

-- Transition tables have no statistics: a nested loop over them would be quadratic.
CREATE FUNCTION refuse_unknown_transition() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
DECLARE offence record;
BEGIN
    SELECT o.id, o.state AS from_state, n.state AS to_state INTO offence
    FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id
    WHERE o.state <> n.state AND NOT EXISTS (
        SELECT FROM accounts_statetransition AS t
        WHERE t.table_name = TG_TABLE_NAME AND t.from_state = o.state AND t.to_state = n.state)
    LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'state_transition_known',
            MESSAGE = format('%s %s: %s -> %s is not a permitted change', TG_TABLE_NAME,
                             offence.id, offence.from_state, offence.to_state);
    END IF;
    RETURN NULL;
END $$;

-- Refuse every change of `state` that accounts_statetransition does not list. Checked once per
-- statement, so that settling 100,000 rows costs one join.
CREATE FUNCTION guard_transitions(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER refuse_unknown_transition AFTER UPDATE ON %s
                    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_transition()', target);
END $$;

-- True if the round's signatures on a matter carry these steps, each with an approval of
-- exactly this content, by as many different people.
CREATE FUNCTION is_signed(kind text, subject bigint, signing_round integer, content text,
                          steps text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT person_id) = cardinality(steps) AND count(*) = cardinality(steps)
    FROM accounts_signature
    WHERE pool_id = current_pool() AND subject_kind = kind AND subject_id = subject
      AND round = signing_round AND decision = 'APPROVE' AND content_sha256 = content
      AND step = ANY (steps)
$$;
