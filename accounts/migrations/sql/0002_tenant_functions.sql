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
            'ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (pool_id, %I)
             REFERENCES %s (pool_id, id)',
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
