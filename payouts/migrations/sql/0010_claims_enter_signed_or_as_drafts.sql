-- Nobody is entitled by a row that slipped in: whichever way a case or an entitlement gets into
-- the database, the signatures of its chain stand behind it.

-- A case enters as a draft. One taken over as determined from an earlier system bears the
-- signatures of its whole chain when its transaction ends; no other state may be a first one.
CREATE FUNCTION payouts_check_new_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY['ACCEPT', 'FIRST_REVIEW', 'RE_REVIEW'];
BEGIN
    IF NEW.review_depth = 3 THEN steps := steps || 'APPROVE'::text; END IF;
    IF NEW.state <> 'DETERMINED'
       OR NOT is_signed('CASE', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
        RAISE check_violation USING CONSTRAINT = 'case_starts_as_draft_or_signed',
            MESSAGE = format('case %s enters as %s without its signatures', NEW.id, NEW.state);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_new_case AFTER INSERT ON payouts_benefitcase
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'DRAFT')
    EXECUTE FUNCTION payouts_check_new_case();

-- An entitlement says what its determined case says, and nothing of it is used up yet. Planned
-- anew each time, so that the planner knows how many rows were added.
CREATE FUNCTION payouts_check_entitlements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM added AS e
        LEFT JOIN payouts_benefitcase AS c ON c.id = e.case_id AND c.pool_id = e.pool_id
        LEFT JOIN payouts_claimant AS p ON p.id = e.claimant_id AND p.pool_id = e.pool_id
        WHERE (c.state = ''DETERMINED'' AND c.claimant_id = e.claimant_id
               AND p.person_key = e.person_key AND p.name = e.claimant_name
               AND c.item_id = e.item_id AND c.paying_organisation_id = e.organisation_id
               AND c.payee_account_id = e.payee_account_id
               AND c.contributed_months = e.contributed_months
               AND c.months_granted = e.months_granted AND c.first_month = e.first_month
               AND e.state = ''PAYING'' AND e.months_planned = 0 AND e.months_paid = 0)
              IS NOT TRUE' INTO wrong;
    IF wrong > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'entitlement_as_determined',
            MESSAGE = format('%s entitlements differ from their determined cases', wrong);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_entitlements AFTER INSERT ON payouts_entitlement
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_check_entitlements();
