-- The audit trail's digests and its hash chain.

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
