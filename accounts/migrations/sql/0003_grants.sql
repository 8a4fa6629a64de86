-- Grants and signatures: what only a trigger can keep.

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
