-- An entitlement ends, rests and goes on again only as two people signed it.

SELECT seal_tenant_table('payouts_entitlementchange');
INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('payouts_entitlementchange', 'WAITING', 'APPROVED'),
    ('payouts_entitlementchange', 'WAITING', 'REFUSED');
SELECT guard_transitions('payouts_entitlementchange');

CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_entitlementchange
    FOR EACH ROW WHEN (NEW.state <> 'WAITING')
    EXECUTE FUNCTION payouts_refuse_born_signed('change_starts_waiting');

-- What was applied for never changes; it is approved by another person than who applied.
CREATE FUNCTION payouts_check_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'state' - 'from_month') <> (to_jsonb(OLD) - 'state' - 'from_month')
       OR OLD.state <> 'WAITING' THEN
        RAISE check_violation USING CONSTRAINT = 'change_stays_as_applied_for',
            MESSAGE = 'an application changed';
    END IF;
    IF NEW.state = 'APPROVED' AND NOT is_signed('ENTITLEMENT_CHANGE', NEW.id, 1, (
        SELECT content_sha256 FROM accounts_signature
        WHERE pool_id = NEW.pool_id AND subject_kind = 'ENTITLEMENT_CHANGE'
          AND subject_id = NEW.id AND round = 1 AND step = 'APPLY'), ARRAY['APPLY', 'DECIDE']) THEN
        RAISE check_violation USING CONSTRAINT = 'change_signed_by_two',
            MESSAGE = 'application and decision by two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_change BEFORE UPDATE ON payouts_entitlementchange
    FOR EACH ROW EXECUTE FUNCTION payouts_check_change();

-- The entitlement itself follows an approved application of that kind; a month it rests is
-- resumed as often as it was suspended.
CREATE FUNCTION payouts_check_entitlement_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stops integer; suspends integer; resumes integer;
BEGIN
    SELECT count(*) FILTER (WHERE kind = 'STOP'), count(*) FILTER (WHERE kind = 'SUSPEND'),
           count(*) FILTER (WHERE kind = 'RESUME')
    INTO stops, suspends, resumes
    FROM payouts_entitlementchange
    WHERE pool_id = NEW.pool_id AND entitlement_id = NEW.id AND state = 'APPROVED';
    IF (NEW.state = 'STOPPED' AND stops = 0)
       OR (NEW.state = 'SUSPENDED' AND suspends <> resumes + 1)
       OR (NEW.state = 'PAYING' AND suspends <> resumes) THEN
        RAISE check_violation USING CONSTRAINT = 'entitlement_changes_as_signed',
            MESSAGE = format('entitlement %s lacks a signed application', NEW.id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_entitlement_state BEFORE UPDATE ON payouts_entitlement
    FOR EACH ROW WHEN (NEW.state <> OLD.state AND NEW.state <> 'FINISHED')
    EXECUTE FUNCTION payouts_check_entitlement_state();
