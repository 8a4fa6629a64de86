-- References of bulk tables, checked once per statement instead of once per row.
-- A foreign key looks each new row's parent up by itself: 70 to 80 per cent of what a bulk insert
-- costs. These functions keep the same promise in two halves: a row that names no parent of its
-- own pool is refused, and a parent row is never removed nor renumbered, by anyone. Nothing can
-- come between the halves, because no parent ever goes; so no parent row needs to be locked.

CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE foreign_key_violation USING CONSTRAINT = 'row_is_referred_to',
        MESSAGE = format('%s: %s refused, other rows refer to it', TG_TABLE_NAME, TG_OP);
END $$;

-- Keep the rows of a table that others refer to: no DELETE, no TRUNCATE, no new key.
CREATE FUNCTION keep_referred_rows(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = target AND tgname = 'keep_referred_rows') THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TRIGGER keep_referred_rows BEFORE DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION refuse_removal()', target);
    EXECUTE format('CREATE TRIGGER keep_referred_table BEFORE TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()', target);
    EXECUTE format('CREATE TRIGGER keep_referred_keys BEFORE UPDATE OF pool_id, id ON %s
                    FOR EACH ROW WHEN ((OLD.pool_id, OLD.id) IS DISTINCT FROM (NEW.pool_id, NEW.id))
                    EXECUTE FUNCTION refuse_removal()', target);
END $$;

-- Arguments of the trigger: column, parent table, constraint name, and so on in threes. The text
-- of each check is planned anew, so that the planner knows how many rows were added; counting,
-- not EXISTS, so that it does not plan for the first row only.
CREATE FUNCTION check_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place integer; missing bigint;
BEGIN
    FOR place IN 0 .. TG_NARGS / 3 - 1 LOOP
        EXECUTE format(
            'SELECT count(*) FROM added AS a WHERE a.%1$I IS NOT NULL AND NOT EXISTS (
                 SELECT FROM %2$s AS p WHERE p.id = a.%1$I AND p.pool_id = a.pool_id)',
            TG_ARGV[3 * place], TG_ARGV[3 * place + 1]) INTO missing;
        IF missing > 0 THEN
            RAISE foreign_key_violation USING CONSTRAINT = TG_ARGV[3 * place + 2],
                MESSAGE = format('%s: %s rows name no row of %s in %s', TG_TABLE_NAME, missing,
                                 TG_ARGV[3 * place + 1], TG_ARGV[3 * place]);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_new_reference() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'reference_never_changes',
        MESSAGE = format('%s %s: what a row refers to never changes', TG_TABLE_NAME, OLD.id);
END $$;

-- Drop the foreign keys of these columns, keep what they refer to, and let no row's reference
-- change later. Returns the checks as arguments for check_references().
CREATE FUNCTION release_references(child regclass, columns text[]) RETURNS text LANGUAGE plpgsql
AS $$
DECLARE reference record; arguments text[] := '{}'; names text;
BEGIN
    FOR reference IN
        SELECT c.conname, c.confrelid::regclass AS parent, a.attname AS column_name
        FROM pg_constraint AS c
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid
            AND a.attnum = c.conkey[cardinality(c.conkey)]
        WHERE c.conrelid = child AND c.contype = 'f' AND a.attname = ANY (columns)
        ORDER BY a.attnum
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', child, reference.conname);
        CONTINUE WHEN reference.column_name = 'pool_id';
        PERFORM keep_referred_rows(reference.parent);
        arguments := arguments || format('%L, %L, %L', reference.column_name, reference.parent,
                                         reference.conname);
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = child AND tgname = 'refuse_change') THEN
        SELECT string_agg(quote_ident(name), ', ') INTO names FROM unnest(columns) AS name;
        EXECUTE format(
            'CREATE TRIGGER keep_references BEFORE UPDATE OF %2$s ON %1$s FOR EACH ROW
             WHEN ((%3$s) IS DISTINCT FROM (%4$s)) EXECUTE FUNCTION refuse_new_reference()',
            child, names,
            (SELECT string_agg('OLD.' || quote_ident(name), ', ') FROM unnest(columns) AS name),
            (SELECT string_agg('NEW.' || quote_ident(name), ', ') FROM unnest(columns) AS name));
    END IF;
    RETURN array_to_string(arguments, ', ');
END $$;

-- Replace the foreign keys of these columns by one check per inserting statement. The pool's own
-- foreign key goes too: row-level security admits the current pool only, and every parent row
-- already stands in it.
CREATE FUNCTION refer_by_statement(child regclass, columns text[]) RETURNS void LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER check_references AFTER INSERT ON %s
                    REFERENCING NEW TABLE AS added
                    FOR EACH STATEMENT EXECUTE FUNCTION check_references(%s)',
                   child, release_references(child, 'pool_id'::text || columns));
END $$;
