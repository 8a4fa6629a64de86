-- Seal the tables of accounts and add the rules that only a trigger can keep.

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

-- A grant in force obeys the posts' rules, whichever way the row gets in.
CREATE FUNCTION accounts_check_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE post accounts_post; place accounts_organisation; clash record; content text;
BEGIN
    IF NEW.state <> 'EFFECTIVE' THEN RETURN NEW; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('post grants of ' || NEW.user_id));
    SELECT * INTO post FROM accounts_post WHERE code = NEW.post_id;
    SELECT * INTO place FROM accounts_organisation WHERE id = NEW.organisation_id;
    IF NOT (CASE place.level WHEN 'CITY' THEN post.at_city WHEN 'COUNTY' THEN post.at_county
                             ELSE post.at_town END) THEN
        RAISE check_violation USING CONSTRAINT = 'grant_post_fits_level',
            MESSAGE = format('post %s may not exist at %s', NEW.post_id, place.level);
    END IF;
    IF post.requires_established AND NOT EXISTS (
        SELECT FROM accounts_user WHERE id = NEW.user_id AND is_established) THEN
        RAISE check_violation USING CONSTRAINT = 'grant_established_staff_only',
            MESSAGE = format('post %s requires established staff', NEW.post_id);
    END IF;
    SELECT g.post_id, i.source INTO clash
    FROM accounts_postgrant AS g
    JOIN accounts_incompatibleposts AS i ON i.kind = 'NEVER_BOTH'
        AND i.first_id = least(g.post_id COLLATE "C", NEW.post_id COLLATE "C")
        AND i.second_id = greatest(g.post_id COLLATE "C", NEW.post_id COLLATE "C")
    WHERE g.user_id = NEW.user_id AND g.id <> NEW.id AND g.state = 'EFFECTIVE'
      AND daterange(g.valid_from, g.valid_until, '[]')
          && daterange(NEW.valid_from, NEW.valid_until, '[]')
    LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'grant_incompatible_posts',
            MESSAGE = format('%s and %s: %s', NEW.post_id, clash.post_id, clash.source);
    END IF;
    IF NEW.is_founding THEN
        IF NOT EXISTS (SELECT FROM accounts_pool WHERE id = NEW.pool_id
                       AND founded_at = transaction_timestamp())
           AND (TG_OP = 'INSERT' OR OLD.state <> 'EFFECTIVE') THEN
            RAISE check_violation USING CONSTRAINT = 'grant_founding_only_at_founding',
                MESSAGE = 'founding grants belong to the founding transaction';
        END IF;
    ELSE
        SELECT content_sha256 INTO content FROM accounts_signature
        WHERE subject_kind = 'GRANT' AND subject_id = NEW.id AND round = 1 AND step = 'APPLY';
        IF content IS NULL OR NOT is_signed('GRANT', NEW.id, 1, content,
                                            ARRAY['APPLY', 'REVIEW', 'APPROVE']) THEN
            RAISE check_violation USING CONSTRAINT = 'grant_signed_by_three',
                MESSAGE = 'a grant needs application, review and approval by three people';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_grant BEFORE INSERT OR UPDATE ON accounts_postgrant
    FOR EACH ROW EXECUTE FUNCTION accounts_check_grant();

-- A signature needs a post in force: an ended grant signs nothing.
CREATE FUNCTION accounts_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_postgrant AS g JOIN accounts_user AS u ON u.id = g.user_id
        WHERE g.user_id = NEW.person_id AND g.post_id = NEW.post_id AND g.state = 'EFFECTIVE'
          AND u.is_active
          AND (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
              BETWEEN g.valid_from AND coalesce(g.valid_until, 'infinity'::date)) THEN
        RAISE check_violation USING CONSTRAINT = 'signature_under_a_post_in_force',
            MESSAGE = format('user %s holds no post %s', NEW.person_id, NEW.post_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_signature BEFORE INSERT ON accounts_signature
    FOR EACH ROW EXECUTE FUNCTION accounts_check_signature();

-- Each audit event carries a digest of itself, also when raw SQL wrote it.
CREATE FUNCTION accounts_audit_digest(e accounts_auditevent) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT encode(sha256(convert_to(concat_ws('|', e.id, e.pool_id, e.at::text,
        coalesce(e.person_id::text, '-'), e.post, e.job, e.verb, e.subject_kind, e.subject_id,
        e.subject_label, coalesce(e.organisation_id::text, '-'), e.before::text, e.after::text),
        'UTF8')), 'hex')
$$;
CREATE FUNCTION accounts_digest_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.row_sha256 := accounts_audit_digest(NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER digest_audit BEFORE INSERT ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_digest_audit();

-- Append the pool's unsealed events to its hash chain; return how many. One sealer at a time
-- (advisory lock); READ COMMITTED, so the statement after the lock sees the newest link.
CREATE FUNCTION accounts_seal_audit() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE link text; place bigint; sealed integer := 0; event record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit chain of ' || current_pool()));
    SELECT sequence, sha256 INTO place, link FROM accounts_auditseal
    WHERE pool_id = current_pool() ORDER BY sequence DESC LIMIT 1;
    place := coalesce(place, 0);
    link := coalesce(link, repeat('0', 64));
    FOR event IN
        SELECT e.id, e.row_sha256 FROM accounts_auditevent AS e
        WHERE e.pool_id = current_pool() AND NOT EXISTS (
            SELECT FROM accounts_auditseal AS s WHERE s.pool_id = e.pool_id AND s.event_id = e.id)
        ORDER BY e.id
    LOOP
        place := place + 1;
        INSERT INTO accounts_auditseal (pool_id, sequence, event_id, previous_sha256, sha256)
        VALUES (current_pool(), place, event.id, link,
                encode(sha256(convert_to(link || event.row_sha256, 'UTF8')), 'hex'))
        RETURNING sha256 INTO link;
        sealed := sealed + 1;
    END LOOP;
    RETURN sealed;
END $$;

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('accounts_postgrant', 'REVIEW', 'APPROVAL'),
    ('accounts_postgrant', 'REVIEW', 'REFUSED'),
    ('accounts_postgrant', 'APPROVAL', 'EFFECTIVE'),
    ('accounts_postgrant', 'APPROVAL', 'REFUSED'),
    ('accounts_postgrant', 'EFFECTIVE', 'REVOKED'),
    ('accounts_postgrant', 'EFFECTIVE', 'EXPIRED');
SELECT guard_transitions('accounts_postgrant');
