-- A policy value, and how far an office has come, change only as two people signed it.

SELECT seal_tenant_table('accounts_parameterchange');
-- The table of values has a key to another tenant table now, which must carry the pool.
SELECT carry_pool_in_keys('accounts_parameter');
INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('accounts_parameterchange', 'WAITING', 'APPROVED'),
    ('accounts_parameterchange', 'WAITING', 'REFUSED'),
    ('accounts_organisation', 'NOT_ONLINE', 'PILOT'),
    ('accounts_organisation', 'NOT_ONLINE', 'TESTING'),
    ('accounts_organisation', 'PILOT', 'TESTING'),
    ('accounts_organisation', 'PILOT', 'LIVE'),
    ('accounts_organisation', 'PILOT', 'NOT_ONLINE'),
    ('accounts_organisation', 'TESTING', 'PILOT'),
    ('accounts_organisation', 'TESTING', 'LIVE'),
    ('accounts_organisation', 'TESTING', 'NOT_ONLINE'),
    ('accounts_organisation', 'LIVE', 'TESTING');
SELECT guard_transitions('accounts_parameterchange');

-- What is asked for never changes; another person than the applicant approves it.
CREATE FUNCTION accounts_guard_parameter_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'WAITING' THEN
            RAISE check_violation USING CONSTRAINT = 'parameter_change_starts_waiting',
                MESSAGE = 'an application starts unsigned';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state' OR OLD.state <> 'WAITING' THEN
        RAISE check_violation USING CONSTRAINT = 'parameter_change_stays_as_asked_for',
            MESSAGE = 'an application changed';
    END IF;
    IF NEW.state = 'APPROVED' AND NOT is_signed('PARAMETER', NEW.id, 1, (
        SELECT content_sha256 FROM accounts_signature
        WHERE pool_id = NEW.pool_id AND subject_kind = 'PARAMETER' AND subject_id = NEW.id
          AND round = 1 AND step = 'APPLY'), ARRAY['APPLY', 'DECIDE']) THEN
        RAISE check_violation USING CONSTRAINT = 'parameter_change_signed_by_two',
            MESSAGE = 'application and approval by two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_parameter_change BEFORE INSERT OR UPDATE ON accounts_parameterchange
    FOR EACH ROW EXECUTE FUNCTION accounts_guard_parameter_change();

-- A value comes from the founding of its pool, or is exactly what an approved application asked
-- for, and begins after the day it was approved: nothing already computed rests on another value.
CREATE FUNCTION accounts_check_parameter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.change_id IS NULL AND EXISTS (
        SELECT FROM accounts_pool
        WHERE id = NEW.pool_id AND founded_at = transaction_timestamp()) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_parameterchange AS c
        WHERE c.pool_id = NEW.pool_id AND c.id = NEW.change_id AND c.state = 'APPROVED'
          AND (c.code, c.region_code, c.value, c.valid_from, c.source)
              = (NEW.code, NEW.region_code, NEW.value, NEW.valid_from, NEW.source)
          AND c.valid_until IS NOT DISTINCT FROM NEW.valid_until) THEN
        RAISE check_violation USING CONSTRAINT = 'parameter_as_signed',
            MESSAGE = format('no approved application for %s', NEW.code);
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_signature AS s
        WHERE s.pool_id = NEW.pool_id AND s.subject_kind = 'PARAMETER'
          AND s.subject_id = NEW.change_id AND s.step = 'DECIDE'
          AND (s.signed_at AT TIME ZONE 'Asia/Shanghai')::date < NEW.valid_from) THEN
        RAISE check_violation USING CONSTRAINT = 'parameter_begins_after_its_approval',
            MESSAGE = format('%s begins on %s', NEW.code, NEW.valid_from);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_parameter BEFORE INSERT ON accounts_parameter
    FOR EACH ROW EXECUTE FUNCTION accounts_check_parameter();

-- An office comes on line step by step, each as its newest approved application says.
CREATE FUNCTION accounts_check_onboarding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_pool
               WHERE id = NEW.pool_id AND founded_at = transaction_timestamp()) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.onboarding <> 'NOT_ONLINE' THEN
            RAISE check_violation USING CONSTRAINT = 'organisation_starts_off_line',
                MESSAGE = format('office %s cannot start as %s', NEW.code, NEW.onboarding);
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM accounts_statetransition
        WHERE table_name = 'accounts_organisation' AND from_state = OLD.onboarding
          AND to_state = NEW.onboarding)
       OR to_jsonb(NEW.onboarding) IS DISTINCT FROM (
        SELECT value FROM accounts_parameterchange
        WHERE pool_id = NEW.pool_id AND organisation_id = NEW.id AND code = 'onboarding'
          AND state = 'APPROVED'
        ORDER BY id DESC LIMIT 1) THEN
        RAISE check_violation USING CONSTRAINT = 'organisation_onboarding_as_signed',
            MESSAGE = format('office %s: %s to %s is not signed', NEW.code, OLD.onboarding,
                             NEW.onboarding);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_new_office BEFORE INSERT ON accounts_organisation
    FOR EACH ROW EXECUTE FUNCTION accounts_check_onboarding();
CREATE TRIGGER check_onboarding BEFORE UPDATE ON accounts_organisation
    FOR EACH ROW WHEN (NEW.onboarding <> OLD.onboarding)
    EXECUTE FUNCTION accounts_check_onboarding();
