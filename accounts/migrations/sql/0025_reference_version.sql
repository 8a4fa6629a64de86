-- Pages keep reference rows (offices, parameters, working days, items) from one request to the
-- next as long as the pool's version stays what it was when they were read (common/remembering.py).
-- Each statement that changes such a table gives the pool a version nobody has seen: of its own
-- pool, or of all pools where the table belongs to none or no pool's identity is set.
CREATE FUNCTION renew_reference_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_pool SET reference_version = gen_random_uuid()
    WHERE TG_NARGS = 1 OR current_pool() IS NULL OR id = current_pool();
    RETURN NULL;
END $$;
CREATE TRIGGER renew_reference_version
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts_organisation
    FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_version();
CREATE TRIGGER renew_reference_version
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts_parameter
    FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_version();
CREATE TRIGGER renew_reference_version
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts_workyear
    FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_version('all pools');
