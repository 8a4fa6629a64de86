-- The text an audit event is digested from becomes unambiguous: a JSON array of its columns, so
-- that no text can slide from one column into the next unseen. Instants in UTC to the microsecond.
CREATE OR REPLACE FUNCTION accounts_audit_digest(e accounts_auditevent) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        e.id, e.pool_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        e.person_id, e.post, e.job, e.verb, e.subject_kind, e.subject_id, e.subject_label,
        e.organisation_id, e.before, e.after)::text, 'UTF8')), 'hex')
$$;

-- What was applied for is what is granted: only a grant's state and its end may change.
CREATE FUNCTION accounts_keep_grant_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.pool_id, NEW.user_id, NEW.post_id, NEW.organisation_id, NEW.valid_from, NEW.reason,
        NEW.is_founding, NEW.applied_by_id, NEW.applied_at)
       IS DISTINCT FROM
       (OLD.pool_id, OLD.user_id, OLD.post_id, OLD.organisation_id, OLD.valid_from, OLD.reason,
        OLD.is_founding, OLD.applied_by_id, OLD.applied_at)
       OR NEW.valid_until IS DISTINCT FROM OLD.valid_until THEN
        RAISE check_violation USING CONSTRAINT = 'grant_content_never_changes',
            MESSAGE = format('grant %s: only state and end may change', OLD.id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_grant_content BEFORE UPDATE ON accounts_postgrant
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_grant_content();
