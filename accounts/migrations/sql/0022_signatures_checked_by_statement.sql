-- A signature needs a post in force: an ended grant signs nothing. Looked at once for each person
-- and post of a statement instead of once for each row; says and refuses what it did before.
DROP TRIGGER check_signature ON accounts_signature;
CREATE OR REPLACE FUNCTION accounts_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE offence record;
BEGIN
    SELECT a.person_id, a.post_id INTO offence
    FROM (SELECT DISTINCT person_id, post_id FROM added) AS a
    WHERE NOT EXISTS (
        SELECT FROM accounts_postgrant AS g JOIN accounts_user AS u ON u.id = g.user_id
        WHERE g.user_id = a.person_id AND g.post_id = a.post_id AND g.state = 'EFFECTIVE'
          AND u.is_active
          AND (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
              BETWEEN g.valid_from AND coalesce(g.valid_until, 'infinity'::date))
    LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'signature_under_a_post_in_force',
            MESSAGE = format('user %s holds no post %s', offence.person_id, offence.post_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_signature AFTER INSERT ON accounts_signature
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_check_signature();
