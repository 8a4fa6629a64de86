-- Functions by which every app's migration seals its tables. They live in the database, so
-- that migrations need no project code.

-- The pool this transaction works for, or null. Null lets no tenant row pass.
CREATE FUNCTION current_pool() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.pool_id', true), '')::bigint $$;

-- Give a tenant table the key (pool_id, id) that references from other tables carry.
CREATE FUNCTION ensure_pool_key(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE key_name text := left(target::text, 50) || '_in_pool';
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND conname = key_name) THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (pool_id, id)', target, key_name);
    END IF;
END $$;

-- Replace a table's references to other tenant tables by ones that carry the pool: PostgreSQL
-- checks foreign keys without row security, so a plain key could name another city's row.
CREATE FUNCTION carry_pool_in_keys(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE reference record;
BEGIN
    FOR reference IN
        SELECT c.conname, c.confrelid::regclass AS parent, a.attname AS column_name
        FROM pg_constraint AS c
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute AS p ON p.attrelid = c.confrelid AND p.attname = 'pool_id'
        WHERE c.conrelid = target AND c.contype = 'f' AND cardinality(c.conkey) = 1
    LOOP
        PERFORM ensure_pool_key(reference.parent);
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, reference.conname);
        EXECUTE format(
            'ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (pool_id, %I) REFERENCES %s (pool_id, id)',
            target, left(reference.conname, 50) || '_same_pool', reference.column_name,
            reference.parent);
    END LOOP;
END $$;

-- Make a table a tenant table: row-level security for everyone, keys that carry the pool,
-- and no deletion by the application.
CREATE FUNCTION seal_tenant_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY same_pool ON %s USING (pool_id = (SELECT current_pool()))
                    WITH CHECK (pool_id = (SELECT current_pool()))', target);
    PERFORM ensure_pool_key(target);
    PERFORM carry_pool_in_keys(target);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'fund_app') THEN
        EXECUTE format('REVOKE DELETE, TRUNCATE ON %s FROM fund_app', target);
    END IF;
END $$;

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

CREATE FUNCTION refuse_unknown_transition() RETURNS trigger LANGUAGE plpgsql AS $$
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
