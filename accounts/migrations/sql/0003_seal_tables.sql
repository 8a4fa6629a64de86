-- Seal the tables of accounts.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'accounts_organisation', 'accounts_signedinsession', 'accounts_postgrant',
    'accounts_dutyholding', 'accounts_signature', 'accounts_auditevent', 'accounts_auditseal',
    'accounts_parameter', 'accounts_document', 'accounts_job', 'accounts_outboxevent',
    'accounts_notice', 'accounts_numberseries']) AS t;

SELECT make_insert_only(t::regclass) FROM unnest(ARRAY[
    'accounts_signature', 'accounts_auditevent', 'accounts_auditseal', 'accounts_parameter',
    'accounts_document']) AS t;

-- People are looked up at log-in, before a pool is known; once it is known, only its own show.
ALTER TABLE accounts_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_user FORCE ROW LEVEL SECURITY;
CREATE POLICY same_pool ON accounts_user
    USING ((SELECT current_pool()) IS NULL OR pool_id = (SELECT current_pool()))
    WITH CHECK ((SELECT current_pool()) IS NULL OR pool_id = (SELECT current_pool()));
SELECT ensure_pool_key('accounts_user');
SELECT carry_pool_in_keys('accounts_user');

-- The founding instant is the start of the founding transaction, whatever the insert says.
CREATE FUNCTION accounts_stamp_founding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.founded_at IS DISTINCT FROM OLD.founded_at THEN
        RAISE check_violation USING CONSTRAINT = 'pool_founded_once', MESSAGE = 'founded once';
    END IF;
    IF TG_OP = 'INSERT' THEN NEW.founded_at := transaction_timestamp(); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_founding BEFORE INSERT OR UPDATE ON accounts_pool
    FOR EACH ROW EXECUTE FUNCTION accounts_stamp_founding();
