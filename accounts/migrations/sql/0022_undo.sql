DROP TRIGGER check_signature ON accounts_signature;
CREATE OR REPLACE FUNCTION accounts_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
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
